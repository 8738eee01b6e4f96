"""Law 12: a value that is found alone is found glued to any script, in any leaf, under any key, beside any sign.

Scripts and signs come from Unicode. What is left out is what makes another value of it: digits of any script, Latin
letters, and the signs that continue it (`GOES_ON`).
"""

from __future__ import annotations

import base64
import json
import random
import string
import sys
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from relay.detect.borders import LATIN, WORD, is_bounded, is_firm, narrowed
from relay.detect.known import KnownValues
from relay.exchange import Core
from relay.request import egress
from relay.types import Segment
from relay.wire.protocol_words import passes
from tests.support import VALUES, chat, forms, patterns_only, sent

ANALYZER = patterns_only()
ALONE = {
    **VALUES,
    "AWS_ACCESS_KEY": "AKIAIOSFODNN7EXAMPLQ",
    "BR_CPF": "529.982.247-25",
    "CARD_UNSPACED": "4111111111111111",
    "CN_RESIDENT_ID": "330106198407162885",
    "CRYPTO": "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "ES_NIF": "12345678Z",
    "IBAN_UNSPACED": "DE89370400440532013000",
    "IPV6": "2001:db8:85a3::8a2e:370:7334",
    "IT_FISCAL_CODE": "RSSMRA85T10A562S",
    "KR_RRN": "840716-2387988",
    "MAC_ADDRESS": "9c:2d:71:e4:0a:b6",
    "PHONE_JAPAN": "090-1234-5678",
    "UK_NINO": "AB123456C",
    "VIN": "1M8GDM9AXKP042788",
}
# Signs that may be a part of the value or make a version, a decimal or an address of it, before and behind.
GOES_ON = {
    "IPV6": (":", ""),
    "MAC_ADDRESS": (":", ""),
    "PHONE_NUMBER": ("+", "%@"),
    "PHONE_JAPAN": ("+@#", "%@"),
}


@cache
def neighbours() -> tuple[str, ...]:
    """Return a letter of each script, and every sign of the Basic Multilingual Plane and emoji."""
    letters: dict[str, str] = {}
    for code in range(0x370, sys.maxunicode + 1):
        char = chr(code)
        if unicodedata.category(char) in ("Lo", "Ll") and unicodedata.normalize("NFKC", char) == char:
            letters.setdefault(unicodedata.name(char, "?").split(" ")[0], char)
    letters.pop("LATIN", None)
    signs = [
        char
        for char in map(chr, [*range(0x20, 0x3100), *range(0xFE10, 0x10000), *range(0x1F300, 0x1FAFF)])
        if unicodedata.category(char)[0] in "PSZ"
        and not any(each.isalnum() and each.isascii() for each in unicodedata.normalize("NFKC", char))
    ]
    return (*letters.values(), *signs)


