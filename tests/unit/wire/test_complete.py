"""Every string leaf is claimed, pinned, listed or scanned, in any tree, with wrong types everywhere.

Trees are grown from the field tables themselves: known fields and members, unknown ones, and values of the wrong type,
with a canary in every string, key and number of seven digits that the table does not let pass.
"""

from __future__ import annotations

import json
import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import relay.wire
from relay.errors import ClientFault, UpstreamBadStream
from relay.registry import collect_families
from relay.types import Event, Treatment
from relay.wire import strict_json
from relay.wire.json_text import is_json_container
from relay.wire.leaves import collect as collect_leaves
from relay.wire.nodes import Node

FORMATS = {name: plugin() for name, plugin in collect_families(relay.wire).items()}
WITH_BODY = sorted(name for name, format in FORMATS.items() if format.table.sections["request"].fields)
CANARY = re.compile(r"canary \d+ é")


class Grower:
    """Grows trees along a table. Every text is a new canary; a canary is no id, so PASS does not hide it."""

    def __init__(self, seed: int, wrong: float) -> None:
        self.random = random.Random(seed)
        self.wrong = wrong
        self.count = 0

    def canary(self) -> str:
        self.count += 1
        return f"canary {self.count} é"

    def value(self, node: Node | None, depth: int) -> Any:
        choice = self.random.random()
        if node is None or choice < self.wrong:
            return self.anything(depth)
        if node.members is not None and choice < 0.8:
            name = self.random.choice([*node.members, *(prefix for prefix, _ in node.prefixes), "unheard of"])
            key = self.random.choice(["type", "role"])
            tree = self.value_of(node.members.get(name, node), depth)
            return {key: name, **tree} if isinstance(tree, dict) else tree
        return self.value_of(node, depth)

    def value_of(self, node: Node, depth: int) -> Any:
        kinds = [kind for kind, there in (("object", node.fields or node.any), ("array", node.item)) if there]
        if node.text is not None or not kinds:
            kinds += ["text", "text"]
        if node.text is Treatment.SCRUB_JSON:
            kinds += ["json", "json"]
        kind = self.random.choice(kinds)
        if depth <= 0 or kind == "text":
            return self.canary()
        if kind == "json":
            return json.dumps(self.anything(depth - 1), indent=self.random.choice([None, 1]))
        if kind == "array":
            return [self.value(node.item, depth - 1) for _ in range(self.random.randint(0, 3))]
        names = self.random.sample(sorted(node.fields), min(len(node.fields), self.random.randint(0, 5)))
        tree = {name: self.value(node.fields[name], depth - 1) for name in names}
        if node.any is not None or self.random.random() < 0.2:
            tree[self.canary()] = self.value(node.any, depth - 1)
        return tree

    def anything(self, depth: int) -> Any:
        match self.random.randint(0, 9):
            case 0:
                return None
            case 1:
                return self.random.choice([True, False])
            case 2:
                return self.random.choice([0, -1, 2.5, 7])
            case 3 | 4 if depth > 0:
                return [self.anything(depth - 1) for _ in range(self.random.randint(0, 3))]
            case 5 | 6 if depth > 0:
                return {self.canary(): self.anything(depth - 1) for _ in range(self.random.randint(0, 3))}
            case _:
                return self.canary()


def under(tree: Any, pointer: str) -> str:
    """Return the JSON text of what `pointer` leads to; a `*` in it stands for any key."""
    found = [tree]
    for token in pointer.split("/")[1:]:
        below: list[Any] = []
        for each in found:
            if isinstance(each, list):
                below += each[int(token) : int(token) + 1] if token.isdigit() else []
            elif isinstance(each, dict):
                below += each.values() if token == "*" else [each[token]] if token in each else []
        found = below
    return json.dumps(found, ensure_ascii=False)


def request_path(format: Any) -> str:
    if format.name == "gemini_generate":
        return "/v1beta/models/gemini-x:streamGenerateContent"
    return format.endpoints[0].upstream_path


@pytest.mark.parametrize("name", WITH_BODY)
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=200, deadline=None)
def test_no_leaf_of_a_request_is_overlooked(name, seed, wrong):
    """With every segment replaced, a canary is left only where it is pinned or refused, and egress reads each one."""
    format = FORMATS[name]
    grower = Grower(seed, wrong)
    tree = grower.value_of(format.table.sections["request"], 7)
    tree = tree if isinstance(tree, dict) else {"messages": tree}
    endpoint = format.match(request_path(format))
    document = format.read(endpoint, json.dumps(tree).encode(), lambda text: "pseudonym")
    refused = "".join(under(document.tree, pointer) for pointer, _ in document.refused)
    # Not written like an id or a name, which egress passes in their places.
    document.replace({index: f"r{index}|" for index in range(len(document.segments))})
    left = set(CANARY.findall(document.encode().decode()))
    free = "\n".join(document.free_texts())
    assert all(f"r{index}|" in free for index in range(len(document.segments)))
    allowed = set(CANARY.findall(refused)) | set(CANARY.findall(" ".join(document.pinned)))
    assert left <= allowed


@pytest.mark.parametrize("name", WITH_BODY)
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=100, deadline=None)
def test_dropping_leaves_nothing_refused(name, seed, wrong):
    """With what is refused and unknown taken out, a canary is left only where it is pinned."""
    format = FORMATS[name]
    tree = Grower(seed, wrong).value_of(format.table.sections["request"], 7)
    body = json.dumps(tree if isinstance(tree, dict) else {"messages": tree}).encode()
    document = format.read(format.match(request_path(format)), body, lambda text: "pseudonym")
    document.drop_refused({kind for _, kind in document.refused})
    assert document.refused == ()
    if seed % 2:
        document.drop_unknown()
    document.replace({index: f"r{index}" for index in range(len(document.segments))})
    assert set(CANARY.findall(document.encode().decode())) <= set(CANARY.findall(" ".join(document.pinned)))


