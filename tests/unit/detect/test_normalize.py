"""Disguised values: found in the normalised copy, reported in the original."""

from __future__ import annotations

import time
from base64 import b32encode, b64encode, urlsafe_b64encode
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.normalize import HINTS, normalize
from relay.types import Segment, Span
from tests.support import patterns_only

ANALYZER = patterns_only()

FULL_WIDTH = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in map(chr, range(0x21, 0x7F))})

PARENTHESISED = {ord(str(number)): chr(base + number) for number in range(1, 10) for base in (0x2473,)}
ENCLOSED = {ord("A") + place: chr(0x1F150 + place) for place in range(26)}

DISGUISES = {
    "percent": lambda value: "".join(f"%{byte:02X}" for byte in value.encode()),
    "percent, signs only": lambda value: "".join(c if c.isalnum() else f"%{ord(c):02x}" for c in value),
    "html decimal": lambda value: "".join(f"&#{ord(char)};" for char in value),
    "html hexadecimal": lambda value: "".join(f"&#x{ord(char):x};" for char in value),
    "json": lambda value: "".join(f"\\u{ord(char):04x}" for char in value),
    "full-width": lambda value: value.translate(FULL_WIDTH),
    "zero-width space": "\u200b".join,
    "soft hyphen": "\u00ad".join,
    "word joiner": "\u2060".join,
    "base64": lambda value: b64encode(f"Contact: {value}".encode()).decode(),
    "base64 for URLs": lambda value: urlsafe_b64encode(f"Contact: {value}?".encode()).decode().rstrip("="),
    "percent, in UTF-16": lambda value: "".join(f"%u{ord(char):04x}" for char in value),
    "html decimal, with zeros": lambda value: "".join(f"&#{ord(char):09};" for char in value),
    "html hexadecimal, with zeros": lambda value: "".join(f"&#X{ord(char):08X};" for char in value),
    "code points": lambda value: "".join(f"U+{ord(char):04X}" for char in value),
    "code points, apart": lambda value: " ".join(f"U+{ord(char):04X}" for char in value),
    "hexadecimal escapes": lambda value: "".join(f"\\x{ord(char):02x}" for char in value),
    "long escapes": lambda value: "".join(f"\\U{ord(char):08x}" for char in value),
    "escapes in braces": lambda value: "".join(f"\\u{{{ord(char):x}}}" for char in value),
    "css": lambda value: "".join(f"\\{ord(char):06x}" for char in value),
    "octal": lambda value: "".join(f"\\{ord(char):03o}" for char in value),
    "quoted-printable": lambda value: "".join(f"={ord(char):02X}" for char in value),
    "quoted-printable, small": lambda value: "".join(f"={ord(char):02x}" for char in value),
    "hexadecimal": lambda value: value.encode().hex(),
    "hexadecimal of UTF-16": lambda value: value.encode("utf-16-le").hex(),
    "hexadecimal of a line": lambda value: f"{value}\n".encode().hex(),
    "bytes of a database": lambda value: "\\x" + value.encode().hex(),
    "base32": lambda value: b32encode(value.encode()).decode().rstrip("="),
    "base64 of UTF-16": lambda value: b64encode(value.encode("utf-16-le")).decode(),
    "base64 of UTF-16, the other way": lambda value: b64encode(value.encode("utf-16-be")).decode(),
    "base64 of UTF-32": lambda value: b64encode(value.encode("utf-32")).decode(),
    "base64 of Latin-1": lambda value: b64encode(f"caf\u00e9: {value}!".encode("latin-1")).decode(),
    "base64 of a message": lambda value: b64encode(b"\x0a\x0f%b\x12\x05\x01\x08\x96" % value.encode()).decode(),
    "base64 in JSON": lambda value: b64encode(f"?>? {value}".encode()).decode().replace("/", "\\/"),
    "parenthesised and dingbats": lambda value: value.translate(PARENTHESISED),
    "letters in circles": lambda value: value.translate(ENCLOSED),
    "fillers": "\u3164".join,
    "musical beams": "\U0001d173".join,
    "marks that take room": lambda value: "".join(f"{char}\u0903" if char.isalnum() else char for char in value),
    "spaced out by a no-break space": "\u00a0".join,
    "spaced out": " ".join,
    "spaced out by underscores": lambda value: "_".join(value) if "-" not in value else " ".join(value),
}

