"""Every condition under which a rule prefers local, against two upstreams: a request that fulfils it, a near miss."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from relay.config import ClientConfig
from tests.conftest import MakeCore
from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake
from tests.support import VALUES

MAIL = VALUES["EMAIL_ADDRESS"]
CARD = VALUES["CREDIT_CARD"]


def said(text: str, role: str = "user", **fields: Any) -> dict[str, Any]:
    return {"model": "gpt-5", "messages": [{"role": role, "content": text}], **fields}


ROWS = [
    ("{class: PCI}", said(f"charge {CARD}"), said("charge the card")),
    ("{entity: EMAIL_ADDRESS}", said(f"write to {MAIL}"), said(f"charge {CARD}")),
    ("{group: FINANCE}", said(f"charge {CARD}"), said(f"write to {MAIL}")),
    ("{entity: EMAIL_ADDRESS, min_score: 0.4}", said(f"write to {MAIL}"), said("write to him")),
    ("{entity: EMAIL_ADDRESS, roles: system}", said(f"you are {MAIL}", "system"), said(f"you are {MAIL}")),
    ("{models: '*-mini'}", said("hello", model="gpt-5-mini"), said("hello")),
    ("{max_tokens: 10}", said("a short question"), said("a long question, " * 4)),
    ("{languages: [de]}", said("Bitte schreibe das auf und nicht zu lang"), said("Please write that down for me")),
    ("{class: PII, max_tokens: 20}", said(f"write to {MAIL}"), said(f"write to {MAIL} " + "at length " * 10)),
    ("{class: PII, max_tokens: 20}", said(f"write to {MAIL}"), said("write to nobody")),
]


@pytest.mark.parametrize(("condition", "hit", "miss"), ROWS, ids=[f"{row[0]}-{n}" for n, row in enumerate(ROWS)])
async def test_prefer(
    stage: Stage, serve: Serve, make_core: MakeCore, condition: str, hit: dict[str, Any], miss: dict[str, Any]
) -> None:
    """What fulfils the condition goes to the local upstream as it is, and anything else to the frontier, scrubbed."""
    policy = f"version: 1\nmodel: none\nrules: [{condition[:-1]}, prefer: local, why: test}}]\n"
    with ExitStack() as stack:
        near, far = (stack.enter_context(Fake(name).on(stage)) for name in ("near", "far"))
        upstreams = {"far": far.config("frontier"), "near": near.config("local")}
        relay = serve(upstreams=upstreams, from_core=make_core(policy))
        async with httpx.AsyncClient(base_url=relay.url, headers={"authorization": "Bearer k"}) as client:
            for body, route in ((hit, "local"), (miss, "frontier")):
                answer = await client.post("/v1/chat/completions", json=body)
                assert answer.headers["x-relay-route"] == route
    assert (len(near.received), len(far.received)) == (1, 1)
    assert MAIL not in far.text
    assert CARD not in far.text


@pytest.mark.parametrize("word", ["prefer", "require"])
async def test_clients(stage: Stage, serve: Serve, make_core: MakeCore, word: str) -> None:
    """A rule for some clients holds for them, known by their keys, and for nobody else."""
    policy = f"version: 1\nmodel: none\nrules: [{{clients: 'hr-*', {word}: local, why: test}}]\n"
    names = ("hr-desk", "lab")
    clients = tuple(
        ClientConfig(name=name, key_sha256=hashlib.sha256(f"key-{name}".encode()).hexdigest()) for name in names
    )
    with Fake("near").on(stage) as near, Fake("far").on(stage) as far:
        upstreams = {"far": far.config("frontier"), "near": near.config("local")}
        relay = serve(upstreams=upstreams, from_core=make_core(policy), clients=clients)
        for name, route in zip(names, ("local", "frontier"), strict=True):
            headers = {"x-relay-key": f"key-{name}", "authorization": "Bearer k"}
            async with httpx.AsyncClient(base_url=relay.url, headers=headers) as client:
                answer = await client.post("/v1/chat/completions", json=said("hello"))
                assert answer.headers["x-relay-route"] == route