def is_covered(text: str, value: str) -> bool:
    """Tell whether spans cover all letters and digits of `value` in `text`."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    start = text.index(value)
    covered = {place for span in spans for place in range(span.start, span.end)}
    return all(place in covered for place in range(start, start + len(value)) if text[place].isalnum())


@pytest.mark.parametrize("name", ALONE)
def test_found_beside_anything(name: str) -> None:
    """Before, behind and on both sides of a value, in a sample of all scripts and signs that is another for each."""
    value = ALONE[name]
    before, behind = GOES_ON.get(name, ("", ""))
    rng = random.Random(name)
    beside = rng.sample(neighbours(), 160) + list("-._=:|\"'`«»「（：；，。、*~<>[]{}()号は는รдωبשक😀☎")
    missed = [
        text
        for char in beside
        for text in (
            *([] if char in before else [f"{char}{value}"]),
            *([] if char in behind else [f"{value}{char}"]),
            *([] if char in before + behind else [f"{char * 2}{value}{char * 2}"]),
        )
        if not is_covered(text, value)
    ]
    assert missed == []


@pytest.mark.parametrize("name", ALONE)
def test_known_values_and_egress_see_the_same_borders(name: str) -> None:
    """What detection would find beside a sign or script, the search for known values and egress find, too."""
    value = ALONE[name]
    known = KnownValues([("CUSTOM", value)])
    for char in neighbours():
        text = f"{char}{value}{char}"
        assert [text[span.start : span.end] for span in known.find(text)] == [value]
        assert egress.left([text], "", [("CUSTOM", value)]) == [("CUSTOM", value)]
    for char in "aZé7":
        for text, edge in ((char + value, value[0]), (value + char, value[-1])):
            # Glued to a letter it is another word, unless it is nothing else by accident and has a digit there.
            stands = not edge.isalnum() or (edge.isdigit() and char != "7" and is_firm(value))
            assert bool(known.find(text)) is stands
            assert bool(egress.left([text], "", [("CUSTOM", value)])) is stands


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x4111111111111111", "4111111111111111"),
        ("41111111111111112", "4111111111111111"),
        ("ADE89370400440532013000", "DE89370400440532013000"),
        ("é330106198407162885", "330106198407162885"),
        ("OID 1.203.0.113.77", "203.0.113.77"),
        ("lib==24.12.31.77", "24.12.31.77"),
        ("v4.25.3.1", "4.25.3.1"),
    ],
)
def test_near_misses(text: str, value: str) -> None:
    """Glued to a Latin letter or a digit it is another word or number."""
    assert not is_covered(text, value)


@pytest.mark.parametrize("char", "aZ0éßŁ")
def test_one_class_of_joining_characters(char: str) -> None:
    """The class that recognizers write and the rule that searches ask are one."""
    assert WORD.fullmatch(char)
    assert not is_bounded(f"{char}x", 1, 2)
    assert LATIN in narrowed(r"(?<!\w)")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # a label that no table holds, in any script, in front of a right check digit
        ("IdNr: 47036892816", "47036892816"),
        ("Matrikel-Kz.: 47036892816", "47036892816"),
        ("VNR: 1237 010180", "1237 010180"),
        ("Номер в реестре: 500100732259", "500100732259"),
        ("登録番号：500100732259", "500100732259"),
        ("Αριθμός Μητρώου: 01013099997", "01013099997"),
    ],
)
def test_an_unknown_label_counts(text: str, value: str) -> None:
    """A word with a colon stands in for a word that relay does not know."""
    assert is_covered(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("IdNr: 47036892817", "47036892817"),  # a wrong check digit
        ("order: 47036892816", "47036892816"),  # the number of a thing
        ("size: 47036892816", "47036892816"),
        ("inode: 47036892816", "47036892816"),
        ('"ref": 47036892816, "n": 3', "47036892816"),  # a program's line
        ("about 47036892816 of them", "47036892816"),
    ],
)
def test_what_no_label_supports(text: str, value: str) -> None:
    """Numbers of programs and wrong check digits stay."""
    assert not is_covered(text, value)


# What only its key makes a value, with keys of other ways to write them.
KEYED: list[tuple[str, Any]] = [
    ("ssn", "536904399"),
    ("ssn", 536904399),
    ("SSN", 536904399),
    ("social_security_number", "536904399"),
    ("dob", "1984-03-07"),
    ("dateOfBirth", "03/07/1984"),
    ("phone", 14155550132),
    ("phoneNumber", "4155550132"),
    ("password", "correct horse"),
    ("db_password", "kelp7Harbor"),
    ("api_key", "a8F3kq92LmX0vT7b"),
    ("license_plate", "B-MV 1984"),
    ("licensePlate", "KT63WXY"),
    ("latitude", 52.520008),
    ("cvv", "123"),
    ("driver_license", "F162823540116"),
    ("passport", "E48213377"),
    ("手机号", "13911351197"),
    ("телефон", 89161234567),
    ("护照", "E48213377"),
]
UNDER: dict[str, Callable[[str, Any], Any]] = {
    "itself": lambda key, value: {key: value},
    "below": lambda key, value: {"record": {"owner": {key: value}}},
    "in an array": lambda key, value: {key: [value, value]},
    "in an object": lambda key, value: {key: {"value": value, "number": value}},
    "in rows": lambda key, value: [{"n": 1, key: value}, {"n": 2, key: value}],
    "in JSON in a string": lambda key, value: {"body": json.dumps({"a": {key: value}})},
}


def _called(arguments: Any) -> Any:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": json.dumps(arguments)}}
    return chat(
        "go", messages=[{"role": "assistant", "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_1"}]
    )


PLACES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "chat arguments": ("/v1/chat/completions", _called),
    "chat, an unknown field": ("/v1/chat/completions", lambda tree: chat("go", unheard_of=tree)),
    "responses arguments": (
        "/v1/responses",
        lambda tree: {
            "model": "m",
            "input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": json.dumps(tree)}],
        },
    ),
    "responses output": (
        "/v1/responses",
        lambda tree: {
            "model": "m",
            "input": [{"type": "function_call_output", "call_id": "c", "output": json.dumps(tree)}],
        },
    ),
    "messages input": (
        "/v1/messages",
        lambda tree: {
            "model": "m",
            "max_tokens": 9,
            "messages": [
                {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {"x": tree}}]}
            ],
        },
    ),
    "gemini response": (
        "/v1beta/models/g:generateContent",
        lambda tree: {
            "contents": [{"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"result": tree}}}]}]
        },
    ),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("under", UNDER)
def test_a_leaf_is_read_with_its_key(core: Core, place: str, under: str) -> None:
    """What a key gives away is replaced in every leaf that a tool or a client can fill, numbers too; the key stays."""
    path, body = PLACES[place]
    leaked = []
    for key, value in KEYED:
        outbound = sent(core, path, body(UNDER[under](key, value)), x_goog_api_key="k").body
        shown = value if isinstance(value, str) else json.dumps(value)
        leaked += [(key, name) for name, raw in forms(shown).items() if raw in outbound]
        assert key in outbound.decode() or not key.isascii() or "wrong" in key, key
    assert leaked == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("offset", 536904399),
        ("order_id", 4155550132),
        ("size", "4155550132"),
        ("sha", "a8F3kq92LmX0vT7b"),
        ("released", "1984-03-07"),
        ("some_count", 47036892816),
        ("x", 52.520008),
    ],
)
def test_a_key_that_gives_nothing_away(core: Core, key: str, value: Any) -> None:
    """Numbers of programs under their keys leave as they are."""
    outbound = sent(core, "/v1/chat/completions", _called({key: value}))
    assert json.dumps(json.dumps({key: value}))[1:-1].encode() in outbound.body


TABLES: dict[str, Callable[[list[str], list[list[str]]], str]] = {
    "comma": lambda heads, rows: "\n".join(",".join(row) for row in (heads, *rows)),
    "semicolon": lambda heads, rows: "export:\n\n" + "\r\n".join(";".join(row) for row in (heads, *rows)) + "\r\n",
    "tab": lambda heads, rows: "\n".join("\t".join(row) for row in (heads, *rows)),
    "quoted": lambda heads, rows: "\n".join(",".join(f'"{cell}"' for cell in row) for row in (heads, *rows)),
    "Markdown": lambda heads, rows: "\n".join(
        "| " + " | ".join(row) + " |" for row in (heads, ["---", ":--", "--:", "---", "---", "---"], *rows)
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_a_cell_is_read_with_the_head_of_its_column(table: str) -> None:
    """Each cell is found by the head of its own column, wherever that stands, and by no other."""
    rows = [["1", "536904399", "1984-03-07", "123", "correct horse", "48213377"]]
    rows.append(["2", "219099999", "1990-11-30", "456", "kelp7Harbor", "48213378"])
    for turn in range(6):
        heads = ["n", "ssn", "dob", "cvv", "password", "size"]
        turned = [row[turn:] + row[:turn] for row in (heads, *rows)]
        text = TABLES[table](turned[0], turned[1:])
        assert all(is_covered(text, cell) for row in rows for cell in row[1:5])
        assert not any(is_covered(text, row[5]) for row in rows)


@pytest.mark.parametrize(
    "text",
    [
        "from a import ssn, dob\nrange(536904399, 219099999)",
        "ssn, and then the dob.\nOf 536904399, 219099999 things",
        "order,size\n536904399,219099999",
        "ssn 1,dob 2\n\n536904399,219099999",
    ],
)
def test_what_is_no_table(text: str) -> None:
    """Code, sentences and columns of other numbers name nothing."""
    assert not is_covered(text, "536904399")


@pytest.mark.parametrize(
    "word",
    [
        *("text", "tool_use", "web_search_20250305", "gpt-4.1-2025-04-14", "claude-sonnet-4-5-20250929", "1", ""),
        *("us.anthropic.claude-sonnet-4-20250514-v1:0", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "call_abc123"),
        *("call_Xk3v9Qz0LmT7bWc2Rf8sYd1N", "resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b"),
        "0192f3a4-5b6c-7d8e-9f01-23456789abcd",
    ],
)
def test_words_and_issued_ids_pass(word: str) -> None:
    """Closed words, names of models and ids with an opaque tail are not read, so none of them can be an alarm."""
    assert passes(word)


def test_no_value_passes_for_an_id() -> None:
    """What is found alone is read where an id stands, glued to the prefix of one too."""
    for value in ALONE.values():
        for text in (value, f"call_{value}", f"toolu_{value.lower()}", f"x-{value}", f"{value}_1"):
            assert not passes(text), text


def test_ids_stay() -> None:
    """Of ten thousand ids of many makes none is taken for a value, and of decimal tails few."""
    rng = random.Random(1)
    shapes = {
        "call_": (string.ascii_letters + string.digits, (8, 9, 16, 20, 22, 24)),
        "toolu_01": (string.ascii_letters + string.digits, (20, 22)),
        "chatcmpl-": ("0123456789abcdef", (16, 32)),
        "": (string.ascii_lowercase + string.digits, (9, 12, 17, 24)),
        "run-": (string.digits, (10, 13)),
    }
    ids = [
        prefix + "".join(rng.choices(alphabet, k=rng.choice(sizes)))
        for prefix, (alphabet, sizes) in shapes.items()
        for _ in range(2_000)
    ]
    rows = ANALYZER.analyze(
        [Segment(pointer=f"/{n}", text=text, contract=True, is_id=True) for n, text in enumerate(ids)]
    )
    assert [ids[n] for n, row in enumerate(rows) if row] == []


def _digits(zero: int) -> Callable[[str], str]:
    return lambda value: value.translate({ord("0") + n: zero + n for n in range(10)})


def _each(pattern: str) -> Callable[[str], str]:
    return lambda value: "".join(pattern.format(ord(char)) for char in value)


def _zeros() -> dict[str, int]:
    """Return the zero of each script's digits, by name."""
    chars = map(chr, range(0x80, sys.maxunicode + 1))
    return {unicodedata.name(char): ord(char) for char in chars if unicodedata.decimal(char, None) == 0}


