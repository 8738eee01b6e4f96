"""What is undone beside a value hides it no more than the value's own disguise does: found in plain, found escaped."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from itertools import product
from urllib.parse import quote

import pytest

from tests.support import VALUES, patterns_only

TYPES = ("EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN", "IP_ADDRESS", "GITHUB_TOKEN", "PHONE_NUMBER")
# What stands before a value, and what it stands for.
LEFT = {
    r"see\n": "see\n",
    r"see\t": "see\t",
    r"see\\n": "see\n",
    r"page 1\f": "page 1\f",
    r"page 1\v": "page 1\v",
    "see%20": "see ",
    "see%0A": "see\n",
    r"see\u0020": "see ",
    r"see\x20": "see ",
    r"{\x22a\x22:\x22": '{"a":"',
    r"see\040": "see ",
    r"see\012\040": "see\n ",
    "see&#32;": "see ",
    "see&quot;": 'see"',
    "a=3D": "a=",
    "see%3Cb%3E": "see<b>",
    r"see\u003cb\u003e": "see<b>",
}
# What stands behind it: what a copy drops, folds to a letter or digit, or undoes.
RIGHT = (
    *(" x", "¹", "™", "½", "<b>x", "<sup>1</sup>x", "<!-- a -->x", "\u00adx", "\u200bx", "\x1b[1mx"),
    *("&lt;b&gt;x", "%3Cb%3Ex", r"\u003cb\u003ex", r"\x22", r"\nx", "%20x"),
)
# A tag or comment that is none of a word's, for it holds the value.
TAGS = (
    'see:<a title="{}">us</a>',
    'see:<a href="https://example.com/?q={}&x=1">us</a>',
    "see:<!-- {} -->x",
    'x<span data-a="{}"/>y',
)
DISGUISES: dict[str, Callable[[str], str]] = {
    "percent": lambda value: quote(value, safe=""),
    "HTML": lambda value: "".join(f"&#{ord(char)};" for char in value),
    "zero-width": "\u200b".join,
    "full-width": lambda value: value.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
}
WHOLE: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "JSON escapes": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
}
# What ends a URL without a path: a mailbox behind it is none of its user info.
BESIDE_URLS = (
    *("https://example.com\n{}", '{{"url":"https://example.com","mail":"{}"}}', '["https://example.com","bob","{}"]'),
    *("<a href='https://example.com'>{}</a>", "[x](https://example.com)\n{}", "`https://example.com`,`{}`"),
    *("('https://example.com','{}')", "<https://example.com><{}>", '{{"a":"redis://cache","b":"{}"}}', "db://a\x07{}"),
)
# Texts in which a second look undoes what was none: a line end in a path, text in a password.
ONCE = (
    (r"C:\Users\nina\Docs", "nina"),
    (r"C:\Users\tom\new", "tom"),
    ("password: Y29ycmVjdCBob3JzZSBhYg==", "Y29ycmVjdCBob3JzZSBhYg=="),
    ('api_key="68656c6c6f206d7920667269656e6473"', "68656c6c6f206d7920667269656e6473"),
)


@cache
def covered(text: str) -> list[bool]:
    """Return of each character whether it is replaced."""
    marks = [False] * len(text)
    for span in patterns_only().find(text):
        marks[span.start : span.end] = [True] * (span.end - span.start)
    return marks


def is_found(text: str, value: str) -> bool:
    """Tell whether `value` is replaced as a whole."""
    at = text.index(value)
    return all(covered(text)[at : at + len(value)])


@pytest.mark.parametrize("entity_type", TYPES)
def test_an_escape_on_one_side_and_a_sign_on_the_other(entity_type: str) -> None:
    """Whichever neighbours are undone, a value that is found beside plain ones is found beside them."""
    value = VALUES[entity_type]
    rows = list(product(LEFT.items(), RIGHT))
    plain = [is_found(f"{stands_for}{value}{right}", value) for (_, stands_for), right in rows]
    missed = [
        left + value + right
        for ((left, _), right), found in zip(rows, plain, strict=True)
        if found and not is_found(f"{left}{value}{right}", value)
    ]
    assert not missed
    assert sum(plain) > len(rows) / 2


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_tag_that_holds_a_value(tag: str, disguise: str) -> None:
    for entity_type in TYPES:
        hidden = DISGUISES[disguise](VALUES[entity_type])
        assert is_found(f"before {hidden} after", hidden)
        assert is_found(tag.format(hidden), hidden), entity_type


@pytest.mark.parametrize("entity_type", ["CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "GITHUB_TOKEN"])
def test_a_disguised_value_beside_a_sign_that_folds(entity_type: str) -> None:
    hidden = DISGUISES["full-width"](VALUES[entity_type])
    for text in (f"see {hidden}™ x", f"see {hidden}² x", f"see ¹{hidden} x", f"see 1\ufe0f\u20e3{hidden} x"):
        assert is_found(text, hidden), text


@pytest.mark.parametrize("encoding", WHOLE)
def test_an_encoded_tag_that_holds_a_value(encoding: str) -> None:
    for tag, entity_type in product(TAGS, TYPES):
        text = WHOLE[encoding](tag.format(VALUES[entity_type]))
        assert any(covered(text)), (tag, entity_type)


@pytest.mark.parametrize(("text", "value"), ONCE)
@pytest.mark.parametrize("encoding", WHOLE)
def test_what_an_encoding_uncovers_is_read_before_it_is_undone_again(encoding: str, text: str, value: str) -> None:
    assert is_found(text, value)
    encode = WHOLE[encoding]
    if encoding in ("base64", "hexadecimal"):
        assert any(covered(encode(text)))
    else:
        assert is_found(encode(text), encode(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ip=3D203.0.113.77&x=3D1", "203.0.113.77"),
        ("Content-Transfer-Encoding: quoted-printable\n\nto=20203.0.113.77=22", "203.0.113.77"),
        (r"parse('{\x22card\x22:\x225555555555554444\x22}')", "5555555555554444"),
        (r"iban\x3dDE89370400440532013000", "DE89370400440532013000"),
        (r"//srv/share\040203.0.113.77\040x", "203.0.113.77"),
        ("body: name=4111+1111+1111+1111", "4111+1111+1111+1111"),
        ("curl -d card=4111+1111+1111+1111 https://example.com/x", "4111+1111+1111+1111"),
        ("iban=DE89+3704+0044+0532+0130+00", "DE89+3704+0044+0532+0130+00"),
    ],
)
def test_escapes_of_one_sign(text: str, value: str) -> None:
    assert is_found(text, value)


@pytest.mark.parametrize(
    "text",
    ["x=20203.0.113.77", "n=3203.0.113.77", r"a\q5555555555554444", "size=31, left=22", "sum=4111+1111+1111+1112"],
)
def test_what_is_no_escape(text: str) -> None:
    """A number behind an equals sign begins with itself."""
    assert not any(covered(text))


@pytest.mark.parametrize("carrier", BESIDE_URLS)
def test_a_mailbox_behind_a_url(carrier: str) -> None:
    mail = VALUES["EMAIL_ADDRESS"]
    text = carrier.format(mail)
    assert is_found(text, mail)


@pytest.mark.parametrize("end", ["\nand so on", "\r\nname: x", " and", "\n"])
@pytest.mark.parametrize("value", ["203.0.113.177", "4111111111111111", "DE89370400440532013000"])
def test_padding_at_the_end_of_a_line(value: str, end: str) -> None:
    """It is none of quoted-printable, which would join the next line to it."""
    for codec in ("utf-8", "utf-16-le"):
        word = base64.b64encode(value.encode(codec)).decode()
        if "=" in word:
            assert is_found(f"see {word}{end}", word)
            assert not covered(f"see {word}{end}")[len(word) + 6 :].count(True)
