"""Stop strings: texts at which an answer ends. One that can match inside a placeholder would cut the placeholder."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["cuts"]

# Stands between placeholders; no placeholder holds it.
_GAP = "\0"


def cuts(stop: str, placeholders: Iterable[str]) -> bool:
    """Tell whether `stop` can match where one of `placeholders` stands without matching all of it.

    `]` matches inside `[PERSON_1]`, `]\\n` where it ends and `\\n[` where it begins: with the real value in its place,
    none of them would have matched. A stop string that holds a whole placeholder stands for the value, and is meant.
    Stand-ins that look like values are left out: what stops at them would, more often than not, stop at the value too.
    Linear in the placeholders' length, times the stop string's up to that of the longest placeholder.
    """
    issued = [text for text in placeholders if text.startswith("[")]
    if not stop or not issued or any(text in stop for text in issued):
        return False
    joined = _GAP + _GAP.join(issued) + _GAP
    longest = min(len(stop), max(map(len, issued)))
    return stop in joined or any(
        stop[:size] + _GAP in joined or _GAP + stop[-size:] in joined for size in range(1, longest + 1)
    )
