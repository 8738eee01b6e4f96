"""JSON in a string: literals are found where they stand, and nothing else moves."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.wire.json_text import JsonText, is_json_container


def found(text: str) -> list[tuple[str, str, str]]:
    kinds = {(True, False): "key", (False, True): "number", (False, False): "value"}
    return [(each.pointer, each.text, kinds[each.is_key, each.is_number]) for each in JsonText(text).literals]


@pytest.mark.parametrize(
    "text, literals",
    [
        ("{}", []),
        ('{"a": "b"}', [("/a", "a", "key"), ("/a", "b", "value")]),
        (
            '["a", 1, ["b"], {"c": null}, "d"]',
            [("/0", "a", "value"), ("/2/0", "b", "value"), ("/3/c", "c", "key"), ("/4", "d", "value")],
        ),
        (
            '{"a":{"b":"c"},"d":"e"}',
            [
                ("/a", "a", "key"),
                ("/a/b", "b", "key"),
                ("/a/b", "c", "value"),
                ("/d", "d", "key"),
                ("/d", "e", "value"),
            ],
        ),
        (r'{"q\"\\":"\u00e9\n\/"}', [('/q"\\', 'q"\\', "key"), ('/q"\\', "é\n/", "value")]),
        ('{"a/b~c":""}', [("/a~1b~0c", "a/b~c", "key"), ("/a~1b~0c", "", "value")]),
        ('[",:]}", "{"]', [("/0", ",:]}", "value"), ("/1", "{", "value")]),
        (
            "[5551234567, 1234, -12345, 1.2345678e9]",
            [("/0", "5551234567", "number"), ("/2", "-12345", "number"), ("/3", "1234567800", "number")],
        ),
        (r'["\ud800"]', [("/0", "\ud800", "value")]),
    ],
)
def test_finds_literals(text, literals):
    """Each literal has its pointer, its text and whether it is a key."""
    assert found(text) == literals


@pytest.mark.parametrize(
    "text, answer",
    [
        ("{}", True),
        (" \n[1] ", True),
        ('{"a":"\ud800"}', True),
        (r'{"a":"\ud800"}', True),
        ("", False),
        ("plain", False),
        ('"a string"', False),
        ("5551234567", False),
        ("null", False),
        ('{"a":', False),
        ('{"a":1} trailing', False),
        ("[PERSON_1]", False),
        ("[" * 100_000, False),
        ("[" * 100_000 + "]" * 100_000, False),
    ],
)
def test_tells_json_containers(text, answer):
    """Only an object or an array is opened; anything else is plain text."""
    assert is_json_container(text) is answer


def test_replaces_only_the_range():
    """White space, order and the other literals' escapes stay as the client wrote them."""
    text = JsonText('{ "to" :\t"a\\u0040b" ,\n "n":5551234567, "x":"\\/é" }')
    replacements = {"a@b": '[E"1]', "5551234567": "[PHONE_1]", "to": "für"}
    for literal in text.literals:
        literal.replacement = replacements.get(literal.text)
    assert text.render() == '{ "für" :\t"[E\\"1]" ,\n "n":"[PHONE_1]", "x":"\\/é" }'


_strings = st.text(st.sampled_from('ab"\\/{}[],:é\n\u2028 \x00'), max_size=6)
_json = st.recursive(
    _strings | st.integers() | st.none() | st.booleans(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(_strings, below, max_size=4),
    max_leaves=12,
).filter(lambda tree: isinstance(tree, dict | list))


@given(_json, st.sampled_from([None, 0, 3]), st.booleans())
@settings(max_examples=300, deadline=None)
def test_finds_every_literal_and_changes_nothing_by_itself(tree, indent, ascii_only):
    """Every string and key of the tree is found once; rendering without, or with equal, texts keeps the meaning."""
    raw = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    text = JsonText(raw)
    assert text.render() == raw

    def strings(node):
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            for each in node:
                yield from strings(each)
        elif isinstance(node, dict):
            for key, value in node.items():
                yield key
                yield from strings(value)

    assert [each.text for each in text.literals if not each.is_number] == list(strings(tree))
    for literal in text.literals:
        if not literal.is_number:
            literal.replacement = literal.text
    assert json.loads(text.render()) == tree
