"""Strict decoding: one reading of every body, or a refusal that quotes nothing."""

from __future__ import annotations

import json
import traceback
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.errors import ClientFault
from relay.wire.strict_json import LARGE_BYTES, MAX_DEPTH, decode, encode, encode_text

ACCEPTED = [
    (b"{}", {}),
    (b' {"a" : [1, 2.5, true, null, "x"]} ', {"a": [1, 2.5, True, None, "x"]}),
    # Colons, quotes and backslashes inside strings are not structure.
    (rb'{"a:\"b\\":"c\\\\","\\":":"}', {'a:"b\\': "c\\\\", "\\": ":"}),
    (b'{"a":{"k":1},"b":{"k":2}}', {"a": {"k": 1}, "b": {"k": 2}}),
    (b"[18446744073709551616, -9223372036854775809]", [2**64, -(2**63) - 1]),
    (b'{"n":123456789012345678901234567890}', {"n": 123456789012345678901234567890}),
    (rb'["\ud800", "\udfffx", "\ud83d\ude00"]', ["\ud800", "\udfffx", "\N{GRINNING FACE}"]),
    ('["\N{GRINNING FACE} é"]'.encode(), ["\N{GRINNING FACE} é"]),
    (b'"text"', "text"),
]

REFUSED = [
    (b"", "not valid JSON"),
    (b'{"a":1', "not valid JSON"),
    (b"{'a':1}", "not valid JSON"),
    (b'{"a":1,}', "not valid JSON"),
    (b'\xef\xbb\xbf{"a":1}', "not valid JSON"),
    (b'{"a":"\xff"}', "not valid JSON"),
    (b'["\\ud800","\xff"]', "not UTF-8"),
    (b"[NaN]", "not valid JSON"),
    (b"[-Infinity]", "not valid JSON"),
    (b'["\\ud800",NaN]', "not JSON"),
    (b"[1e400]", "not valid JSON"),
    (b'["\\ud800",1e400]', "does not fit"),
    (b'["\\ud800",' + b"9" * 1001 + b"]", "1001 digits"),
    (b'{"a":1,"a":2}', "repeats a key"),
    (b'{"a":1, "a" :1}', "repeats a key"),
    (rb'{"a":1,"\u0061":2}', "repeats a key"),
    # As long as what it would be encoded to.
    (b'{"a":1111,"a":1e9}', "repeats a key"),
    (b'{"x":[{"a":1,"b":{},"a":2}]}', "repeats a key"),
    (rb'{"a":1,"a":"\ud800"}', "repeats a key"),
    (b'{"n":123456789012345678901234567890,"n":1}', "repeats a key"),
    (b"[" * 10_000, "not valid JSON"),
    (b"[" * 10_000 + b"]" * 10_000, "not valid JSON"),
    (b"[ " * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "levels deep"),
    (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "levels deep"),
    (b'["\\ud800",' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"]", "levels deep"),
]


@pytest.mark.parametrize("body, tree", ACCEPTED)
def test_accepts(body, tree):
    """Valid bodies decode exactly, big integers and lone surrogates included."""
    assert decode(body) == tree


@pytest.mark.parametrize("body, message", REFUSED)
def test_refuses(body, message):
    """What parsers disagree about is a client's fault with a message that says what kind."""
    with pytest.raises(ClientFault, match=message):
        decode(body)


@pytest.mark.parametrize("spaced", [False, True])
def test_the_deepest_allowed_body_decodes_and_encodes(spaced):
    """The limit itself is allowed, whichever way a client writes its white space."""
    opening = b"[ " if spaced else b"["
    tree = decode(opening * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert encode(tree) == b"[" * MAX_DEPTH + b"]" * MAX_DEPTH


@pytest.mark.parametrize("body", [b'{"canary-7Q":1,"canary-7Q":2}', b'["canary-7Q"', b'["\\ud800canary-7Q",NaN]'])
def test_a_refusal_holds_no_content(body):
    """Neither the message nor any exception behind it shows the body: JSONDecodeError.doc would."""
    with pytest.raises(ClientFault) as caught:
        decode(body)
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "tree, body",
    [
        ({"a": "\ud800"}, rb'{"a":"\ud800"}'),
        (["é\udfff"], '["é\\udfff"]'.encode()),
        ([2**70], str([2**70]).encode()),
        ({"b": 1, "a": 2}, b'{"b":1,"a":2}'),
    ],
)
def test_encodes(tree, body):
    """Encoding keeps key order and writes what orjson cannot."""
    assert encode(tree) == body


