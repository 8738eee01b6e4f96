"""A value in any spelling is found in what is about to leave; what is no value is not."""

import base64
import html
import json
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest

from relay.request import egress
from relay.request.egress import EGRESS, left, private, uncovered
from relay.types import Span

VALUES = [
    ("PERSON", "Maria Gonzalez"),
    ("PERSON", "Zoë Müller-Özil"),
    ("EMAIL_ADDRESS", "o'brien@example.com"),
    ("STREET", 'Main "St" 5\nDoor \\7'),
    ("US_SSN", "536-22-1874"),
    ("PERSON", "Wilhelmina"),
    ("PERSON", "张伟强"),
]
SPELLINGS = {
    "utf-8": lambda text: text.encode(),
    "json": lambda text: json.dumps({"a": text}, ensure_ascii=False).encode(),
    "json, escaped": lambda text: json.dumps({"a": text}).encode(),
    "json in json": lambda text: json.dumps(json.dumps({"a": text})).encode(),
    "json in json in json": lambda text: json.dumps(json.dumps(json.dumps({"a": text}))).encode(),
    "percent": lambda text: b"q=" + quote(text).encode(),
    "percent, all": lambda text: b"q=" + quote(text, safe="").encode(),
    "html": lambda text: html.escape(text).encode(),
    "html, numbered": lambda text: "".join(f"&#{ord(char)};" for char in text).encode(),
    "html in json": lambda text: json.dumps(html.escape(text)).encode(),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64, url": lambda text: base64.urlsafe_b64encode(text.encode()),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "hexadecimal in json": lambda text: json.dumps({"dump": text.encode().hex().upper()}).encode(),
    "base64 in json": lambda text: json.dumps({"image": base64.b64encode(text.encode()).decode()}).encode(),
}


# More values than are searched for one by one, none of which occurs.
OTHERS = [("CITY", f"{word}{number}") for number in range(8) for word in ("Nowhere ", "Ungrund\0", "Ж", "ab-")]


@pytest.mark.parametrize("others", [[], OTHERS], ids=["alone", "among many"])
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("before", ["", "a ", "ab ", 'x"', "\n", "\\", "é "])
@pytest.mark.parametrize(("entity_type", "value"), VALUES)
def test_every_spelling_is_found(
    entity_type: str, value: str, before: str, spelling: str, others: list[tuple[str, str]]
) -> None:
    """Alone, after anything that ends a word, and at every base64 alignment."""
    body = SPELLINGS[spelling](f"{before}{value}. End").decode()
    assert left([body], "/v1/x", [*others, (entity_type, value)]) == [(entity_type, value)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Will", "will you"),
        ("Ann", "Annual Anns"),
        ("Maria Gonzalez", "Maria Gonzalezová"),
        ("Al", "Al is too short to tell"),
        ("1234", "1234 is any number"),
        ("536-22-1874", "1536-22-1874"),
        ("Maria", base64.b64encode(b"x Maria x").decode()),
    ],
)
def test_near_misses_pass(value: str, text: str) -> None:
    """Parts of words, other letter case of a plain word and short values are no leak."""
    assert left([text], "/v1/x", [("PERSON", value)]) == []
    assert left([text], "/v1/x", [*OTHERS, ("PERSON", value)]) == []


@pytest.mark.parametrize("others", [[], OTHERS], ids=["alone", "among many"])
@pytest.mark.parametrize(
    ("value", "text", "stands"),
    [
        ("203.0.113.77", "v203.0.113.77x", True),
        ("4111 1111 1111 1111", "x4111 1111 1111 1111and", True),
        ("DE89370400440532013000", "de89370400440532013000x", True),
        ("DE89370400440532013000", "xDE89370400440532013000", False),
        ("203.0.113.77", "1203.0.113.77 203.0.113.775", False),
        ("94103123", "x94103123", False),
    ],
)
def test_glued_to_letters(value: str, text: str, stands: bool, others: list[tuple[str, str]]) -> None:
    """What is nothing else by accident is found all the same."""
    assert left([text], "/v1/x", [*others, ("CUSTOM", value)]) == ([("CUSTOM", value)] if stands else [])


@pytest.mark.parametrize("others", [[], OTHERS], ids=["alone", "among many"])
@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("maria gonzalez", "MARIA GONZALEZ"),
        ("Maria@Example.org", "maria@example.org"),
        ("Will", "ask Will."),
        ("user", "the user said"),
        ("张伟强", "请问张伟强在吗"),
        ("AB株式会社", "請求AB株式会社xyz"),
        ("Müller", "“Müller”"),
        ("Мария Петрова", "«МАРИЯ ПЕТРОВА»"),
        ("№ 12345-77", "the № 12345-77 is"),
        ("\0quux", "a\0quux"),
    ],
)
def test_letter_case_and_scripts(value: str, text: str, others: list[tuple[str, str]]) -> None:
    """More than one plain word is found in any letter case; unspaced scripts need no boundary."""
    assert left([text], "/v1/x", [*others, ("CUSTOM", value)]) == [("CUSTOM", value)]


