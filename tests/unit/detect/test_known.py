"""Known values: the rule, by table."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relay.detect.known as known_module
from relay.detect.borders import is_unspaced
from relay.detect.distinctive import distinctive, recurs
from relay.detect.known import KnownValues, fold, form, searchable
from relay.detect.own.value_list import ValueList
from relay.types import Span


def find(values: list[str], text: str) -> list[str]:
    """Return what both kinds of set find, which is the same."""
    kinds = [kind(("CUSTOM", value) for value in values) for kind in (KnownValues, ValueList)]
    found, again = ([text[span.start : span.end] for span in kind.find(text)] for kind in kinds)
    assert found == again
    assert [bool(kind) for kind in kinds] == [any(map(searchable, values))] * 2
    return found


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        ("Will", "Will said he will", ["Will"]),  # a single word: case counts
        ("Will", "Willow, goodWill, Will2", []),  # inside a word
        (
            "Will",
            "Will_x, 是Will吗, \U0001f600Will, деWill",
            ["Will"] * 4,
        ),  # an underscore and a change of script end it
        ("Иван", "Иванов, Иван2", ["Иван"]),
        ("김민수", "김민수는", ["김민수"]),  # endings are glued on
        ("4155552671", "call_4155552671_now 号4155552671号 №4155552671рублей", ["4155552671"] * 3),
        ("Maria Gonzalez", "maria gonzalez and MARIA GONZALEZ", ["maria gonzalez", "MARIA GONZALEZ"]),
        ("maria@example.org", "<MARIA@example.org>", ["MARIA@example.org"]),
        ("maria@example.org", "xmaria@example.org maria@example.organic", []),
        ("+1 415 555 2671", "call +1 415 555 2671!", ["+1 415 555 2671"]),
        ("4155552671", "no 41555526710 but 4155552671.", ["4155552671"]),
        ("(415) 555-2671", "(415) 555-2671", ["(415) 555-2671"]),
        # Nine digits or more, and addresses, glued to letters.
        ("203.0.113.77", "v203.0.113.77 at203.0.113.77x", ["203.0.113.77"] * 2),
        ("10.0.0.1", "v10.0.0.1, x10.0.0.1y", ["10.0.0.1"] * 2),
        ("203.0.113.77", "1203.0.113.77 203.0.113.775", []),
        ("4111 1111 1111 1111", "4111 1111 1111 1111and x4111 1111 1111 1111", ["4111 1111 1111 1111"] * 2),
        ("536904399", "id536904399x", ["536904399"]),
        ("536904399", "x1536904399 5369043990x", []),
        ("DE89370400440532013000", "de89370400440532013000x", ["de89370400440532013000"]),
        ("DE89370400440532013000", "xDE89370400440532013000 DE893704004405320130001", []),
        ("94103123", "x94103123", []),  # too short
        ("maria.1.2.3.4.5.6.7.8.9@example.org", "maria.1.2.3.4.5.6.7.8.9@example.organic", []),
        ("张伟", "我叫张伟。", ["张伟"]),  # no spaces between words
        ("İzmir 12", "at İzmir 12 now", ["İzmir 12"]),  # lower case of İ is longer
        ("Zoë", "Zoë and Zoëlle", ["Zoë"]),
        ("1234", "1234", []),  # a number of fewer than five digits
        ("ab", "ab", []),  # too short
        ("---", "---", []),  # no letter or digit
        ("Ann Lee", "\ud800 ann lee", ["ann lee"]),  # a lone surrogate beside it
        ("Ann\udfffLee", "Ann\udfffLee", ["Ann\udfffLee"]),
    ],
)
def test_the_rule(value: str, text: str, expected: list[str]) -> None:
    """A value is found exactly where the rule says."""
    assert find([value], text) == expected
    assert bool(KnownValues([("CUSTOM", value)])) is searchable(value)


def test_values_may_overlap() -> None:
    """Different values are found each for itself, the first type stays, and spans come in order."""
    values = KnownValues([("PERSON", "Jane Doe"), ("CUSTOM", "Doe"), ("USERNAME", "Jane Doe")])
    assert values.find("Jane Doe") == [Span("PERSON", 0, 8, 1.0, "known"), Span("CUSTOM", 5, 8, 1.0, "known")]


def test_no_value_is_shown() -> None:
    """The repr tells how many, not which."""
    for kind in (KnownValues, ValueList):
        assert "Doe" not in repr(kind([("PERSON", "Jane Doe")]))


def test_a_list_tells_spellings_apart() -> None:
    """Two single words that differ in case are two values, each with its own type; an empty list finds none."""
    values = ValueList([("PERSON", "Will"), ("CUSTOM", "WILL"), ("USERNAME", "Will")])
    assert values.find("WILL Will will") == [Span("CUSTOM", 0, 4, 1.0, "known"), Span("PERSON", 5, 9, 1.0, "known")]
    assert ValueList([]).find("Will") == []


WORDS = st.sampled_from(
    ["Ann", "ann", "Lee", "İ", "张", "\ud800", "x1", "@", "-", "é", " ", "\n", "12345", "_", "и", "한"]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=4).map("".join), max_size=6),
    st.lists(WORDS, max_size=20).map("".join),
)
def test_the_table_finds_what_plain_search_finds(values: list[str], text: str) -> None:
    """The slow obvious implementation, position by position, agrees."""

    def joins(left: str, right: str) -> bool:
        if is_unspaced(left + right) or not (left.isalnum() and right.isalnum()):
            return False
        return is_latin(left) == is_latin(right)

    expected = set()
    for value in values:
        if not searchable(value):
            continue
        done = 0  # occurrences of a value without borders do not overlap themselves
        for start in range(len(text) - len(value) + 1):
            end = start + len(value)
            if is_unspaced(value) and start < done:
                continue
            here, wanted = text[start:end], value
            if not value.isalpha() and not is_unspaced(value):
                here, wanted = fold(here), fold(wanted)
            inside = (start > 0 and joins(text[start - 1], text[start])) or (
                end < len(text) and joins(text[end - 1], text[end])
            )
            if here == wanted and (is_unspaced(value) or not inside):
                expected.add((start, end))
                done = end
    for kind in (KnownValues, ValueList, in_trees):
        found = {(span.start, span.end) for span in kind(("CUSTOM", value) for value in values).find(text)}
        assert found == expected


def is_latin(char: str) -> bool:
    return char in "0123456789" or "LATIN" in unicodedata.name(char)


def in_trees(values: Iterable[tuple[str, str]]) -> KnownValues:
    """Return the set as it is made where many values begin with one word."""
    with mock.patch.object(known_module, "_MANY", 0):
        return KnownValues(values)


@pytest.mark.parametrize(
    ("entity_type", "yes", "no"),
    [
        ("PASSWORD", "hunter2!", "hunter"),
        ("PASSWORD", "S3cr3t-77", "postgres"),
        ("PASSWORD", "correct horse battery staple", "not found"),
        ("PASSWORD", "xKqPzRtYw", "AccessDenied"),
        ("PASSWORD", "admin2024", "admin123"),
        ("PASSWORD", "a1b2c3", "test1"),
        ("PASSWORD", "12345678", "123456"),
        ("PASSWORD", "wort-pass-wort-pass", "main"),
        ("SECRET_VALUE", "k9f3a7c2", "get_userName"),
        ("API_KEY", "sk_live_51H8xq", "auth.password"),
        ("URL_CREDENTIAL", "s3cr3t", "docker"),
        ("USERNAME", "mgonzalez", "ephemeral"),
        ("USERNAME", "mariagonzalez", "numpy"),
        ("HOME_PATH", "kofi2", "user2"),
        ("USERNAME", "mia_li_3668", "main"),
        ("USERNAME", "maria.gonzalez", "Repositories"),
        ("USERNAME", "@mgonzalez", "https"),
        ("HOME_PATH", "m.gonzalez", "runner"),
        ("HOST_NAME", "db-01.internal", "web01"),
        ("PERSON", "Jordan Miller", "jordan"),
        ("PERSON", "jordan miller", "akka"),
        ("PERSON", "Gonzalez", "JFK"),
        ("PERSON", "Maria", "LU15PA"),
        ("PERSON", "GONZALEZ", "LAX"),
        ("PERSON", "O'Neill", "wingman"),
        ("PERSON", "\u5f20\u4f1f", "will"),  # a script without capitals
        ("GIT_AUTHOR", "Ana", "dependabot"),
        ("EMAIL_ADDRESS", "a@example.org", "a@"),
        ("PHONE_NUMBER", "+1 202 555 0143", "1234"),
        ("US_SSN", "536-22-1874", "536"),
        ("CREDIT_CARD", "4111111111111111", "4111"),
        ("US_BANK_NUMBER", "00123456", "ABC12"),
        ("LICENSE_PLATE", "B AB 1234", "GOLF"),
        ("LOCATION", "Paris", "turkey"),
        ("ORGANIZATION", "Acme", "apple"),
        ("CUSTOM", "nothing", "no"),  # what the operator lists counts as it is
        ("TRADE_SECRET", "heron", "he"),
    ],
)
def test_what_is_replaced_everywhere(entity_type: str, yes: str, no: str) -> None:
    """A value that can hardly mean anything else is; a plain word or a short number stays a word elsewhere."""
    assert (distinctive(entity_type, yes), distinctive(entity_type, no)) == (True, False)
    assert (recurs(entity_type, yes), recurs(entity_type, no)) == (True, False)


@pytest.mark.parametrize(("value", "expected"), [("W2378156", True), ("gift_card_3491931", True), ("HAT052", False)])
def test_a_nameless_number_does_not_reach_back(value: str, expected: bool) -> None:
    """What only its context makes an identifier recurs from there on."""
    assert recurs("ID_NUMBER", value) is expected
    assert not distinctive("ID_NUMBER", value)


def test_one_form_whatever_the_neighbours() -> None:
    """A spelling in another letter case has the value's form, cut out of any text, in every script."""
    for code in range(0x110000):
        char = chr(code)
        assert fold(f"a{char}b")[1:-1] == fold(char)
        assert fold(f"{char} ")[:-1] == fold(char)
        assert fold(char).isalpha() == char.isalpha()
    assert form("\u039f\u0394\u039f\u03a3 1") == form("\u03bf\u03b4\u03bf\u03c3 1")


