"""A pointer tells its place apart, and is short whatever a client's keys and depths are."""

from itertools import pairwise

import pytest

from relay.wire.json_text import JsonText, inside
from relay.wire.pointer import LONGEST, LONGEST_KEY, escape, member, named


@pytest.mark.parametrize(
    ("pointer", "step", "expected"),
    [
        ("", "a", "/a"),
        ("/a", "0", "/a/0"),
        ("/a", escape("b/c~"), "/a/b~1c~0"),
        ("/a", "k" * LONGEST_KEY, "/a/" + "k" * LONGEST_KEY),
    ],
)
def test_a_usual_place(pointer: str, step: str, expected: str) -> None:
    """RFC 6901."""
    assert member(pointer, step) == expected


def test_long_keys_and_depths_are_told_apart() -> None:
    """By their digests; what names a value stays readable."""
    keys = ["k" * length for length in range(LONGEST_KEY, LONGEST_KEY + 50)]
    pointers = [member("", key) for key in keys]
    assert len(set(pointers)) == len(keys)
    deep = [member("/a" * 600, "x"), member("/a" * 601, "x"), member("/b" * 600, "x")]
    assert len(set(deep)) == 3
    assert {named(pointer) for pointer in deep} == {"x"}
    assert max(map(len, [*pointers, *deep])) <= LONGEST + LONGEST_KEY


SHAPES = {
    "one long key": lambda size: '{"' + "k" * size + '":[' + ",".join(['"a"'] * (size // 4)) + "]}",
    "many levels": lambda size: "[" * 600 + ",".join(['"a"'] * (size // 4)) + "]" * 600,
    "levels of keys": lambda size: (
        '{"kkkkkkkkkkkkkkkkkkkk":' * 200 + "[" + ",".join(['"a"'] * (size // 4)) + "]" + "}" * 200
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_places_of_json_take_memory_by_the_size_of_the_text(shape: str) -> None:
    """Each item has a pointer of its own."""
    sums = []
    for size in (4_000, 16_000):
        text = SHAPES[shape](size)
        for literals in (JsonText(text).literals, *inside(f"see {text} so")):
            items = [literal.pointer for literal in literals if not literal.is_key]
            assert len(set(items)) == len(items)
        sums.append(sum(len(literal.pointer) for literal in JsonText(text).literals))
    assert all(more < 5 * less for less, more in pairwise(sums))
