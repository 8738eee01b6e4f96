"""Every place where a value stands is covered, and nothing that was covered before is changed by it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.cache import Kept
from relay.detect.distinctive import distinctive
from relay.detect.everywhere import Value, cover
from relay.detect.known import KnownValues
from relay.detect.normalize import Normalized
from relay.detect.occurrences import Occurrences
from relay.detect.overlap import resolve
from relay.types import Span


class Plain:
    """A text without a copy, of which nothing is remembered."""

    digest = b""
    kept: Kept | None = None
    copy: Normalized | None = None

    def __init__(self, text: str) -> None:
        self.text = text


def run(
    texts: Sequence[str], own: Sequence[Sequence[Span]], session: Sequence[tuple[str, str]] = ()
) -> list[list[str]]:
    """Return each text with the type and, in brackets, what is covered: `PERSON<Ann>`."""
    settled = [resolve(row, text) for text, row in zip(texts, own, strict=True)]
    values = [Value(at, span[0], texts[at][span[1] : span[2]]) for at, row in enumerate(settled) for span in row]
    plain = [Plain(text) for text in texts]
    rows = cover(plain, settled, [()] * len(texts), values, session, Occurrences(plain, None))
    return [
        [
            f"{span.entity_type}<{text[span.start : span.end]}>" + (f" since {span.since}" if span.since else "")
            for span in row
        ]
        for text, row in zip(texts, rows, strict=True)
    ]


def at(text: str, value: str, entity_type: str = "PERSON", score: float = 0.8) -> Span:
    start = text.index(value)
    return Span(entity_type, start, start + len(value), score, "ner")


NAME, LONGER, ASK = "I am Ann Lee", "Ann Lee Ray is here", "ask Ann Lee Ray or ann lee"


@pytest.mark.parametrize(
    ("texts", "found", "expected"),
    [
        # before and behind the text that gives it away
        ((ASK, NAME), {1: ["Ann Lee"]}, [["PERSON<Ann Lee> since 1", "PERSON<ann lee> since 1"], ["PERSON<Ann Lee>"]]),
        ((NAME, ASK), {0: ["Ann Lee"]}, [["PERSON<Ann Lee>"], ["PERSON<Ann Lee>", "PERSON<ann lee>"]]),
        # what is known first stays; the longer value found later gets the rest, and the rest is looked for as well
        (
            (NAME, "by Ann Lee Ray, Ray", LONGER),
            {0: ["Ann Lee"], 2: ["Ann Lee Ray"]},
            [
                ["PERSON<Ann Lee>"],
                ["PERSON<Ann Lee>", "PERSON<Ray> since 2", "PERSON<Ray> since 2"],
                ["PERSON<Ann Lee Ray>"],
            ],
        ),
        # a plain word stays a word
        (("jordan said", "ask jordan"), {0: ["jordan"]}, [["PERSON<jordan>"], []]),
        (("nothing", "here"), {}, [[], []]),
    ],
)
def test_where_a_value_is_covered(
    texts: tuple[str, ...], found: dict[int, list[str]], expected: list[list[str]]
) -> None:
    """Each case covers what it says, and says since when."""
    own = [[at(text, value) for value in found.get(place, [])] for place, text in enumerate(texts)]
    assert run(texts, own) == expected


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("203.0.113.77", "ec2-203-0-113-77.compute-1.example.com", ["203-0-113-77"]),
        ("203.0.113.77", "203_0_113_77 and p203-0-113-77.example.net", ["203_0_113_77", "203-0-113-77"]),
        ("203.0.113.77", "203-0-113-7, 1203-0-113-77, 203-0-113-778, 203-0_113-77", []),
        ("10.0.0.5", "ip-10-0-0-5.internal, 110-0-0-5, 10-0-0-55", ["10-0-0-5"]),
        ("1.2.3.4", "from 1-2-3-4 to 1_2_3_4", []),
        ("3C:22:fb:9a:10:5e", "3c_22_fb_9a_10_5e.cfg, 3C22FB9A105E", ["3c_22_fb_9a_10_5e", "3C22FB9A105E"]),
        ("3c-22-fb-9a-10-5e", "a3c22fb9a105e 3c22fb9a105e0 3c_22_fb_9a_10_5f", []),
    ],
)
def test_other_spellings_of_a_known_address(value: str, text: str, found: list[str]) -> None:
    """As names of hosts and files hold it, and no other number."""
    rows = run([value, text], [[at(value, value, "IP_ADDRESS")], []])
    assert rows[1] == [f"IP_ADDRESS<{spelling}>" for spelling in found]


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("4111 1111 1111 1111", "pan = 4111111111111111L; PAN4111111111111111", ["4111111111111111"] * 2),
        (
            "4111-1111-1111-1111",
            "%B4111111111111111^ and 4111 1111 1111 1111",
            ["4111111111111111", "4111 1111 1111 1111"],
        ),
        ("4111111111111111", "4111 1111 1111 1111 n", ["4111 1111 1111 1111"]),
        ("+1 (415) 555-0132", "wa.me/14155550132, tel14155550132", ["14155550132"] * 2),
        ("+49 30 901820", "wa.me/4930901820", ["4930901820"]),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000", ["DE89370400440532013000"]),
        ("DE89 3704 0044 0532 0130 00", "IBANDE89370400440532013000", ["89370400440532013000"]),
        ("+1 (415) 555-0132", "141555501320, 114155550132, 4155550132", []),
        ("555-0132", "5550132", []),
        ("2026-11-30", "20261130", []),
    ],
)
def test_a_number_in_other_groups(value: str, text: str, found: list[str]) -> None:
    """As programs and links hold it; short ones are other numbers as well."""
    rows = run([value, text], [[at(value, value, "CREDIT_CARD")], []])
    assert rows[1] == [f"CREDIT_CARD<{spelling}>" for spelling in found]


def test_a_number_that_only_its_context_names_recurs_from_there_on() -> None:
    """Earlier texts keep it, unless it is found under a type that reaches back."""
    texts = ["W2378156?", "order W2378156", "W2378156!", "account W2378156"]
    own: list[list[Span]] = [[], [at(texts[1], "W2378156", "ID_NUMBER")], [], []]
    number = "ID_NUMBER<W2378156>"
    assert run(texts, own) == [[], [number], [number], [number]]
    own[3] = [at(texts[3], "W2378156", "US_BANK_NUMBER")]
    assert run(texts, own) == [[f"{number} since 3"], [number], [number], ["US_BANK_NUMBER<W2378156>"]]


@pytest.mark.parametrize("entity_type", ["PERSON", "PASSWORD"])
def test_the_session_obeys_the_same_rule(entity_type: str) -> None:
    """A word that an earlier request took for a password is a word in this one; a name is a name."""
    expected = [] if entity_type == "PASSWORD" else ["PERSON<Postgres>"]
    assert run(["ask Postgres"], [[]], [(entity_type, "Postgres")]) == [expected]


def test_a_type_that_is_off_hides_none_that_is_on() -> None:
    """A name that is a company's first is a person's everywhere once it is a person's anywhere."""
    texts = ["Maria sells", "ask Maria", "I am Maria"]
    own = [[at(texts[0], "Maria", "ORGANIZATION")], [], [at(texts[2], "Maria")]]
    assert run(texts, own) == [["PERSON<Maria> since 2"], ["PERSON<Maria> since 2"], ["PERSON<Maria>"]]


