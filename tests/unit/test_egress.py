"""A value in any spelling stops the request; what is no value does not."""

import base64
import html
import json
from contextlib import nullcontext
from urllib.parse import quote

import pytest

from relay.egress import check
from relay.errors import ScrubFailed

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
    body = SPELLINGS[spelling](f"{before}{value}. End")
    with pytest.raises(ScrubFailed) as caught:
        check(body, "/v1/x", [*others, (entity_type, value)])
    assert value not in str(caught.value)
    assert str(caught.value).endswith(f": {entity_type}")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Will", "will you"),
        ("Ann", "Annual Anns"),
        ("Maria Gonzalez", "Maria Gonzalezová"),
        ("Al", "Al is too short to tell"),
        ("1234", "1234 is any number"),
        ("536-22-1874", "1536-22-1874"),
        ("user", '{"role": "user"}'),
        ("Maria", base64.b64encode(b"x Maria x").decode()),
    ],
)
def test_near_misses_pass(value: str, text: str) -> None:
    """Parts of words, other letter case of a plain word, short values and words of the protocol are no leak."""
    check(text.encode(), "/v1/x", [("PERSON", value)])
    check(text.encode(), "/v1/x", [*OTHERS, ("PERSON", value)])


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
    with pytest.raises(ScrubFailed):
        check(text.encode(), "/v1/x", [*others, ("PERSON", value)])


def test_path_and_headers_count() -> None:
    """The value may not leave in any part of the request."""
    pairs = [("PERSON", "Maria Gonzalez")]
    with pytest.raises(ScrubFailed):
        check(b"{}", "/v1/x?q=Maria%20Gonzalez", pairs)
    with pytest.raises(ScrubFailed):
        check(b"{}", "/v1/x", pairs, headers=(("x-title", "for Maria Gonzalez"),))


def test_lookalikes_are_no_values() -> None:
    """A placeholder that a user typed was vaulted as itself, and an issued one may read the same."""
    check(b"hello [PERSON_1]", "/v1/x", [("PLACEHOLDER_LOOKALIKE", "[PERSON_1]")])


def test_a_stand_in_is_no_leak() -> None:
    """A moved date that reads like another real one of the session does not stop the request."""
    check(b"on 2023-05-06", "/v1/x", [("DATE_TIME", "2023-05-06")], issued=("2023-05-06",))
    with pytest.raises(ScrubFailed):
        check(b"on 2023-05-06", "/v1/x", [("DATE_TIME", "2023-05-06")])


@pytest.mark.parametrize(
    ("value", "body", "path", "leak"),
    [
        ("claude", '{"model":"claude-x"}', "/v1/messages", False),
        ("claude", "{}", "/v1/models/claude-x:generateContent", False),
        ("claude", '{"model":"claude-x","text":"ask claude"}', "/v1/messages", True),
        ("claude", '{"model":"claude-x","text":"ask claude-x"}', "/v1/messages", True),
        ("claude", '{"model":"claude-xy"}', "/v1/messages", True),
        ("claude@example.org", '{"model":"claude@example.org"}', "/v1/messages", True),
    ],
)
def test_the_name_of_the_model(value: str, body: str, path: str, leak: bool) -> None:
    """A plain word of the model's name may stand in it, whatever a prompt made of that word, and nowhere else."""
    model = "claude@example.org" if "@" in value else "claude-x"
    with pytest.raises(ScrubFailed) if leak else nullcontext():
        check(body.encode(), path, [("PERSON", value)], model=model)


def test_every_type_is_named_once() -> None:
    """The message tells which types, in order, and no more."""
    with pytest.raises(ScrubFailed, match=r": CITY, PERSON$"):
        check(b"Ann Bob Rome", "/", [("PERSON", "Ann"), ("PERSON", "Bob"), ("CITY", "Rome")])
