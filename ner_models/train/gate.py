"""Compare the int8 model with the float model before it is shipped."""

from __future__ import annotations

from ner_models.train.judge import Score

__all__ = ["TOLERANCE", "losses"]

# What int8 may cost: half a point. One published int8 export of a like model fell to a recall of .24.
TOLERANCE = 0.005
# Sets with fewer people than this move by more than the tolerance when one name changes.
ENOUGH_PEOPLE = 200


def losses(plain: dict[str, Score], int8: dict[str, Score], *, tolerance: float = TOLERANCE) -> list[str]:
    """Return one line per figure in which int8 is worse than float by more than `tolerance`; empty means it may ship.

    Judged are the mean of F2 over the sets and the mean share of people covered over the sets with enough people:
    single sets are too small for half a point to mean anything.
    """
    found = []
    sets = [name for name in plain if plain[name].hit]
    crowded = [name for name in sets if plain[name].people >= ENOUGH_PEOPLE]
    for figure, names in (("f2", sets), ("person_hit", crowded)):
        if names:
            before = sum(getattr(plain[name], figure) for name in names) / len(names)
            after = sum(getattr(int8[name], figure) for name in names) / len(names)
            if after < before - tolerance:
                found.append(f"mean {figure}: float {before:.4f}, int8 {after:.4f}")
    return found
