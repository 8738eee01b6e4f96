"""An answer is read with the question that ends the text before it; later turns find the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from relay.detect.answers import answers
from relay.detect.cache import SpanCaches
from relay.detect.taxonomy import describe
from relay.exchange import Core
from relay.types import Role, Segment, Span
from tests.support import chat, patterns_only, sent


def segments(*texts: str) -> list[Segment]:
    """Return one message for each text, of the assistant and the user in turn."""
    roles = (Role.ASSISTANT, Role.USER)
    return [
        Segment(pointer=f"/messages/{place}/content", text=text, message=place, role=roles[place % 2])
        for place, text in enumerate(texts)
    ]


def found(row: Sequence[Segment]) -> list[list[tuple[str, str]]]:
    spans = patterns_only().analyze(row)
    return [
        [(span.entity_type, segment.text[span.start : span.end]) for span in own if describe(span.entity_type).default]
        for segment, own in zip(row, spans, strict=True)
    ]


ANSWERS = [
    ("What's your password?", "hR7kq2Wz99", "hR7kq2Wz99", "PASSWORD"),
    ("What's your password?", "  hR7kq2Wz99\n", "hR7kq2Wz99", "PASSWORD"),
    ("Sure.\n\n**What's your password?**\n", "here you go: Summer2024!", "Summer2024!", "PASSWORD"),
    ("Password?", "it's Summer2024!", "Summer2024!", "PASSWORD"),
    ("What's the password for the db?", "hR7kq2Wz99", "hR7kq2Wz99", "PASSWORD"),
    ("Wie lautet Ihr Passwort?", "hR7kq2Wz99", "hR7kq2Wz99", "PASSWORD"),
    ("Please paste your API key.", "aB3xK9mQ2vL8pR5tY7wZ", "aB3xK9mQ2vL8pR5tY7wZ", "SECRET_VALUE"),
    (
        "Please paste your API key.",
        "9f86d081884c7d659a2feaa0c55ad015",
        "9f86d081884c7d659a2feaa0c55ad015",
        "SECRET_VALUE",
    ),
    ("What is your date of birth?", "23 May 1979", "23 May 1979", "DATE_OF_BIRTH"),
    ("What is your date of birth?", "19790523", "19790523", "DATE_OF_BIRTH"),
    ("CVV?", "123", "123", "CARD_CVV"),
    ("And the door code:", "4821", "4821", "PASSWORD"),
    ("Thanks. What is your phone number?", "4155552671", "4155552671", "PHONE_NUMBER"),
    ("What's your SSN?", "it's 536221874", "536221874", "US_SSN"),
    ("Your passport number?", "X1234567", "X1234567", "PASSPORT"),
]


@pytest.mark.parametrize(("question", "answer", "value", "entity_type"), ANSWERS)
def test_answers(question: str, answer: str, value: str, entity_type: str) -> None:
    """A value that its own text does not give away is found below the question, and by itself it is not."""
    assert found(segments(question, answer))[1] == [(entity_type, value)]
    assert found(segments("Go on.", answer))[1] == []
    assert found(segments(f"{question}\nOr go on.", answer))[1] == []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Shall I change the password?", "continue"),
        ("Shall I change the password?", "option2"),
        ("Reset the password?", "yes, step2"),
        ("Shall I store the token?", "v2"),
        ("Should I rotate the API key?", "use main.py2"),
        ("Updated the password hashing", "sha256"),
        ("What is the password policy?", "min12chars"),
        ("Which port?", "8080"),
        ("How many phones?", "12"),
        ("What is your order number?", "4155552671"),
        ("What is your date of birth?", "not before 2 pm"),
        ("What is your password?", "hR7kq2Wz99\nand more"),  # not one line
        ("What is your date of birth?", "I ask because of the form of 23 May 1979, " + "which is long, " * 5),
    ],
)
def test_what_is_no_answer(question: str, answer: str) -> None:
    """Words, names of files and versions, numbers of something else, and what is no short line."""
    assert found(segments(question, answer))[1] == []


def test_parts_of_one_message_are_read_likewise() -> None:
    """Two text parts: the label and what it names; an id, a contract and another field are no answers."""

    def parts(*, pointer: str = "/messages/0/content/1/text", **kind: bool) -> list[Segment]:
        return [
            Segment(pointer="/messages/0/content/0/text", text="Password:", message=0, role=Role.USER),
            Segment(pointer=pointer, text="hR7kq2Wz99", message=0, role=Role.USER, **kind),
        ]

    assert found(parts())[1] == [("PASSWORD", "hR7kq2Wz99")]
    assert found(parts(is_id=True))[1] == found(parts(contract=True))[1] == []
    assert found(parts(pointer="/messages/0/name"))[1] == []


def test_a_tool_asks(make_core: Any) -> None:
    """The question stands in the arguments of a call, before other texts of it, and the answer in its result."""
    core: Core = make_core()
    call = {"questions": [{"question": "What's your password?", "header": "Login", "options": [{"label": "Other"}]}]}
    body = chat("hello") | {"model": "claude-sonnet-4-5", "max_tokens": 9}
    body["messages"] = [
        {"role": "user", "content": "log in"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "Ask", "input": call}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "hR7kq2Wz99"}]},
    ]
    assert b"hR7kq2Wz99" not in sent(core, "/v1/messages", body).body


def test_later_turns_find_the_same() -> None:
    """With and without a cache, and however the conversation goes on."""
    texts = ["Hi. What's your password?", "hR7kq2Wz99", "And your date of birth?", "19790523", "And the CVV?", "123"]
    cached = patterns_only().with_caches(SpanCaches(bytes, clock=lambda: 0.0))
    whole = patterns_only().analyze(segments(*texts))
    for turn in range(2, len(texts) + 1):
        begun = segments(*texts[:turn])
        assert patterns_only().analyze(begun) == cached.analyze(begun) == whole[:turn]
    assert [[text[span.start : span.end] for span in row] for text, row in zip(texts, whole, strict=True)] == [
        [text] if place % 2 else [] for place, text in enumerate(texts)
    ]


def test_the_work_is_linear() -> None:
    """Each short text is read with two lines at most, in two ways each, whatever stands before it."""
    read: list[int] = []

    def find(text: str) -> list[Span]:
        read.append(len(text))
        return []

    for count in (100, 200):
        read.clear()
        assert not list(
            answers(segments(*(["x" * 10_000 + "\nWhat's your password? 1"] + ["is it 4711"] * count)), find)
        )
        assert sum(read) < 1_000 * count, json.dumps(read[:9])