ROWS = [
    ("maria@example.org", "EMAIL_ADDRESS"),
    ("4111-1111-1111-1111", "CREDIT_CARD"),
    ("DE89370400440532013000", "IBAN_CODE"),
    ("AKIAIOSFODNN7EXAMPLE", "AWS_ACCESS_KEY"),
    ("536-22-1234", "US_SSN"),
]


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize(("value", "entity_type"), ROWS)
def test_a_disguised_value_is_found_whole(value: str, entity_type: str, disguise: str) -> None:
    """The span covers exactly the disguised value, in code points of the original."""
    hidden = DISGUISES[disguise](value)
    text = f"see {hidden} now"
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [(text[s.start : s.end], s.entity_type) for s in spans] == [(hidden, entity_type)]


LAYERS: dict[str, Callable[[str], str]] = {
    "base64": lambda text: b64encode(f"<{text}>".encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
    "percent": DISGUISES["percent"],
    "html": DISGUISES["html decimal"],
    "json": DISGUISES["json"],
    "quoted-printable": lambda text: "".join(f"={byte:02X}" for byte in text.encode()),
    "full-width": DISGUISES["full-width"],
    "zero-width": DISGUISES["zero-width space"],
}


@pytest.mark.parametrize("outer", LAYERS)
@pytest.mark.parametrize("inner", LAYERS)
def test_one_disguise_inside_another(inner: str, outer: str) -> None:
    """In any order."""
    hidden = LAYERS[outer](LAYERS[inner]("maria@example.org"))
    text = f"see {hidden} now"
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [(text[s.start : s.end], s.entity_type) for s in spans] == [(hidden, "EMAIL_ADDRESS")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            (f"{before}{value}{behind}", value)
            for before, behind in [
                ("\x1b[31m", "\x1b[0m"),
                ("\x1b[01;31m\x1b[K", "\x1b[m\x1b[K"),
                ("\x9b1m", "\x9b0m"),
                ("\\u001b[31m", "\\u001b[0m"),
                ("\\033[32m", "\\033[0m"),
                ("\\e[1;32m", "\\e[0m"),
                ("\\x1b[32m", "\\x1b[0m"),
                ("\x1b[1m\x1b(B", "\x1b(B\x1b[m"),
                # What begins a colour was lost on the way, or shown.
                ("[36m", "[0m"),
                ("[01;31m", "[0m"),
                ("^[[36m", "^[[0m"),
                ("\N{SYMBOL FOR ESCAPE}[36m", "\N{SYMBOL FOR ESCAPE}[0m"),
                ("\N{REPLACEMENT CHARACTER}[36m", "\N{REPLACEMENT CHARACTER}[0m"),
                ("&#27;[33m", "&#27;[0m"),
            ]
            for value, _ in ROWS
        ],
        ("<b>536</b>-22-1234", "536</b>-22-1234"),
        ("at 536<wbr>-22<!-- x -->-1234.", "536<wbr>-22<!-- x -->-1234"),
        ("petra\\_lindqvist\\@example.org", "petra\\_lindqvist\\@example.org"),
        ("petra=40example.org", "petra=40example.org"),
        ("id-bm90ZSB0byBtYXJpYUBleGFtcGxlLm9yZw", "bm90ZSB0byBtYXJpYUBleGFtcGxlLm9yZw"),
        ("/files/bm90ZSB0byBtYXJpYUBleGFtcGxlLm9yZw", "bm90ZSB0byBtYXJpYUBleGFtcGxlLm9yZw"),
        ("xbm90ZSB0byBtYXJpYUBleGFtcGxlLm9yZw", "bm90ZSB0byBtYXJpYUBleGFtcGxlLm9yZw"),
        ("by 203。0｡113。77", "203。0｡113。77"),
        ("write to mаriа@exаmple.org", "mаriа@exаmple.org"),  # Cyrillic а
        ("write to mαria@example.org", "mαria@example.org"),  # Greek alpha
        ("card ٤١١١ ١١١١ ١١١١ ١١١١", "٤١١١ ١١١١ ١١١١ ١١١١"),  # Arabic-Indic digits
        ("card 𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏", "𝟒𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏 𝟏𝟏𝟏𝟏"),
    ],
)
def test_foreign_characters_hide_nothing(text: str, value: str) -> None:
    """Look-alike letters and digits of other scripts are read as what they look like."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [text[s.start : s.end] for s in spans] == [value]


def test_a_value_found_plain_is_found_disguised() -> None:
    """What no recognizer would find disguised is found because it is known from elsewhere."""
    texts = ["I am Zo\u00eb-Ann 4711", "signed Zoe\u0308-Ann 4711", "%5aZo%C3%AB-Ann%204711", "q=Zo%C3%AB-Ann%204711"]
    rows = ANALYZER.analyze(
        [Segment(pointer=f"/{place}", text=text) for place, text in enumerate(texts)],
        known=[("CUSTOM", "Zo\u00eb-Ann 4711")],
    )
    assert [[text[s.start : s.end] for s in row] for text, row in zip(texts, rows, strict=True)] == [
        ["Zo\u00eb-Ann 4711"],
        ["Zoe\u0308-Ann 4711"],
        [],  # another word
        ["Zo%C3%AB-Ann%204711"],
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("203[.]0[.]113[.]77 203.0.113[.]78", ["203[.]0[.]113[.]77", "203.0.113[.]78"]),
        ("hxxp[:]//203[dot]0[dot]113[dot]77/a", ["203[dot]0[dot]113[dot]77"]),
        ("maria@example[.]org", ["maria@example[.]org"]),
        ("grep '1[.]2[.]3' a[.]b x[.] [.]y 203[,]0[,]113[,]77", []),
    ],
)
def test_signs_in_brackets(text: str, found: list[str]) -> None:
    """An address that is written so that no program makes a link of it is found whole."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [text[span.start : span.end] for span in spans] == found


