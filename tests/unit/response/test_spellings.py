"""A value comes back as it was written in the JSON of the request, and what stood in plain text is escaped."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.exchange import Core
from relay.response.literal_matcher import Literals
from relay.response.restore import Restorer
from relay.response.spellings import Spellings, written
from relay.types import Encoding, Segment
from tests.support import chat, sent
from tests.table_vault import TableVault
from tests.unit.exchange.support import CHAT, JSON_HEAD, opened

HELD = "[PASSWORD_1]"
MARK = "<here>"
VALUES = st.text(st.sampled_from('ab"\\/\n\t\u00eb\u4e2d\U0001f600uU9{}[]: '), min_size=1, max_size=8)
ASCII = st.booleans()


def nested(text: str, depth: int, *, ascii_only: bool) -> str:
    """Return JSON with `text` in as many strings, one inside the other."""
    for _ in range(depth):
        text = json.dumps({"key": text, "n": 1}, ensure_ascii=ascii_only)
    return text


def request(value: str, depth: int, *, ascii_only: bool) -> tuple[str, str, Spellings, TableVault]:
    """Return a text of a request, what the model saw of it, how values were written in it, and the vault."""
    spelled = value
    for _ in range(depth):
        spelled = json.dumps(spelled, ensure_ascii=ascii_only)[1:-1]
    text = nested(f"it is {value} ok", depth, ascii_only=ascii_only)
    scrubbed = nested(f"it is {HELD} ok", depth, ascii_only=ascii_only)
    assert scrubbed.replace(HELD, spelled) == text
    return text, scrubbed, Spellings([Segment(pointer="", text=text)], {0: scrubbed}), TableVault({HELD: spelled})


def pieces(restorer: Restorer, text: str, size: int) -> str:
    fed = [restorer.feed(text[start : start + size]) for start in range(0, len(text), size)]
    return "".join(fed) + restorer.finish()


@given(VALUES, st.integers(0, 3), ASCII, ASCII, st.integers(1, 40))
def test_an_echo_gives_the_bytes_back(value: str, depth: int, ascii_only: bool, escapes: bool, size: int) -> None:
    """In a text, in a string of arguments, as a leaf of arguments, and as an answer that is JSON."""
    text, scrubbed, spellings, vault = request(value, depth, ascii_only=ascii_only)
    assert Restorer(vault, spellings=spellings).restore(scrubbed) == text
    if depth:  # else it is no JSON
        document = Restorer(vault, encoding=Encoding.JSON, spellings=spellings)
        assert pieces(document, scrubbed, size) == text
        leaf = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings)
        assert leaf.restore(scrubbed) == text
    arguments = json.dumps({"path": "a", "content": scrubbed}, ensure_ascii=escapes)
    tool = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings, within=1)
    assert json.loads(pieces(tool, arguments, size)) == {"path": "a", "content": text}


# Around a string that holds a value, itself written in a string or not: what is JSON, nearly JSON, or holds some.
FRAMES = [
    '{"n": %s}',
    '{"n": %s}\n{"n": "x"}',
    '{"m": "x"}\r\n{"n": %s}\r\n',
    '["x", %s]',
    "[1, %s]",
    "[[], %s]",
    '[{"a": %s}, {}]',
    '{"n": %s,}',
    '[%s] // it\'s "so"',
    '{\n  // "c"\n  "n": %s\n}',
    "{n: %s}",
    ' \t{"a": 1, "n": %s',
    '["a] "b" [%s',
    '"%s"',
    'see {"n": %s} and "n"',
    '```json\n{"n": %s}\n```\n',
    '{"a": "{\\"b"} %s',
    '{"C:\\": %s}',
    "n = %s\n",
]
# A frame around a text, and how a string in it is written.
STEPS = st.tuples(st.sampled_from(FRAMES), st.sampled_from(["string", "string", "ascii", "raw"]))
# Some of them are after the text, some before.
TEXTS = st.lists(st.lists(STEPS, max_size=3), min_size=1, max_size=3)


def framed(text: str, steps: list[tuple[str, str]]) -> str:
    """Return the text in frames, one inside the other."""
    for frame, how in steps:
        string = text if how == "raw" else json.dumps(text, ensure_ascii=how == "ascii")
        text = frame.replace("%s", string)
    return text


def spelled_in(value: str, steps: list[tuple[str, str]]) -> str:
    for _, how in steps:
        value = value if how == "raw" else json.dumps(value, ensure_ascii=how == "ascii")[1:-1]
    return value


@given(VALUES, TEXTS, st.sampled_from(["\n", "\r\n", " ", ""]), ASCII, st.integers(1, 60))
def test_an_echo_of_what_is_nearly_json(
    value: str, texts: list[list[tuple[str, str]]], between: str, escapes: bool, size: int
) -> None:
    """In a text, in arguments once and twice, whole and at any split: each value comes back as it stood."""
    values = [spelled_in(value, steps) for steps in texts]
    names = {each: f"[PASSWORD_{number}]" for number, each in enumerate(dict.fromkeys(values), 1)}
    scrubbed = between.join(
        framed(f"it is {MARK} ok", steps).replace(MARK, names[each]) for steps, each in zip(texts, values, strict=True)
    )
    vault = TableVault({name: each for each, name in names.items()})
    text = scrubbed
    for each, name in names.items():
        text = text.replace(name, each)
    spellings = Spellings([Segment(pointer="", text=text)], {0: scrubbed})
    assert pieces(Restorer(vault, spellings=spellings), scrubbed, size) == text
    assert pieces(Restorer(vault, tool=True, spellings=spellings), scrubbed, size) == text
    arguments = json.dumps({"path": "a", "content": scrubbed}, ensure_ascii=escapes)
    for step in (size, len(arguments)):
        tool = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings, within=1)
        assert json.loads(pieces(tool, arguments, step)) == {"path": "a", "content": text}


@given(VALUES, st.lists(STEPS, max_size=2), ASCII, st.integers(1, 60))
def test_an_echo_in_json_in_arguments(value: str, steps: list[tuple[str, str]], escapes: bool, size: int) -> None:
    """A tool whose argument is JSON text with the text in it."""
    spelled = spelled_in(value, steps)
    scrubbed = framed(f"it is {HELD} ok", steps)
    text = scrubbed.replace(HELD, spelled)
    spellings = Spellings([Segment(pointer="", text=text)], {0: scrubbed})
    arguments = json.dumps({"body": json.dumps({"content": scrubbed}, ensure_ascii=escapes)}, ensure_ascii=escapes)
    tool = Restorer(TableVault({HELD: spelled}), encoding=Encoding.JSON, tool=True, spellings=spellings, within=1)
    assert json.loads(json.loads(pieces(tool, arguments, size))["body"]) == {"content": text}


@given(VALUES, st.integers(0, 3), ASCII)
def test_a_string_that_is_the_value_means_it(value: str, depth: int, ascii_only: bool) -> None:
    """A tool gets what the user's JSON means, as a string of arguments and as a leaf."""
    _, _, spellings, vault = request(value, depth, ascii_only=ascii_only)
    tool = Restorer(vault, encoding=Encoding.JSON, tool=True, spellings=spellings, within=1)
    assert json.loads(tool.restore(json.dumps({"to": HELD}))) == {"to": value}
    assert Restorer(vault, tool=True, spellings=spellings).restore(HELD) == value


