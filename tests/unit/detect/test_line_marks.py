"""A value is found at the beginning of a line, whatever a tool wrote before it."""

from __future__ import annotations

import pytest

from relay.detect.line_marks import without_marks
from relay.types import Segment
from tests.support import VALUES, patterns_only

MARKS = [
    *("-", "+", "> ", ">", "* ", "*", "1. ", "1)", "- ", "#", "//", "12:", "12-", "|", "•", "...", "…", "--", "++"),
    *("> -", "  +", "\t-", "> > *", "file.py-7-", "file.py:7:", "src/a-b/notes.txt-120-", "log-7-"),
]
WRITTEN = {
    **VALUES,
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "MAC_ADDRESS": "3c:22:fb:9a:10:5e",
    "MAC by hyphens": "3c-22-fb-9a-10-5e",
    "IBAN without gaps": "DE89370400440532013000",
    "area code": "(415) 555-2671",
    "national": "415-555-2671",
    "CPF": "529.982.247-25",
    "VIN": "1HGCM82633A004352",
    "AWS_KEY": "AKIAIOSFODNN7REALKEY",
    "NIF": "12345678Z",
}


@pytest.mark.parametrize("value", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_hides_nothing(mark: str, value: str) -> None:
    """In the first line and in a later one."""
    for text in (f"{mark}{value}\nlast", f"first\n{mark}{value}\nlast", f"first\r\n{mark}{value}"):
        (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
        start = text.index(value)
        assert any(span.start <= start and start + len(value) <= span.end for span in spans), text


@pytest.mark.parametrize("value", WRITTEN.values(), ids=WRITTEN)
@pytest.mark.parametrize("mark", ["--", "..", "...", "…"])
def test_signs_inside_of_a_line_hide_nothing(mark: str, value: str) -> None:
    """Before a word, as before a line."""
    text = f"see {mark}{value} of it"
    (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    start = text.index(value)
    assert any(span.start <= start and start + len(value) <= span.end for span in spans), text


@pytest.mark.parametrize("value", WRITTEN.values(), ids=WRITTEN)
def test_a_diff_of_words_hides_nothing(value: str) -> None:
    """What was there and what is, beside each other."""
    for text in (f"x: [-{value}-]{{+tbd+}}", f"x: [-tbd-]{{+{value}+}}.", f"x [-{value}-]\n", f"{{+{value}+}}{{+1+}}"):
        (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
        start = text.index(value)
        assert any(span.start <= start and start + len(value) <= span.end for span in spans), text


@pytest.mark.parametrize(
    "text",
    [
        "- a list of words, 5 of them",
        "-1.5\n+2.25\n-0.75",
        "5.1.2.3.4",
        "1.4111111111111111",
        "version-1.2.3.4 of 2",
        "- v1.2.3.4\n-1.2.3.4",
        "2024-05-06 at 12:30:45\n10:20:30.5 and 7-8-9",
        "--flag=3\n--port 8080",
        "x-1.2.113.77 inside of a line y-4-5",
        "a[-1], b[i-1] and [A-Za-z0-9_-]+, {+1, -2}",
        "see --1.2.3.4 and ..1.2.3.4, [-1.2.3-]{+1.2.4+}",
        "run --max-count=1000000000 --since=2024-05-06 --sha=9fceb02d0ae598e95dc970b74767f19372d61af8",
        "5 -1.25 -79.560194 --20.606921",
        "1..2 and 10...20, a..b@c",
    ],
)
def test_near_misses(text: str) -> None:
    """Numbers, versions, times and options are no values for it."""
    (spans,) = patterns_only().analyze([Segment(pointer="/0", text=text)])
    assert [text[span.start : span.end] for span in spans if span.entity_type != "DATE_TIME"] == []


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("-a1\n - b2", [" a1\n - b2"]),
        ("-+44 20", [" +44 20"]),
        ("12:+44", ["   +44"]),
        ("a.txt-7-x@y", ["        x@y"]),
        ("-7-x@y", [" 7-x@y", "   x@y"]),
        ("- bob@x", []),
        ("-word", []),
        ("in --b@x.y", ["in   b@x.y"]),
        ("in ..b@x.y -c@x.y", ["in   b@x.y  c@x.y"]),
        ("a [-b1-]{+c2+}", ["a   b1    c2  "]),
        ("a[-1], --x", []),
        ("in -1 line", []),
    ],
)
def test_everything_stands_where_it_stood(text: str, plain: list[str]) -> None:
    """A reading has as many characters, and there is none where no mark touches a word."""
    assert list(without_marks(text)) == plain