@pytest.mark.parametrize(
    "text", ["", "100% sure & ready", "a = b & c; d % 2", "Привет, мир", "Ελλάδα", "naïve café", "日本語"]
)
def test_plain_text_has_no_copy(text: str) -> None:
    """Nothing to undo: no copy."""
    assert normalize(text) is None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "%41",
                "%C3%A9",
                "%ff",
                "&amp;",
                "&#x1F600;",
                "\\u0041",
                "\\ud83d\\ude00",
                "\u200b",
                "e\u0301",
                "ﬁ",
                "Ａ",
                "а",
                "x",
                "7",
                " ",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_ranges_run_forward_and_cover(text: str) -> None:
    """Every character of the copy stands for a non-empty range, in order, inside the original."""
    copy = normalize(text)
    if copy is None:
        return
    ranges = [copy.back(Span("CUSTOM", place, place + 1))[1:3] for place in range(len(copy.text))]
    starts, ends = [low for low, _ in ranges], [high for _, high in ranges]
    assert all(low < high <= len(text) for low, high in ranges)
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    for first in range(len(ranges)):
        for last in range(first, len(ranges)):
            assert copy.back(Span("CUSTOM", first, last + 1))[1:3] == (starts[first], ends[last])
    for low in range(len(text)):
        for high in range(low, len(text) + 1):
            inside = [
                char for char, (start, end) in zip(copy.text, ranges, strict=True) if low <= start and end <= high
            ]
            assert copy.slice(low, high) == "".join(inside)


def test_work_is_linear() -> None:
    """The copy of twice the text has twice the length, and a long one is made at all."""
    assert len((normalize("%41" * 50_000) or normalize("")).text) == 50_000  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "text",
    [
        "\\" * 200_000,
        "\\" * 200_000 + "u004",
        "\\u00" * 50_000,
        "\u0430_" * 100_000,  # the Cyrillic a
        "x" + "\u0316\u0301" * 100_000,  # marks that stand in the wrong order
        "%4" * 100_000,
        "&a" * 100_000,
        "x\u200b" * 100_000,
    ],
)
def test_long_runs_of_signs_are_read_once(text: str) -> None:
    """200 KB of any sign that begins something take milliseconds; tried from each of them, they took minutes."""
    begun = time.process_time()
    normalize(text, [hint.name for hint in HINTS])
    assert time.process_time() - begun < 2