def test_the_head_counts() -> None:
    """The value may not leave in any part of the request, and a border between two texts joins nothing."""
    pairs = [("PERSON", "Maria Gonzalez")]
    assert left([], "/v1/x?q=Maria%20Gonzalez", pairs) == pairs
    assert left([], "/v1/x\nfor Maria Gonzalez", pairs) == pairs
    assert left(["Maria", " Gonzalez"], "/v1/x", pairs) == []


def test_lookalikes_are_no_values() -> None:
    """A placeholder that a user typed was vaulted as itself, and an issued one may read the same."""
    assert left(["hello [PERSON_1]"], "/v1/x", [("PLACEHOLDER_LOOKALIKE", "[PERSON_1]")]) == []


def test_a_stand_in_is_no_leak() -> None:
    """A moved date that reads like another real one of the session does not stop the request."""
    dates = [("DATE_TIME", "2023-05-06")]
    assert left(["on 2023-05-06"], "/v1/x", dates, issued=("2023-05-06",)) == []
    assert left(["on 2023-05-06"], "/v1/x", dates) == dates


def test_all_that_is_left_is_named() -> None:
    """Each value once, in the order in which they were given."""
    pairs = [("PERSON", "Ann"), ("PERSON", "Eve"), ("CITY", "Rome"), ("PERSON", "Bob")]
    assert left(["Ann Bob Rome Ann"], "/", pairs) == [pairs[0], pairs[2], pairs[3]]


MAIL = [("EMAIL_ADDRESS", "o'brien@example.com")]


@pytest.mark.parametrize(
    ("text", "covered", "spans"),
    [
        ("to o&#39;brien&#64;example.com now", [], ["o&#39;brien&#64;example.com"]),
        ("x\nto o%27brien%40example.com\nx", [], ["o%27brien%40example.com"]),
        ("a bydicmllbkBleGFtcGxlLmNvbQ== b", [], ["bydicmllbkBleGFtcGxlLmNvbQ=="]),
        ("o'brien@example.com, o&#39;brien@example.com", [(0, 19)], ["o&#39;brien@example.com"]),
        ("o'brien@example.com", [(0, 19)], []),
        ("nothing here", [], []),
    ],
)
def test_what_still_holds_a_value_is_covered(text: str, covered: list[tuple[int, int]], spans: list[str]) -> None:
    """The word, in whatever spelling, and nothing beside it."""
    found = uncovered(text, covered, private(MAIL, issued=()))
    assert [text[span.start : span.end] for span in found] == spans
    assert all(span[0] == "EMAIL_ADDRESS" and span.recognizer == EGRESS for span in found)


def test_a_line_is_covered_where_no_word_holds_the_value() -> None:
    """A value of several words, each of them written otherwise, is covered with its line."""
    line = "call Maria &#71;onzalez, please"
    span = Span("PERSON", 6, 6 + len(line), 1.0, EGRESS)
    assert uncovered(f"first\n{line}\nlast", [], [("PERSON", "Maria Gonzalez")]) == [span]


@pytest.mark.parametrize("spelling", ["utf-8", "json, escaped", "percent, all", "html, numbered", "base64"])
@pytest.mark.parametrize("filling", ["word ", "x", "x/"])
def test_a_long_text_is_read_like_a_short_one(filling: str, spelling: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In windows, which lose nothing where one ends, and make no border between words."""
    monkeypatch.setattr(egress, "_WINDOW_CHARS", 40)
    monkeypatch.setattr(egress, "_MOST_BORDER_CHARS", 30)
    value = ("PERSON", "Maria Gonzalez")
    written = SPELLINGS[spelling](value[1]).decode()
    for size in range(0, 400, 3):
        before = (filling * size)[:size]
        assert left([f"{before} {written} {filling * 200}"], "", [value]) == [value], size
        assert left([f"{before} xMaria Gonzalezx {filling * 200}"], "", [value]) == [], size


@pytest.mark.parametrize(
    "made",
    [
        lambda number: f"203.{number // 250 % 250}.{number % 250 + 1}.{number // 62_500 + 1}",
        lambda number: f"536-{number // 100 % 90 + 10}-{number % 9_000 + 1_000}",
        lambda number: f"u{number}@{'long' * 8}.example.com",
        lambda number: "\u738b" + chr(0x4E00 + number % 9_000) + chr(0x4E00 + number // 9_000),
    ],
)
def test_values_with_much_in_common_are_looked_for_together(made: Callable[[int], str]) -> None:
    """Twice the values in twice the text take twice the time, though they share their longest word; all are found."""

    def seconds(count: int) -> float:
        values = [("CUSTOM", made(number)) for number in range(count)]
        # The same words in another order: none stands there, and each looks as if it might.
        text = "\\n".join(value[::-1].replace("moc.", "com.") for _, value in values)
        text += "".join(f" {part}" for part in made(1).replace("@", " ").replace("-", " ").replace(".", " ").split())
        begun = time.thread_time()
        left([text], "/v1/x", values)
        return time.thread_time() - begun

    few, many = (min(seconds(count) for _ in range(2)) for count in (4_000, 16_000))
    assert many < 9 * few
    values = [("CUSTOM", made(number)) for number in range(0, 4_000, 97)]
    assert left(["\\n".join(value for _, value in values)], "/v1/x", values) == values