def test_encodes_text_as_a_literal():
    """A literal has its quotes and its escapes."""
    assert encode_text('a"b\\\n') == r'"a\"b\\\n"'
    assert encode_text("\ud800") == r'"\ud800"'


# Strings of the characters that fool a scanner, and surrogates.
_texts = st.text(st.sampled_from('ab\\":{}[],\n\t\x00é\ud800\udc00\u2028'), max_size=8)
_trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | _texts,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_texts, below, max_size=4),
    max_leaves=20,
)


def paired(text: str) -> str:
    """Join surrogates that stand side by side, as every JSON parser does."""
    return json.loads(json.dumps(text))


@given(_trees, st.sampled_from([None, 1]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_agrees_with_the_standard_library(tree, indent, ascii_only):
    """Whatever the writer's style, decoding gives what the standard library reads, and encoding loses nothing."""
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    expected = json.loads(text)
    try:
        body = text.encode()
    except UnicodeEncodeError:
        return  # raw lone surrogates are not UTF-8
    repeated = False

    def hook(pairs):
        nonlocal repeated
        repeated |= len({key for key, _ in pairs}) != len(pairs)
        return dict(pairs)

    json.loads(text, object_pairs_hook=hook)
    if repeated:
        with pytest.raises(ClientFault):
            decode(body)
        return
    decoded = decode(body)
    assert decoded == expected
    assert decode(encode(decoded)) == decoded


_members = st.lists(st.tuples(_texts, st.integers(0, 9)), max_size=5)


@given(_members, st.sampled_from(["", " ", "\n\t"]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_sees_every_repeated_key(members, space, surrogate):
    """A key that comes twice is seen however it is escaped and spaced."""
    written = ",".join(f"{space}{json.dumps(key)}{space}:{space}{value}" for key, value in members)
    if surrogate:
        written += ("," if members else "") + r'"tail":"\ud800"'
    body = ("{" + written + "}").encode()
    keys = [paired(key) for key, _ in members]
    if len(set(keys)) == len(keys) and not (surrogate and "tail" in keys):
        assert len(decode(body)) == len(keys) + surrogate
    else:
        with pytest.raises(ClientFault, match="repeats a key"):
            decode(body)


_LONG = 'word "quoted" \\ \n\u0001 é 漢 😀 ' * 20_000


@pytest.mark.parametrize(
    "tree",
    [
        _LONG,
        [_LONG, "short", 1.5, None],
        {"a": {"b": [{"c": _LONG}, {"c": "short"}]}, "d": _LONG[1:]},
        {"a": f"{_LONG}\ud83d"},
        {"a": _LONG, "b": 2**70},
        {"a": ["short"] * 100},
    ],
    ids=["string", "list", "nested", "surrogate", "integer", "short"],
)
def test_large_is_written_alike(tree: Any) -> None:
    """What saves memory changes no byte, wherever a long string is cut, and leaves the tree as it is."""
    before = json.dumps(tree)
    assert encode(tree, large=True) == encode(tree)
    assert json.dumps(tree) == before
    assert decode(encode(tree)) == tree


@pytest.mark.parametrize("fault", ['{"x": 1, "x": 2}', "[" * 255 + "]" * 255])
def test_large_is_read_as_strictly(fault: str) -> None:
    """A repeated key and a depth too much are refused in a large body as well."""
    padding = json.dumps("a" * LARGE_BYTES)
    with pytest.raises(ClientFault):
        decode(f"[{padding},{fault}]".encode())