def test_a_slice_is_found_without_walking() -> None:
    """Ten thousand slices of a text of 300 KB look at a few places each."""
    copy = normalize("%41 a@example.org " * 17_000)
    assert copy is not None
    begun = time.process_time()
    assert {copy.slice(18 * turn, 18 * turn + 3) for turn in range(10_000)} == {"A"}
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # RFC 2047; a blank is an underscore there
        ("=?utf-8?Q?DE89_3704_0044_0532_0130_00?=", "DE89_3704_0044_0532_0130_00"),
        ("=?utf-8?q?maria=40example.org?=", "maria=40example.org"),
        ("=?ISO-8859-1?B?bWFyaWFAZXhhbXBsZS5vcmc?=", "bWFyaWFAZXhhbXBsZS5vcmc"),
        ("=?utf-8?Q?maria=40exam?= =?utf-8?Q?ple.org?=", "maria=40exam?= =?utf-8?Q?ple.org"),
        ("=?utf-8?Q?maria=40exam?=\r\n =?utf-8?Q?ple.org?=", "maria=40exam?=\r\n =?utf-8?Q?ple.org"),
        ("=?gb2312?B?08q8/kBtYXJpYUBleGFtcGxlLm9yZw==?=", "08q8/kBtYXJpYUBleGFtcGxlLm9yZw=="),
        # lines that go on in the next one
        ("ATTENDEE:mailto:maria@exam\r\n ple.org\r\nEND", "maria@exam\r\n ple.org"),
        ("ATTENDEE;CN=M;RSVP=TRUE:mailto:maria@exam\n ple.org\n", "maria@exam\n ple.org"),
        ("BEGIN:VCARD\nitem1.EMAIL:ma\n ria@exam\n ple.org", "ma\n ria@exam\n ple.org"),
        ("dn: cn=m\nmail: maria@exam\n ple.org\nsn: x", "maria@exam\n ple.org"),
        # of Latin letters in programs and in RTF only the letter is one sign
        ("b'm\\xc3\\xa4ria@example.org'", "m\\xc3\\xa4ria@example.org"),
        ("{\\rtf1 m\\'e4ria@example.org}", "m\\'e4ria@example.org"),
        ("to ma=F1ana@example.org", "ma=F1ana@example.org"),
        # short base64 in quotes and at the end of a line
        ('{"k": "ZGhjQGFiLm9yZw=="}', "ZGhjQGFiLm9yZw=="),
        ('{\\"k\\": \\"ZGhjQGFiLm9yZw==\\"}', "ZGhjQGFiLm9yZw=="),
        ("data:\n  mail: ZGhjQGFiLm9yZw==\n", "ZGhjQGFiLm9yZw=="),
        ("ip: MTAuMjAuMzAuNDA=\nport: 80", "MTAuMjAuMzAuNDA="),
    ],
)
def test_encodings_of_mail_calendars_and_documents(text: str, found: str) -> None:
    """The value as it is written there, without what stands around it."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [text[span.start : span.end] for span in spans] == [found]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("=?iso-8859-1?Q?J=FCrgen_Kr=E4mer?= x", "Jürgen Krämer x"),
        ("=?utf-8?Q?J=C3=BCrgen?= =?utf-8?B?IEtyw6RtZXI=?=", "Jürgen Krämer"),
        ("=?koi8-r?B?7cHSydE?=", "Мария"),
        ("=?shift_jis?Q?=93c=92=86?=", "田中"),
        ("J=FCrgen Kr=E4mer, =D6zg=FCr", "Jürgen Krämer, Özgür"),
        ("b'J\\xc3\\xbcrgen', 'J\\xfcrgen'", "b'Jürgen', 'Jürgen'"),
        ("{\\fonttbl\\rtf1 J\\'fcrgen}", "{\\fonttbl\ntf1 Jürgen}"),
        ("SUMMARY:Jür\r\n gen\r\n  K", "SUMMARY:Jürgen\r\n  K"),
        # which are none
        ("=?idna?Q?a?= =?x?Q?b?= a=?b", None),
        ("b=FFa, c=EEa, size=F7x, url?a=C3&b=A9, a == Eb", None),
        ("'don\\'fact'", None),
        ("Note: a1\n b2\nERROR: 12\n 34", None),
        ("@@ -1 +1 @@\n a\n b\n-c", None),
        ("key:\n value", None),
    ],
)
def test_how_such_encodings_read(text: str, plain: str | None) -> None:
    """The copy that is searched, and no copy where nothing is encoded."""
    copy = normalize(text)
    assert (None if copy is None else copy.text) == plain


@pytest.mark.parametrize("value", ["Qm7vX2pLr9sKd83hTzWc", "wJ7vX2pLr9sKd83hTzWcQm7v"])
def test_a_random_key_is_not_decoded_by_accident(value: str) -> None:
    """Some random bytes have legible ones among them; a value stands in one piece."""
    for text in (
        f"DEPLOY_KEY={value}\x1b[0m",
        f"\x1b[32mAPI_KEY\x1b[0m=\x1b[33m{value}\x1b[0m",
        f"x%3D1&api_key={value}",
    ):
        (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
        assert [text[span.start : span.end] for span in spans] == [value]


def test_a_jump_of_the_cursor_is_a_border() -> None:
    """A colour may change inside of a word, and the cursor moves between two."""
    text = "host\x1b[24G203.0.113.77 and 203.0\x1b[31m.113.78"
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [text[span.start : span.end] for span in spans] == ["203.0.113.77", "203.0\x1b[31m.113.78"]
