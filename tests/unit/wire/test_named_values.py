"""What a value is called by the object, key, option or pair around it; and JSON inside of text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relay.wire.json_text import JsonText, Literal, inside, unescaped
from relay.wire.named_values import beside, told
from tests.counted import steps


def names(tree: Any) -> dict[str, str]:
    """Return the names in `tree` by the text of the value that has them."""
    leaves = [each for each in JsonText(json.dumps(tree)).literals if not each.is_key]
    found = told((each.pointer, each.text) for each in leaves)
    return {each.text: found[each.pointer] for each in leaves if each.pointer in found}


@pytest.mark.parametrize(
    ("tree", "named"),
    [
        ({"name": "A", "value": "x"}, {"x": "A"}),
        ({"Value": "x", "KEY": "A"}, {"x": "A"}),
        ({"ParameterKey": "A", "ParameterValue": "x"}, {"x": "A"}),
        ({"param-name": "A", "default_value": "x", "other": "y"}, {"x": "A"}),
        ({"id": "A", "label": "B c", "type": "A", "value": "x"}, {"x": "A\nB c"}),
        ([{"name": "A", "value": "x"}, {"value": "y"}], {"x": "A"}),
        ({"name": "A", "sub": {"value": "x"}}, {"x": "sub"}),
        ({"key": "A", "value": {"stringValue": "x"}}, {"x": "A"}),
        ({"name": "A", "values": ["x", "y", "z"]}, {"x": "A", "y": "A", "z": "A"}),
        ({"P": {"type": "A", "default": "x"}}, {"x": "A\nP"}),
        ({"P": {"value": "x"}}, {"x": "P"}),
        ({"Ps": ["x", ["y"]]}, {"x": "P", "y": "P"}),
        ({"Ps": [{"no": "x"}, {"way": "y"}]}, {"x": "P"}),
        ({"a": {"b": "x"}, "c": "y"}, {}),
        ({"name": "A", "description": "x"}, {}),
        # What names it, without the kind of its place.
        ({"element": "A textbox", "text": "x"}, {"x": "A"}),
        ({"selector": "#A", "value": "x"}, {"x": "A"}),
        ({"selector": "form input[name='A']", "value": "x"}, {"x": "A"}),
        ({"path": "/spec/A", "value": "x"}, {"x": "A"}),
        ({"label": "A:", "value": "x"}, {"x": "A"}),
        ({"title": "How to write A", "value": "x"}, {}),
        ({"name": "A" * 201, "value": "x"}, {}),
        # Sentences are not called like what they are about.
        ({"name": "A", "text": "x y"}, {}),
        ({"name": "A", "value": "x y"}, {"x y": "A"}),
        # Options and pairs.
        (["f", "--A", "x"], {"x": "$ f --A\nA"}),
        (["--A", "x"], {"x": "$ --A\nA"}),
        (["f", "-v", "-A", "x", "y"], {"x": "$ f -v -A"}),
        (["f", "a b", "-A", "x"], {"x": "$ f -A"}),
        (["--A", "--B"], {}),
        (["A", "x"], {"x": "A"}),
        (["A", "x", "y"], {}),
        ({"\u00b2": "x", "\u0663": "y"}, {}),
    ],
)
def test_what_a_value_is_called(tree: Any, named: dict[str, str]) -> None:
    """By itself, without the things beside it."""
    assert names(tree) == named


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ('so: {"a": "x"} and ["y"]', [[("/0/a", "x")], []]),
        ('```\n{"a":\n ["x", "y"]}\n```', [[("/0/a/0", "x"), ("/0/a/1", "y")]]),
        ('>> {"a": "x"}\n{"a": "y"}, {"a": "z"}', [[("/0/a", "x"), ("/1/a", "y"), ("/3/a", "z")]]),
        ("a = {'b': 'x', c: [12345, None]}", [[("/0/b", "x"), ("/0/c/0", "12345")]]),
        ('cut [{"a": "x"}, {"b": "y", "c', [[("/0/0/a", "x"), ("/0/1/b", "y")]]),
        ('mad ]}} {"a": "x"}]}]} {"a": "y"}', [[("/0/a", "x"), ("/5/a", "y")]]),
        ("if (x) { return [1, 2]; }", []),
        ("{'it\\'s': 'x'} {don't: \"y\"", [[("/0/it\\'s", "x")]]),
        (f"x{'[' * 70}'a']", [[]]),
    ],
)
def test_json_inside_of_text(text: str, runs: list[list[tuple[str, str]]]) -> None:
    """In runs, each an array of what follows each other, cut or not, in the spelling of JSON or of programs."""
    found = [[(each.pointer, each.text) for each in run if not each.is_key] for run in inside(text)]
    assert [run for run in found if run] == [run for run in runs if run]
    for run in inside(text):
        for each in run:
            assert each.text in text[each.start : each.end]


@pytest.mark.parametrize("inner", ['{"a": "x"}', 'é "\\ 😀 \n x', "\ud83d x", "x"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_where_the_text_of_a_string_stands(inner: str, ascii_only: bool) -> None:
    """Behind any escapes."""
    text = json.dumps(["é", inner], ensure_ascii=ascii_only)
    literal = JsonText(text).literals[1]
    where = unescaped(text, literal)
    at = inner.index("x")
    assert text[where(at) : where(at + 1)] == "x"
    plain = Literal(2, 9, "", "a\\tx", is_key=False)
    assert unescaped("['\\\\ab\\tx']", plain)(3) == 6


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"name": "cvv", "value": 417}', ["417"]),
        ('{"value": 417, "name": "cvv"}', ["417"]),
        ('{"value": 417, "name": "limit"}', []),
        ('{"value": 417}', []),
        ('{"cvv": {"value": 417}}', ["417"]),
        ('{"cvv": {"default": 417}, "other": {"default": 418}}', ["417"]),
    ],
)
def test_short_numbers_that_a_name_makes_codes(text: str, read: list[str]) -> None:
    """All others stay unread, and a tree says the same of the number beside its name."""
    assert [each.text for each in JsonText(text).literals if each.is_number] == read
    if read and '"name"' in text:
        assert beside(json.loads(text), "value") == "cvv"


@pytest.mark.parametrize(
    "unit",
    [
        '{"name":"a","value":"b"},',
        '{"value":"b","name":"a"} x ',
        '{"a":',
        '{"value":[',
        '["--a","b",',
        '"-a","-b",',
        '"name":"a","name":"b","value":"c",',
        "[{",
        "{a:",
        "a ",
        "'",
        '["',
        '{"value":417,"name":"x"},',
    ],
)
def test_work_is_linear(unit: str) -> None:
    """For trees of any shape, cut anywhere."""

    def read(size: int) -> list[dict[str, str]]:
        runs = inside("[" + unit * (size // len(unit)))
        return [told((each.pointer, each.text) for each in run) for run in runs]

    small, large = (steps(lambda size=size: read(size)) for size in (4_000, 16_000))
    assert large <= 5 * small + 2_000
