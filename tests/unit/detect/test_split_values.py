"""Values cut in two by the border of neighbouring messages."""

from __future__ import annotations

import pytest

from relay.detect.split_values import Crossing, crossings
from relay.types import Role, Segment, Span
from tests.support import patterns_only

ANALYZER = patterns_only()

CARD = "4111 1111 1111 1111"
IBAN = "DE89 3704 0044 0532 0130 00"
MAIL = "maria.gonzalez@example.org"


def messages(*texts: str) -> list[Segment]:
    """Return one user message for each text."""
    return [
        Segment(pointer=f"/messages/{place}/content", text=text, message=place, role=Role.USER)
        for place, text in enumerate(texts)
    ]


def values(segments: list[Segment]) -> list[list[tuple[str, str]]]:
    rows = ANALYZER.analyze(segments)
    return [
        [(s.text[span.start : span.end].strip(), span.entity_type) for span in row]
        for s, row in zip(segments, rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("left", "right", "entity_type"),
    [
        ("4111 1111", "1111 1111", "CREDIT_CARD"),
        ("4111 1111 ", "1111 1111", "CREDIT_CARD"),
        ("411111111", "1111111", "CREDIT_CARD"),
        ("DE89 3704 0044", "0532 0130 00", "IBAN_CODE"),
        ("maria.gonzalez@exam", "ple.org", "EMAIL_ADDRESS"),
        ("ghp_16C7e42F292c69", "12E7710c838347Ae178B4a", "GITHUB_TOKEN"),
    ],
)
def test_a_certain_value_cut_by_the_end_of_a_message_is_found(left: str, right: str, entity_type: str) -> None:
    """Each of two messages in a row gets its piece, and so do two of one role around one of another."""
    expected = ([(left.strip(), entity_type)], [(right, entity_type)])
    segments = messages(f"it is {left}", f"{right} as I said")
    assert tuple(values(segments)) == expected
    between = Segment(pointer="/messages/0/reply", text="go on", message=1, role=Role.ASSISTANT)
    last = Segment(pointer="/messages/2", text=segments[1].text, message=2, role=Role.USER)
    assert tuple(values([segments[0], between, last])) == (expected[0], [], expected[1])


@pytest.mark.parametrize(
    "texts",
    [
        ("call 415 555", "2671 or not"),  # only a guess
        ("pay 4111 1111", "1111 1112 then"),  # a wrong check digit
        ("pay 4111 1111 and", "1111 1111 then"),  # something stands between
        ("pay 4111 1111", "no", "1111 1111 then"),  # three messages of one role
        ("mail maria@", "example is a word"),
        ("my order is 42", "17 apples"),
        ("Hello", "World"),
        ("how can I help", "write to me"),
    ],
)
def test_what_merely_stands_side_by_side_is_not_joined(texts: tuple[str, ...]) -> None:
    """Messages are texts of their own."""
    assert values(messages(*texts)) == [[] for _ in texts]


def test_a_whole_value_is_not_made_longer() -> None:
    """What stands alone at a border is not the rest of what comes before it."""
    assert values(messages("how can I help", f"{MAIL} is my mail")) == [[], [(MAIL, "EMAIL_ADDRESS")]]


def test_contract_text_is_no_message() -> None:
    """A tool description is not joined with what comes before it."""
    segments = messages("pay 4111 1111", "1111 1111")
    contract = Segment(pointer="/tools/0", text=segments[1].text, message=1, contract=True)
    assert values([segments[0], contract]) == [[], []]


def test_prose_is_not_searched() -> None:
    """Only a border that could cut a value costs a search."""
    searched: list[str] = []

    def find(text: str) -> list[Span]:
        searched.append(text)
        return []

    assert not list(crossings(messages("Hello there.", "How are you?", "Fine, thank you"), find))
    assert searched == []


def test_no_value_is_shown() -> None:
    """The repr tells the type only."""
    assert "4111" not in repr(Crossing("CREDIT_CARD", CARD, ()))