@pytest.mark.parametrize("name", WITH_BODY)
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.0, 0.3]))
@settings(max_examples=100, deadline=None)
def test_replacing_each_text_by_itself_changes_nothing(name, seed, wrong):
    """What is put back unchanged gives the tree that was read, JSON in strings included."""
    format = FORMATS[name]
    grower = Grower(seed, wrong)
    tree = grower.value_of(format.table.sections["request"], 7)
    endpoint = format.match(request_path(format))
    body = json.dumps(tree if isinstance(tree, dict) else {"messages": tree}).encode()
    document = format.read(endpoint, body, lambda text: "pseudonym")
    before = meaning(strict_json.decode(document.encode()))
    texts = {
        index: segment.text
        for index, segment in enumerate(document.segments)
        if not re.fullmatch(r"[-0-9.e+]+", segment.text)  # a number becomes a string when it is replaced
    }
    document.replace(texts)
    assert meaning(strict_json.decode(document.encode())) == before


def meaning(tree: Any) -> Any:
    """Return the tree with JSON in strings opened: a literal that is put back may be escaped in another way."""
    if isinstance(tree, dict):
        return {key: meaning(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [meaning(value) for value in tree]
    return meaning(json.loads(tree)) if isinstance(tree, str) and is_json_container(tree) else tree


@pytest.mark.parametrize("name", sorted(FORMATS))
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.0, 0.1, 0.5]))
@settings(max_examples=150, deadline=None)
def test_no_leaf_of_a_response_is_overlooked(name, seed, wrong):
    """A canary that is no leaf is in a place the table passes, pins or drops; nothing raises, whatever the types."""
    format = FORMATS[name]
    for section in {"response", "event"} & set(format.table.sections):
        grower = Grower(seed, wrong)
        node = format.table.sections[section]
        tree = [grower.value(node, 7)] if wrong else grower.value_of(node, 7)
        kept = set(CANARY.findall(json.dumps(untouched(tree, node), ensure_ascii=False)))
        leaves = collect_leaves(tree, node, json_mode=bool(seed % 2))
        for number, leaf in enumerate(leaves):
            assert isinstance(leaf.text, str)
            hash(leaf.lane)
            leaf.put(f"restored {number}")
        assert set(CANARY.findall(json.dumps(tree, ensure_ascii=False))) <= kept


def untouched(tree: Any, node: Node | None) -> list[Any]:
    """Return what the table tells the restorer to leave alone: slow, and by the table's text only."""
    kept = (Treatment.PASS, Treatment.PINNED, Treatment.DROP)
    if node is None:
        return []
    if node.text in kept:
        return [tree]
    if isinstance(tree, dict):
        member = node.member(tree)
        found: list[Any] = []
        for key, value in tree.items():
            below = member.fields.get(key) or member.any
            if key not in member.fields and member.any is not None and member.key in kept:
                found.append(key)
            found += untouched(value, below)
        return found
    if isinstance(tree, list):
        return [kept_below for each in tree for kept_below in untouched(each, node.item)]
    return []


@pytest.mark.parametrize("name", WITH_BODY)
@given(seed=st.integers(0, 2**32), wrong=st.sampled_from([0.0, 0.2, 0.6]))
@settings(max_examples=100, deadline=None)
def test_a_stream_reader_takes_events_of_any_shape(name, seed, wrong):
    """Wrong types in events raise nothing; every lane that opened closes at most once, and flushes as an event."""
    format = FORMATS[name]
    endpoint = format.match(request_path(format))
    request = Grower(seed + 1, wrong).value_of(format.table.sections["request"], 7)
    body = json.dumps(request if isinstance(request, dict) else {}).encode()
    document = format.read(endpoint, body, lambda text: text)
    list(format.response_leaves(endpoint, document, {}))
    try:
        reader = format.reader(endpoint, document)
    except UpstreamBadStream:
        return  # a format whose answers are never streamed says so
    grower = Grower(seed, wrong)
    node = format.table.sections.get("event") or format.table.sections["response"]
    opened: set[Any] = set()
    for _ in range(6):
        tree = grower.value(node, 7)
        closing = list(reader.closing(tree))
        assert len(set(closing)) == len(closing)
        for leaf in reader.leaves(tree):
            if leaf.lane is not None:
                opened.add(leaf.lane)
                if leaf.unnamed:
                    continue
                event = reader.flush(leaf.lane, "carry")
                assert isinstance(event, Event)
                assert "carry" in (event.data or "")
                again = format.reader(endpoint, document).leaves(strict_json.decode((event.data or "").encode()))
                assert [each.lane for each in again if each.text == "carry"] == [leaf.lane]
        assert set(closing) <= opened


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize("body", [b"[]", b'"x"', b"1", b"null", b"true", b"", b"{", b'{"a":1,"a":2}', b"[" * 10_000])
def test_a_body_that_is_no_object_is_a_clients_fault(name, body):
    """The message says what was found, not what was in it."""
    format = FORMATS[name]
    with pytest.raises(ClientFault):
        format.read(format.match(request_path(format)), body, str)


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_deep_body_is_read_or_refused(name):
    """Depth never ends in a RecursionError."""
    format = FORMATS[name]
    endpoint = format.match(request_path(format))
    for depth in (200, 252, 253, 5000):
        body = b'{"future":' + b"[" * depth + b'"canary 1 \xc3\xa9"' + b"]" * depth + b"}"
        try:
            document = format.read(endpoint, body, str)
        except ClientFault:
            assert depth > 252
        else:
            assert "canary 1 é" in [segment.text for segment in document.segments]
            assert document.encode().count(b"[") == depth