WORDS = ("Ann", "Lee", "Ray", "Kim", "a@b.example", "Lee-Ray", "12345")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join), min_size=1, max_size=5)


def overlapping(texts: Sequence[str], starts: Sequence[tuple[int, int, str]]) -> list[list[Span]]:
    """Return spans over runs of whole words: `starts` says the first word and how many, for the texts in turn."""
    rows: list[list[Span]] = [[] for _ in texts]
    for number, (first, count, entity_type) in enumerate(starts):
        place = number % len(texts)
        words = list(re.finditer(r"\S+", texts[place]))
        chosen = words[first % len(words) :][:count]
        rows[place].append(Span(entity_type, chosen[0].start(), chosen[-1].end(), 0.8, "ner"))
    return rows


SPANS = st.lists(
    st.tuples(
        st.integers(0, 7), st.integers(1, 4), st.sampled_from(["PERSON", "EMAIL_ADDRESS", "ID_NUMBER", "LOCATION"])
    ),
    max_size=10,
)


def bare(texts: Sequence[str], rows: Sequence[Sequence[Span]]) -> list[str]:
    """Return what of the distinctive values that are covered anywhere stands uncovered."""
    pairs = {(span[0], text[span[1] : span[2]]) for text, row in zip(texts, rows, strict=True) for span in row}
    known = KnownValues(pair for pair in pairs if distinctive(*pair))
    left = []
    for text, row in zip(texts, rows, strict=True):
        covered = {place for span in row for place in range(span.start, span.end)}
        left += [
            text[span.start : span.end]
            for span in known.find(text)
            if not covered.intersection(range(span.start, span.end))
        ]
    return left


def covered(texts: Sequence[str], own: Sequence[Sequence[Span]]) -> list[tuple[Span, ...]]:
    settled = [resolve(row, text) for text, row in zip(texts, own, strict=True)]
    values = [
        Value(place, span[0], texts[place][span[1] : span[2]]) for place, row in enumerate(settled) for span in row
    ]
    plain = [Plain(text) for text in texts]
    return cover(plain, settled, [()] * len(texts), values, (), Occurrences(plain, None))


@settings(max_examples=400, deadline=None)
@given(TEXTS, SPANS)
def test_nothing_distinctive_stays_bare(texts: list[str], spans: list[tuple[int, int, str]]) -> None:
    """However values overlap, what is left of them is covered wherever it stands."""
    assert bare(texts, covered(texts, overlapping(texts, spans))) == []


def test_a_long_text_takes_a_few_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A megabyte of overlapping values is read a few times, and nothing stays bare."""
    words = [WORDS[(number * number + number // 7) % 4] + (" " if number % 5 else "\n") for number in range(250_000)]
    text = "".join(words)
    spans = [
        Span("PERSON", found.start(), found.end(), 0.8, "ner")
        for name in ("Ann Lee", "Lee Ray", "Ray Kim", "Kim Ann", "Lee Ray Ann")
        for found in [re.search(name, text)]
        if found is not None
    ]
    read = 0
    search = KnownValues.find

    def counting(self: KnownValues, text: str) -> list[Span]:
        nonlocal read
        read += len(text)
        return search(self, text)

    monkeypatch.setattr(KnownValues, "find", counting)
    rows = covered([text, text[:1000]], [spans, []])
    assert read <= 4 * len(text)
    monkeypatch.undo()
    assert bare([text, text[:1000]], rows) == []