DISGUISES: dict[str, Callable[[str], str]] = {
    **{name: _digits(zero) for name, zero in _zeros().items()},
    **{
        f"U+{ord(char):04X} between": char.join
        for char in "\u00ad\u034f\u0336\u0483\u064b\u093c\u115f\u180e\u180f\u200b\u2064\u20dd\u20e3\u2800\u3164\ufe0f"
        "\ufff9\uffa0\U000e0061\U000e0100"
    },
    "keycaps": lambda value: "".join(f"{char}\ufe0f\u20e3" if char.isdigit() else char for char in value),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64, long": lambda value: base64.b64encode(("word " * 20_000 + value).encode()).decode(),
    "base64, URL-safe": lambda value: base64.urlsafe_b64encode(f"ÿ?> {value} ~~?".encode()).decode(),
    "base64, UTF-16": lambda value: base64.b64encode(f"echo {value}".encode("utf-16-le")).decode(),
    "base64, control bytes": lambda value: base64.b64encode(f"\0\1{value}\x1f".encode()).decode(),
    "hexadecimal": lambda value: value.encode().hex(),
    "hexadecimal, 0x": lambda value: f"0x{value.encode().hex().upper()}",
    "percent": _each("%{:02x}"),
    "percent twice": _each("%25{:02x}"),
    "HTML": _each("&#{};"),
    "HTML, open": _each("&#x{:x}"),
    "HTML twice": _each("&amp;#{};"),
    "JSON": _each("\\u{:04x}"),
    "JSON twice": _each("\\\\u{:04x}"),
    "percent in HTML": _each("%26%23{}%3b"),
    "quoted-printable": _each("={:02X}"),
    "quoted-printable, broken": lambda value: f"{value[:5]}=\n{value[5:]}",
}


@pytest.mark.parametrize("name", ["EMAIL_ADDRESS", "CARD_UNSPACED", "US_SSN", "IBAN_UNSPACED"])
def test_no_disguise_hides_a_value(name: str) -> None:
    """In digits of every script, beside every mark, and in each encoding the value is found."""
    missed = []
    for disguise, hide in DISGUISES.items():
        hidden = hide(ALONE[name])
        if not is_covered(f"please use {hidden} today", hidden):
            missed.append(disguise)
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "deadbeefdeadbeefdeadbeefdeadbeef 5f4dcc3b5aa765d61d8327deb882cf99",
        "if (a=10=b) {x=AB;}\ny=\nz",
        "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU= AbCdEfGhIjKl==",
        "cafe\u0301 na\u0308ive हिन्दी ภาษาไทย \u2764\ufe0f 1\ufe0f\u20e3",
    ],
)
def test_nothing_is_found_in_what_only_looks_disguised(text: str) -> None:
    """Digests, assignments, accents and emoji decode to nothing."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert not [span for span in spans if span.entity_type not in ("API_KEY",)]