@given(VALUES, st.integers(1, 3))
def test_a_plain_value_is_escaped(value: str, depth: int) -> None:
    """As often as strings are open, also where a text of the request was JSON without it."""
    spellings = Spellings([Segment(pointer="", text='{"a": 1}'), Segment(pointer="", text=value)], {0: "{}", 1: HELD})
    restored = Restorer(
        TableVault({HELD: value}), encoding=Encoding.JSON, tool=True, spellings=spellings, within=1
    ).restore(nested(f"it is {HELD} ok", depth, ascii_only=True))
    for _ in range(depth):
        restored = json.loads(restored)["key"]
    assert restored == f"it is {value} ok"


@pytest.mark.parametrize(
    ("value", "depth", "spelled", "alone", "within", "expected"),
    [
        ('a"b', 1, 0, False, 1, 'a\\"b'),
        ("a\\\\b", 2, 1, False, 1, "a\\\\\\\\b"),
        ("a\\\\b", 1, 1, True, 1, "a\\\\b"),
        ("a\\\\b", 1, 1, False, 1, "a\\\\\\\\b"),
        ("a\\\\b", 1, 1, False, 0, "a\\\\b"),
        ("a\\\\b", 0, 1, True, 0, "a\\b"),
        ("a\\\\b", 0, 1, False, 0, "a\\\\b"),
        # What means nothing is written as it stood in what was nearly JSON, but never so that JSON breaks here.
        ("a\\d", 2, 1, False, 1, "a\\\\d"),
        ("a\\d", 1, 1, True, 1, "a\\\\d"),
        ("a\\d", 1, 1, False, 0, "a\\\\d"),
        ("a\nd", 2, 1, False, 1, "a\\nd"),
        ('a"b', 2, 1, False, 1, 'a\\"b'),
        ('a"b', 1, 1, True, 1, 'a\\"b'),
        ('a"\\\\', 1, 1, True, 1, 'a\\"\\\\\\\\'),
        ("a\ud800", 1, 1, True, 1, "a\\ud800"),
    ],
)
def test_levels(value: str, depth: int, spelled: int, alone: bool, within: int, expected: str) -> None:
    """How often a value is escaped."""
    assert written(value, depth, spelled=spelled, alone=alone, within=within) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"password": "ab\\\\c9X!z"}',
        '{"password": "\\u00e9X9!kk"}',
        "password: ab\\c9X!z ok",
        '{"password": "ab\\\\c9X!z"}\n{"n": "x"}',
        '{"n": "x"}\r\n{"password": "\\u00e9X9!k\\"k"}\r\n',
        '{"password": "ab\\\\c9X!z",}',
        '[{"password": "ab\\\\c9X!z"}] // x',
        '{\n  // x\n  "password": "ab\\\\c9X!z"\n}',
        'Fix:\n```json\n{"password": "ab\\\\c9X!z"}\n```',
        '[INFO] password="ab\\c9X!z"',
        "{{ x }} password: ab\\c9X!z",
    ],
)
def test_through_an_exchange(core: Core, text: str) -> None:
    """A file that is written with the text of the request is the text of the request."""
    body: dict[str, Any] = chat(text)
    scrubbed = json.loads(sent(core, CHAT, body).body)["messages"][0]["content"]
    assert scrubbed != text
    exchange = opened(core, CHAT, body)
    exchange.start(200, JSON_HEAD)
    call = {"type": "function", "id": "c", "function": {"name": "w", "arguments": json.dumps({"content": scrubbed})}}
    exchange.feed(json.dumps({"choices": [{"index": 0, "message": {"content": None, "tool_calls": [call]}}]}).encode())
    answer = json.loads(exchange.finish())["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(answer) == {"content": text}


@pytest.mark.parametrize(
    ("text", "depth", "alone", "within", "expected"),
    [
        ('{"a": "[X_1]"}', 2, False, 1, 1),
        ('{"a": "[X_1]"}', 1, True, 1, 1),
        ('{"a": "[X_1]"}', 1, False, 0, 1),
        ("[X_1]", 1, True, 1, 0),
        ('see "[X_1]"', 1, False, 1, 0),
        # In arguments only a string that begins like an object or a list of strings is read as JSON.
        ('[1, "[X_1]"]', 1, False, 1, 0),
        ('[1, "[X_1]"]', 1, False, 0, 1),
        ('[1, "[X_1]"]', 1, True, 1, 1),
        ('[1, "[X_1]"', 1, True, 1, 0),
        # Of several depths, the one at which it stands here too, else the deepest.
        ('{"a": "[X_1] {\\"b\\": \\"[X_1]\\"}"}', 2, False, 1, 1),
        ('{"a": "[X_1]", "b": "{\\"b\\": \\"[X_1]\\"}"}', 2, False, 1, 1),
        ('{"a": "[X_1]", "b": "{\\"b\\": \\"[X_1]\\"}"}', 3, False, 1, 2),
        ('{"a": "[X_1]", "b": "{\\"b\\": \\"[X_1]\\"}"}', 1, False, 1, 2),
        ('{"a": "[X_1]"} [X_1]', 1, False, 1, 0),
        ('{"a": "[X_1]"} [X_1]', 2, False, 1, 1),
        # A form is written like the name; another placeholder is not.
        ('{"a": "[X_1_LAST]"}', 2, False, 1, 0),
        ('{"a": "[X_12]"}', 2, False, 1, 0),
    ],
)
def test_how_deep_it_stood(text: str, depth: int, alone: bool, within: int, expected: int) -> None:
    """What the request says of a value, for a place in an answer."""
    spellings = Spellings([Segment(pointer="", text=text)], {0: text})
    assert spellings.spelled("[X_1]", depth, alone=alone, within=within) == expected
    assert spellings.spelled("[X_1_FIRST]", depth, alone=alone, within=within) == expected


@pytest.mark.parametrize(
    ("text", "found"), [('{"a": "Jane Roe"}', 1), ('{"a": "\\njane roe"}', 1), ('{"a": "Jane Roes"}', 0)]
)
def test_stand_ins(text: str, found: int) -> None:
    """They are found where a restorer finds them."""
    literals = Literals(["Jane Roe"], Encoding.JSON)
    spellings = Spellings([Segment(pointer="", text=text)], {0: text}, literals)
    assert spellings.in_strings("Jane Roe") is bool(found)
    assert spellings.spelled("Jane Roe", 2, alone=False, within=1) == found
