"""Signatures: who wrote one is remembered, and what it stands beside goes back to that upstream alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relay.exchange import Core
from relay.request.signatures import Signatures, signatures_in
from relay.types import RouteKind
from tests.conftest import FRONTIER, LOCAL, MakeCore
from tests.support import begin, post

VALUE = "4242 4242 4242 4242"
SEALED = "EqQBCkYIAxgCKkB" + "x7Fz" * 12
MESSAGES = "/v1/messages"


def history(*blocks: dict[str, Any], asked: str = "go on") -> dict[str, Any]:
    """Return a request whose assistant said `blocks`, beside a tool's result that holds the value."""
    result = {"type": "tool_result", "tool_use_id": "t", "content": f"card {VALUE}"}
    call = {"type": "tool_use", "id": "t", "name": "Read", "input": {"path": "x"}}
    return {
        "model": "m",
        "max_tokens": 9,
        "messages": [
            {"role": "user", "content": asked},
            {"role": "assistant", "content": [*blocks, call]},
            {"role": "user", "content": [result]},
        ],
    }


def thinking(signature: str | None, text: str = f"Use {VALUE}.") -> dict[str, Any]:
    block = {"type": "thinking", "thinking": text}
    return block if signature is None else {**block, "signature": signature}


def arrives(core: Core, body: Any, path: str = MESSAGES) -> Any:
    """Return the body that leaves for the upstream."""
    exchange = begin(core, path)
    try:
        return json.loads(exchange.open(post(path, body)).body)
    finally:
        exchange.close()


@pytest.mark.parametrize(
    "signature", ["Eq", "ErUB", SEALED, "gAAAAABm" + "x_-Z1" * 20, "QkM3" * 22, "0123456789abcdef" * 4]
)
def test_signed_text_goes_back_untouched(core: Core, signature: str) -> None:
    """A value that the provider wrote itself is not searched there, and is hidden everywhere else."""
    body = arrives(core, history(thinking(signature)))
    assert body["messages"][1]["content"][0] == thinking(signature)
    assert VALUE not in json.dumps(body["messages"][2])


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "forged",
        "sig",
        "not a signature",
        f"{VALUE}",
        "maria@example.org",
        "Eq q",
        "Claude",
        "Error",
        "ErrorCode",
        "Q" * 88,
    ],
)
def test_text_without_a_signature_is_text(core: Core, signature: str | None) -> None:
    """Reasoning that nobody signed, or that somebody says is signed, is scrubbed."""
    assert VALUE not in json.dumps(arrives(core, history(thinking(signature))))


OPAQUE = {
    "redacted thinking": lambda text: {"type": "redacted_thinking", "data": text},
    "compaction": lambda text: {"type": "compaction", "content": f"They use {VALUE}.", "encrypted_content": text},
}


@pytest.mark.parametrize("make", OPAQUE.values(), ids=OPAQUE)
def test_encrypted_content_goes_back_untouched_where_it_is_some(core: Core, make: Any) -> None:
    """What reads like text in its place is text."""
    assert arrives(core, history(make(SEALED)))["messages"][1]["content"][0] == make(SEALED)
    assert VALUE not in json.dumps(arrives(core, history(make(f"see {VALUE}"))))


