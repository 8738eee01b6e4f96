"""Scrubbing applies exactly what was decided, in reading order, and fails closed on anything else."""

import pytest

from relay.errors import ScrubFailed
from relay.protocols import Sealing
from relay.request.scrub import moves_prefix, scrub
from relay.types import Action, Role, Segment, Span, SpanAction


class NumberingVault:
    """Numbers (type, value) pairs by first appearance."""

    def __init__(self) -> None:
        self.seen: dict[tuple[str, str], str] = {}

    def seal(self, entity_type: str, value: str) -> str:
        return self.seen.setdefault((entity_type, value), f"[{entity_type}_{len(self.seen) + 1}]")

    def sealed_as(self, value: str) -> str | None:
        return next((entity_type for entity_type, sealed in self.seen if sealed == value), None)


class Placeholder:
    name = "placeholder"
    action = Action.PLACEHOLDER

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        return vault.seal(entity_type, value)


class Keep:
    name = "keep"
    action = Action.KEEP

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        return value


OPERATORS = {Action.PLACEHOLDER: Placeholder(), Action.KEEP: Keep()}


def act(start: int, end: int, action: Action = Action.PLACEHOLDER) -> SpanAction:
    return SpanAction(Span("X", start, end), action, "rule")


def segments(*texts: str) -> tuple[Segment, ...]:
    return tuple(Segment(pointer=f"/{i}", text=text) for i, text in enumerate(texts))


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("ann and bob", [act(0, 3), act(8, 11)], "[X_1] and [X_2]"),
        ("annbob", [act(0, 3), act(3, 6)], "[X_1][X_2]"),
        ("ann ann", [act(0, 3), act(4, 7)], "[X_1] [X_1]"),
        ("ann and bob", [act(0, 3, Action.KEEP), act(8, 11)], "ann and [X_1]"),
        ("😀é ann", [act(3, 6)], "😀é [X_1]"),
    ],
)
def test_spans_are_replaced_where_they_stand(text: str, row: list[SpanAction], expected: str) -> None:
    """Offsets are code points; touching spans and repeats work; kept spans stay."""
    assert scrub(segments(text), [row], OPERATORS, NumberingVault()).texts[0] == expected


def test_only_changed_segments_are_reported_and_removed_values_are_known() -> None:
    """A segment that stays as it was is not patched; kept values are not among the removed."""
    result = scrub(
        segments("ann", "nothing", "bob"), [[act(0, 3)], [], [act(0, 3, Action.KEEP)]], OPERATORS, NumberingVault()
    )
    assert dict(result.texts) == {0: "[X_1]"}
    assert result.removed == {("X", "ann")}
    assert "ann" not in repr(result)


@pytest.mark.parametrize(
    "row",
    [
        [act(0, 3), act(2, 5)],
        [act(4, 6), act(0, 2)],
        [act(0, 99)],
        [act(2, 2)],
        [act(0, 2, Action.REDACT)],
    ],
    ids=["overlapping", "unsorted", "outside", "empty", "no operator"],
)
def test_what_was_not_foreseen_stops_the_request(row: list[SpanAction]) -> None:
    """A span or an action that cannot be applied is never skipped."""
    with pytest.raises(ScrubFailed):
        scrub(segments("secret text"), [row], OPERATORS, NumberingVault())


def found(entity_type: str, start: int, end: int, since: int = 0, action: Action = Action.PLACEHOLDER) -> SpanAction:
    return SpanAction(Span(entity_type, start, end, since=since), action, "rule")


def test_numbers_follow_the_order_of_discovery() -> None:
    """A value that a later text gives away takes no number of the texts before it, though it stands in one."""
    texts = segments("ann met bob", "bob", "is ann here")
    early = [[found("X", 8, 11)], [found("X", 0, 3)], []]
    late = [[found("X", 0, 3, since=2), found("X", 8, 11)], [found("X", 0, 3)], [found("X", 3, 6)]]
    assert scrub(texts, early, OPERATORS, NumberingVault()).texts[0] == "ann met [X_1]"
    assert scrub(texts, late, OPERATORS, NumberingVault()).texts == {
        0: "[X_2] met [X_1]",
        1: "[X_1]",
        2: "is [X_2] here",
    }


def test_one_value_has_one_placeholder() -> None:
    """Of two types for one value the first found is sealed; what is kept under one of them seals nothing."""
    texts = segments("ann", "ann", "ann")
    rows = [[found("X", 0, 3, action=Action.KEEP)], [found("Y", 0, 3)], [found("Z", 0, 3)]]
    vault = NumberingVault()
    assert scrub(texts, rows, OPERATORS, vault).texts == {1: "[Y_1]", 2: "[Y_1]"}
    assert list(vault.seen) == [("Y", "ann")]


TALK = (Role.SYSTEM, Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT, Role.ASSISTANT, Role.USER)


@pytest.mark.parametrize(
    ("place", "since", "action", "expected"),
    [
        (1, 6, Action.PLACEHOLDER, True),
        (3, 4, Action.PLACEHOLDER, True),  # the last answer is new as well
        (1, 3, Action.PLACEHOLDER, False),  # an earlier turn has said so
        (5, 6, Action.PLACEHOLDER, False),  # the last answer was never sent
        (1, 0, Action.PLACEHOLDER, False),
        (1, 6, Action.KEEP, False),
    ],
)
def test_a_late_finding_moves_the_prefix(place: int, since: int, action: Action, expected: bool) -> None:
    """What only the last answer or what follows it gives away changes what the turn before sent."""
    talk = [Segment(pointer=f"/{at}", text="ann", role=role, message=at) for at, role in enumerate(TALK)]
    rows = [[found("X", 0, 3, since, action)] if at == place else [] for at in range(len(talk))]
    assert moves_prefix(talk, rows) is expected
    assert not moves_prefix(talk[:2], rows[:2])


def test_a_value_keeps_its_placeholder_in_a_session() -> None:
    """What an earlier turn sealed as one type is not sealed again when it is found as another."""
    vault = NumberingVault()
    vault.seal("Y", "ann")
    assert scrub(segments("ann, bob"), [[found("X", 0, 3), found("X", 5, 8)]], OPERATORS, vault).texts == {
        0: "[Y_1], [X_2]"
    }


class Coarser(Placeholder):
    action = Action("coarser", strictness=37, shows_part=True)
    coarsens = ("X",)

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        return f"{value[:2]}+"


@pytest.mark.parametrize(("text", "removed"), [("90", set()), ("90210", {("X", "90210")})])
def test_a_value_that_is_within_what_stands_for_it_is_not_looked_for(text: str, removed: set[tuple[str, str]]) -> None:
    """90 becomes "90+": egress would find it there, and take out more."""
    operators = {**OPERATORS, Coarser.action: Coarser()}
    done = scrub(segments(text), [[act(0, len(text), Coarser.action)]], operators, NumberingVault())
    assert (dict(done.texts), set(done.removed)) == ({0: "90+"}, removed)
