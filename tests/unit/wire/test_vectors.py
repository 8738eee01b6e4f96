"""The vectors: one file, one request, response or stream, and all that must come of it.

Segments and leaves are replaced by themselves in angle brackets; `forwarded` and `restored` are the trees then.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import relay.wire
from relay.registry import collect_families
from relay.types import Event
from relay.wire import strict_json

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "wire"
FORMATS = collect_families(relay.wire)


def load(kind: str) -> list[Any]:
    found = []
    for path in sorted(VECTORS.glob("*/*.yaml")):
        vector = yaml.safe_load(path.read_text(encoding="utf-8"))
        if kind in vector:
            found.append(pytest.param(FORMATS[path.parent.name](), vector, id=f"{path.parent.name}-{path.stem}"))
    return found


def read(format: Any, vector: Any) -> Any:
    endpoint = format.match(vector["path"])
    assert endpoint is not None
    body = json.dumps(vector.get("request", {})).encode()
    document = format.read(endpoint, body, lambda text: f"P-{text}")
    document.force(True)
    return endpoint, document


def described(leaf: Any) -> list[Any]:
    """Return [text, encoding, lane, tool, hosted] without what is not set at the end."""
    row = [leaf.text, leaf.encoding.value, list(leaf.lane) if leaf.lane is not None else None, leaf.tool, leaf.hosted]
    while not row[-1] and len(row) > 2:
        row.pop()
    return row


@pytest.mark.parametrize("format, vector", load("forwarded"))
def test_reads_a_request(format, vector):
    """Every leaf of the request becomes what the vector says, and replaced text lands where it was."""
    _, document = read(format, vector)
    rows = [
        [each.pointer, each.text, each.role.value, each.message, *(["contract"] if each.contract else [])]
        for each in document.segments
    ]
    assert rows == vector["segments"]
    assert list(document.pinned) == vector.get("pinned", [])
    assert [list(each) for each in document.refused] == vector.get("refused", [])
    assert document.unknown == vector.get("unknown", 0)
    assert document.stream is vector.get("stream", False)
    assert document.model == vector.get("model", vector["request"].get("model"))
    document.replace({index: f"<{each.text}>" for index, each in enumerate(document.segments)})
    forwarded = strict_json.decode(document.encode())
    assert forwarded == vector["forwarded"]
    assert list(forwarded) == list(vector["forwarded"])


@pytest.mark.parametrize("format, vector", load("response"))
def test_finds_the_leaves_of_a_response(format, vector):
    """What is restored, how it is written, and for which tool."""
    endpoint, document = read(format, vector)
    tree = copy.deepcopy(vector["response"])
    leaves = list(format.response_leaves(endpoint, document, tree))
    assert [described(leaf) for leaf in leaves] == vector["leaves"]
    for leaf in leaves:
        leaf.put(leaf.text)
    assert tree == vector["response"]
    for leaf in leaves:
        leaf.put(f"<{leaf.text}>")
    if "restored" in vector:
        assert tree == vector["restored"]


@pytest.mark.parametrize("format, vector", load("events"))
def test_reads_a_stream(format, vector):
    """Each event closes the lanes, holds the leaves and ends the stream as the vector says."""
    endpoint, document = read(format, vector)
    reader = format.reader(endpoint, document)
    for row in vector["events"]:
        tree = row["data"]
        event = Event(tree if isinstance(tree, str) else json.dumps(tree), row.get("event"))
        assert reader.is_end(event) is row.get("end", False)
        if not isinstance(tree, str):
            assert [list(lane) for lane in reader.closing(tree)] == row.get("closing", []), row
            assert [described(leaf) for leaf in reader.leaves(tree)] == row.get("leaves", []), row
    for row in vector.get("flushes", []):
        event = reader.flush(tuple(row["lane"]), "carry")
        assert (json.loads(event.data), event.event) == (row["data"], row.get("event"))