def reasoning(**fields: Any) -> dict[str, Any]:
    item = {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": f"Use {VALUE}."}], **fields}
    return {"model": "m", "input": [item, {"type": "message", "role": "user", "content": f"card {VALUE}"}]}


def thought(**fields: Any) -> dict[str, Any]:
    part = {"text": f"Use {VALUE}.", "thought": True, **fields}
    return {"contents": [{"role": "model", "parts": [part]}, {"role": "user", "parts": [{"text": f"card {VALUE}"}]}]}


@pytest.mark.parametrize(
    ("path", "signed", "unsigned"),
    [
        ("/v1/responses", reasoning(encrypted_content=SEALED), reasoning()),
        ("/v1/responses", reasoning(encrypted_content=SEALED), reasoning(encrypted_content=None)),
        ("/v1beta/models/g:generateContent", thought(thoughtSignature=SEALED), thought()),
        ("/v1beta/models/g:generateContent", thought(thought_signature=SEALED), thought(thought_signature="x")),
    ],
)
def test_other_formats(core: Core, path: str, signed: Any, unsigned: Any) -> None:
    """The signature stands elsewhere, and means the same."""
    assert json.dumps(arrives(core, signed, path)).count(VALUE) == 1
    assert VALUE not in json.dumps(arrives(core, unsigned, path))


LOCAL_KEEPS = "version: 1\nmodel: none\nprefer: local\ndefault: {frontier: placeholder, local: keep}\n"


def test_what_another_upstream_signed_is_text(make_core: MakeCore) -> None:
    """A block that a local server wrote, signature and all, is scrubbed on fallback to the frontier."""
    core = make_core(LOCAL_KEEPS, far=FRONTIER, near=LOCAL)
    first = begin(core, MESSAGES)
    assert first.open(post(MESSAGES, {"model": "m", "max_tokens": 9, "messages": []})).upstream == "near"
    first.start(200, (("content-type", "application/json"),))
    first.feed(json.dumps({"type": "message", "content": [thinking(SEALED, "Hm.")]}).encode())
    first.finish()
    for avoid, kept in ((frozenset(), True), (frozenset({"near"}), False)):
        exchange = begin(core, MESSAGES)
        outbound = exchange.open(post(MESSAGES, history(thinking(SEALED))), avoid=avoid)
        exchange.close()
        assert outbound.upstream == ("near" if kept else "far")
        assert (VALUE in json.dumps(json.loads(outbound.body)["messages"][1])) is kept


def test_a_streamed_signature_is_remembered(make_core: MakeCore) -> None:
    """A signature of any shape counts once its upstream was seen to write it."""
    core = make_core("version: 1\nmodel: none\n# a core of its own\n")
    signature = "of-a-shape-of-its-own"
    assert VALUE in json.dumps(arrives(core, history(thinking(SEALED))))
    assert VALUE not in json.dumps(arrives(core, history(thinking(signature))))
    exchange = begin(core, MESSAGES)
    exchange.open(post(MESSAGES, {"model": "m", "max_tokens": 9, "stream": True, "messages": []}))
    exchange.start(200, (("content-type", "text/event-stream"),))
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": signature}}
    exchange.feed(f"event: content_block_delta\ndata: {json.dumps(delta)}\n\n".encode())
    exchange.close()
    assert VALUE in json.dumps(arrives(core, history(thinking(signature))))


def test_the_store_forgets_the_oldest_and_shows_none() -> None:
    """Bounded, by use; nothing of a signature is in its `repr`."""
    store = Signatures(bytes(16), limit=2)
    for number in range(3):
        store.note("up", f"mark-{number}")
    wrote = store.written_by("up", RouteKind.FRONTIER, one_kind=False)
    assert [wrote(f"mark-{number}") for number in range(3)] == [False, True, True]
    assert [store.written_by("other", RouteKind.FRONTIER, one_kind=True)("mark-2"), store.is_one("mark-2")] == [
        False,
        True,
    ]
    assert repr(store) == "Signatures(2 of 2)"


@pytest.mark.parametrize(
    ("kind", "one_kind", "signature", "expected"),
    [
        (RouteKind.FRONTIER, True, SEALED, True),
        (RouteKind.FRONTIER, True, "forged", False),
        (RouteKind.FRONTIER, False, SEALED, False),
        (RouteKind.LOCAL, True, SEALED, False),
    ],
)
def test_an_unknown_signature_is_a_frontiers_by_its_shape(
    kind: RouteKind, one_kind: bool, signature: str, expected: bool
) -> None:
    """A history from before a restart works with the only provider, and tells a local server nothing it may keep."""
    assert Signatures(bytes(16)).written_by("up", kind, one_kind=one_kind)(signature) is expected


OLLAMA = LOCAL.model_copy(update={"formats": ("ollama",)})


@pytest.mark.parametrize(
    ("upstreams", "avoid", "unread"),
    [
        ({"far": FRONTIER}, "", True),
        ({"far": FRONTIER, "other": FRONTIER}, "", True),
        ({"far": FRONTIER, "near": OLLAMA}, "", True),  # takes no request of this format
        ({"far": FRONTIER, "other": FRONTIER}, "other", False),
        ({"far": FRONTIER, "near": LOCAL}, "", False),
        ({"far": FRONTIER, "near": LOCAL}, "near", False),
    ],
)
@pytest.mark.parametrize("policy", ["prefer: local", "prefer: frontier"])
def test_a_signature_from_before_a_start_is_somebodys(
    make_core: MakeCore, policy: str, upstreams: Any, avoid: str, unread: bool
) -> None:
    """Where a local server, or another try, can have written what it stands beside, that is text at the frontier."""
    text = f"version: 1\nmodel: none\n{policy}\ndefault: {{frontier: placeholder, local: keep}}\n"
    exchange = begin(make_core(text, **upstreams), MESSAGES)
    try:
        outbound = exchange.open(post(MESSAGES, history(thinking(SEALED + "0"))), avoid=frozenset({avoid}) - {""})
    finally:
        exchange.close()
    if outbound.route is RouteKind.FRONTIER:
        assert (VALUE in json.dumps(json.loads(outbound.body)["messages"][1])) is unread


def test_signatures_are_found_wherever_they_stand() -> None:
    """In whole answers and in events; other strings are none."""
    tree = {"content": [thinking("a"), {"data": "b", "text": "c"}], "delta": {"signature": ""}, "encrypted_content": 5}
    assert list(signatures_in([tree])) == ["a", "b"]
