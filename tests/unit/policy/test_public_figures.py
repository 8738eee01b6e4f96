"""Names of public figures stay where a policy says so and a text speaks of their work; private namesakes do not."""

from __future__ import annotations

import pytest

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.policy.public_figures import figures
from relay.types import Action, RouteKind, Segment, Span

ON = "public_figures: keep\n"


def kept(policy: str, *texts: str, label: str = "") -> list[list[str]]:
    """Return the persons of each text that policy keeps; `{name}` marks a person, `<TYPE:value>` another value."""
    segments, rows = [], []
    for marked in texts:
        text, row = "", []
        for piece in (
            marked.replace("{", "\0PERSON:").replace("<", "\0").replace("}", "\0").replace(">", "\0").split("\0")
        ):
            kind, colon, value = piece.partition(":")
            if colon and kind.isupper() and kind in ENTITY_TYPES:
                row.append(Span(kind, len(text), len(text) + len(value), 0.8, "ner"))
                text += value
            else:
                text += piece
        segments.append(Segment(pointer=f"/{len(segments)}", text=text, label=label))
        rows.append(tuple(row))
    engine = Engine(parse("version: 1\n" + policy, "p.yaml"), ENTITY_TYPES, describe=describe)
    actions = engine.actions(segments, rows, RouteKind.FRONTIER)
    return [
        [
            segment.text[item.span.start : item.span.end]
            for item in row
            if item.span.entity_type == "PERSON" and item.action is Action.KEEP
        ]
        for segment, row in zip(segments, actions, strict=True)
    ]


WORK = [
    ("Summarize the novel by {Jane Austen} for me.", ["Jane Austen"]),
    ("What did {Albert Einstein} say about relativity? Did {Einstein} like music?", ["Albert Einstein", "Einstein"]),
    ("Explain the theorem of {Emmy Noether}.", ["Emmy Noether"]),
    ("Which symphony did {Ludwig van Beethoven} dedicate to Napoleon?", ["Ludwig van Beethoven"]),
    ("{Abraham Lincoln} was president during the war.", ["Abraham Lincoln"]),
    ("{Frida Kahlo} (1907-1954) is widely known.", ["Frida Kahlo"]),
    ("Write a story in which the detective {Sherlock Holmes} loses.", ["Sherlock Holmes"]),
    ("the equation of {Erwin Schrodinger}", ["Erwin Schrodinger"]),
]
PRIVATE = [
    # without their work
    "{Jane Austen} has not paid yet.",
    "Send it to {Paul Dirac} today.",
    # addressed, signed, in a field
    "Dear {Jane Austen}, I loved the novel.",
    "Name: {Jane Austen}, favourite book: Emma",
    "I liked the novel.\nBest, {Jane Austen}",
    "{Jane Austen}\nthe novel is due",
    "author | {Jane Austen} | novel",
    # a private life
    "my colleague {James Watson} wrote a novel theorem",
    "the patient {James Dean} saw the movie",
    "a meeting with {John Adams} about the president",
    "{Jane Austen} from HR is writing a book",
    "{Jane Austen} says that the novel is discussed on Tuesday",
    "the salary of {Tom Sawyer}, who likes this book",
    # with contact data, near or by the name
    "{Jane Austen} wrote a novel, <PHONE_NUMBER:415-555-0132>",
    "{Jane Austen} wrote a novel. " + "And so on. " * 60 + "<EMAIL_ADDRESS:j.austen@example.org>",
    "{Jane Austen} wrote a novel. " + "And so on. " * 60 + "<USERNAME:jausten3>",
    # another person of that family
    "{Jane Austen} wrote a novel that {Tom Austen} liked",
    # not listed, or not whole
    "the novel by {Jana Austin}",
    "the novel by {Austen}",
    # once in a private place is private everywhere
    "The novel by {Jane Austen} is long. Yours, name: {Jane Austen}",
]


@pytest.mark.parametrize(("text", "names"), WORK)
def test_figures_stay_where_their_work_is_spoken_of(text: str, names: list[str]) -> None:
    """And only where the policy says so."""
    assert kept(ON, text) == [names]
    assert kept("", text) == [[]]


@pytest.mark.parametrize("text", PRIVATE)
def test_namesakes_are_private(text: str) -> None:
    """Whatever makes a name a private one makes it one in the whole request."""
    assert kept(ON, text) == [[]]


def test_all_texts_of_a_request_decide() -> None:
    """A field of a form in another text, or its label, makes the name private."""
    assert kept(ON, "the novel by {Jane Austen}", "a poem by {Jane Austen}") == [["Jane Austen"]] * 2
    assert kept(ON, "the novel by {Jane Austen}", "customer: {Jane Austen}") == [[], []]
    assert kept(ON, "the novel by {Jane Austen}", label="author") == [[]]


def test_a_rule_wins() -> None:
    """The key loosens the default only: what a rule orders stays ordered."""
    rule = "rules:\n  - {entity: PERSON, action: redact, why: w}\n"
    assert kept(ON + rule, "the novel by {Jane Austen}") == [[]]


def test_the_list_is_read() -> None:
    """Some four hundred names, each with words of its field."""
    assert len(figures()) >= 400
    assert all(len(words) > 1 or len(words[0]) > 3 for words in figures())