def test_many_values_without_spaces_are_found_like_a_few() -> None:
    """One walk over the text finds what a search for each value finds."""
    letters = "\u5f20\u4f1f\u738b\u82b3\u674e"
    values = [one + two + three for one in letters for two in letters for three in ("", *letters)]
    text = "".join(letters[number * number % 7 % 5] for number in range(400)) + " \u5f20\u5f20\u5f20\u5f20"
    many = KnownValues(("PERSON", value) for value in values).find(text)
    few = [span for value in values for span in KnownValues([("PERSON", value)]).find(text)]
    assert sorted(many) == sorted(few)
    assert many == sorted(many, key=lambda span: (span.start, -span.end))


def test_values_with_one_beginning_cost_no_more() -> None:
    """Hundreds of long values that begin with one word, and a text full of that word: a step or two for each."""
    values = [("API_KEY", f"k-{'x7Qz' * (5 + number)}") for number in range(700)]
    text = "k " * 200_000 + values[-1][1]
    begun = time.process_time()
    assert [span.end for span in KnownValues(values).find(text)] == [len(text)]
    assert time.process_time() - begun < 4


@pytest.mark.parametrize("size", range(1, 24))
def test_the_same_in_parts(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a part of a long text ends, in a word or beside it, the same values are found."""
    values = [("PERSON", f"Name{number} Other{number}") for number in range(40)]  # many, so that words are listed
    text = ", ".join(f"then {value}" for _, value in values)
    known = KnownValues(values)
    whole = known.find(text)
    assert len(whole) == 40
    monkeypatch.setattr(known_module, "_PART_CHARS", size)
    assert known.find(text) == whole
