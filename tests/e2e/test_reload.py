"""SIGHUP: the policy is read anew under load, atomically, and a bad file changes nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from relay.observe.decision_record import check_chain
from relay.policy.authoring import signing
from relay.policy.loader import load, load_layers
from relay.upstream.mirror import Mirror
from tests.e2e.support import chat

KEY = {"authorization": "Bearer sk-test"}
MAIL = "maria.gonzalez@example.org"
PLACEHOLDER = "version: 1\nmodel: none\n"
REDACT = "version: 1\nmodel: none\nrules: [{entity: EMAIL_ADDRESS, action: redact, why: w}]\n"
BAD = "version: 1\nmodel: none\nrules: [{entity: EMAIL_ADRESS, action: redact, why: w}]\n"


class NotStarted(Exception):
    """What relay wrote instead of starting."""


@dataclass
class Process:
    """A running relay; `errors` and `lines` are what it has written."""

    process: asyncio.subprocess.Process
    url: str
    admin: str
    errors: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    async def reload(self, outcome: str) -> None:
        """Send SIGHUP and wait until it has had this outcome once more."""
        before = await self.count(outcome)
        self.process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(20):
            while await self.count(outcome) == before:  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.01)

    async def count(self, outcome: str) -> float:
        """Return how many reloads had this outcome."""
        found = re.search(rf'^relay_policy_reloads_total{{outcome="{outcome}"}} (\S+)$', await self.metrics(), re.M)
        assert found
        return float(found[1])

    async def metrics(self) -> str:
        """Return what the operator's port shows."""
        async with httpx.AsyncClient(base_url=self.admin) as client:
            return (await client.get("/metrics")).text


@asynccontextmanager
async def relay(mirror: Mirror, policy: Path, *options: str, more: str = "", fd: int = 2) -> AsyncIterator[Process]:
    """Run `relay serve` in a process of its own; `more` is configuration, `fd` a descriptor that it inherits."""
    port = _free_port()
    config = policy.with_name("relay.yaml")
    config.write_text(
        f"server: {{port: 0, admin_port: {port}}}\npolicy: {policy}\n"
        f"upstreams: {{mirror: {{kind: frontier, base_url: '{mirror.base_url}/v1'}}}}\n{more}"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relay", "serve", "--no-harden", "--config", str(config), *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=(fd,),
        env={name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
    if not first:
        raise NotStarted((await process.stderr.read()).decode())
    made = Process(process, first.split()[1], f"http://127.0.0.1:{port}", lines=[first])
    reading = [
        asyncio.create_task(_collect(process.stdout, made.lines)),
        asyncio.create_task(_collect(process.stderr, made.errors)),
    ]
    try:
        yield made
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 20)
        await asyncio.gather(*reading)


async def _collect(stream: asyncio.StreamReader, lines: list[str]) -> None:
    async for line in stream:
        lines.append(line.decode())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_reload_under_load_drops_nothing_and_mixes_nothing(mirror: Mirror, tmp_path: Path) -> None:
    """Each request is answered, and is treated by exactly the policy whose digest its response names."""
    policy = tmp_path / "policy.yaml"
    digests = {}
    for name, text in (("placeholder", PLACEHOLDER), ("redact", REDACT)):
        policy.write_text(text)
        digests[load(policy).digest] = name
    policy.write_text(PLACEHOLDER)
    stop = asyncio.Event()
    seen: dict[int, tuple[str, str]] = {}
    async with (
        relay(mirror, policy) as running,
        httpx.AsyncClient(base_url=running.url, headers=KEY, timeout=30) as client,
    ):

        async def send(worker: int) -> None:
            number = worker
            while not stop.is_set():
                body = chat(f"request={number}; write to {MAIL}. mirror: echo", stream=bool(number % 2))
                answer = await client.post("/v1/chat/completions", json=body)
                assert answer.status_code == 200, answer.text
                seen[number] = (digests[answer.headers["x-relay-policy"]], answer.text)
                number += 8

        # One stream that begins under the first policy and ends under a later one.
        slow = asyncio.create_task(
            client.post("/v1/chat/completions", json=chat(f"{MAIL} mirror: echo, mirror: silent 2", stream=True))
        )
        workers = [asyncio.create_task(send(worker)) for worker in range(8)]
        for text in (REDACT, PLACEHOLDER, REDACT, PLACEHOLDER, REDACT):
            await asyncio.sleep(0.2)
            policy.write_text(text)
            await running.reload("done")
        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.gather(*workers)
        answer = await slow
        assert digests[answer.headers["x-relay-policy"]] == "placeholder"
        assert MAIL in _text(answer.text)
        metrics = await running.metrics()
        assert f'relay_policy_info{{digest="{load(policy).digest}",mode="enforce"}} 1.0' in metrics
        assert metrics.count("relay_policy_info{") == 1
    assert {name for name, _ in seen.values()} == {"placeholder", "redact"}
    sent = {}
    for received in mirror.received:
        found = re.search(r"request=(\d+);", received.raw.decode())
        if found:
            sent[int(found[1])] = received.raw.decode()
    assert sent.keys() == seen.keys()
    for number, (name, text) in seen.items():
        assert ("[EMAIL_ADDRESS_1]" in sent[number]) is (name == "placeholder")
        assert MAIL not in sent[number]
        assert (MAIL in (_text(text) if number % 2 else text)) is (name == "placeholder")


def _text(stream: str) -> str:
    events = [json.loads(line[6:]) for line in stream.splitlines() if line.startswith("data: {")]
    return "".join(choice["delta"].get("content") or "" for event in events for choice in event["choices"])


async def test_a_bad_file_keeps_the_old_policy_and_says_why(mirror: Mirror, tmp_path: Path) -> None:
    """Place and reason on standard error, a count, and the next request is scrubbed as before."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(REDACT)
    digest = load(policy).digest
    async with relay(mirror, policy) as running, httpx.AsyncClient(base_url=running.url, headers=KEY) as client:
        for text in (
            BAD,
            "",
            "version: 1\nversion: 1",
            "version: 1\nstyle: [",
            "version: 1\ndefault: {frontier: keep}",
        ):
            policy.write_text(text)
            await running.reload("failed")
            answer = await client.post("/v1/chat/completions", json=chat(f"write to {MAIL}"))
            assert (answer.status_code, answer.headers["x-relay-policy"]) == (200, digest)
            assert MAIL not in mirror.received[-1].raw.decode()
        policy.unlink()
        await running.reload("failed")
        assert f'relay_policy_info{{digest="{digest}",mode="enforce"}} 1.0' in await running.metrics()
        policy.write_text(REDACT.replace("redact", "mask"))
        await running.reload("done")
    said = "".join(running.errors)
    assert f'what is in force stays: {policy}:3:18: entity: no recognizer finds the type "EMAIL_ADRESS"' in said
    assert 'did you mean "EMAIL_ADDRESS"?' in said
    assert "this policy would let everything through" in said
    assert f"{policy}: cannot be read" in said
    assert said.count('"event":"reload_failed"') == 6


async def test_a_signature_is_required_at_start_and_at_every_reload(mirror: Mirror, tmp_path: Path) -> None:
    """Unsigned, changed or wrongly signed: no start, no reload; and the key is the one that was there at the start."""
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = tmp_path / "key.pub"
    policy = tmp_path / "policy.yaml"
    signature = signing.signature_path(policy)

    def publish(chosen: Ed25519PrivateKey) -> None:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public.write_bytes(chosen.public_key().public_bytes(serialization.Encoding.PEM, form))

    def put(text: str, chosen: Ed25519PrivateKey | None) -> None:
        policy.write_text(text)
        if chosen is not None:
            signature.write_text(signing.sign(load_layers(policy), chosen))

    publish(key)
    options = ("--require-signed", str(public))
    for text, chosen, reason in ((REDACT, None, "cannot be read"), (REDACT, other, "is signed by key")):
        put(text, chosen)
        with pytest.raises(NotStarted, match=reason):
            async with relay(mirror, policy, *options):
                pass
    put(REDACT, key)
    digest = load(policy).digest
    async with relay(mirror, policy, *options) as running:
        put(PLACEHOLDER, None)
        await running.reload("failed")
        put(PLACEHOLDER, other)
        await running.reload("failed")
        publish(other)
        await running.reload("failed")
        assert f'relay_policy_info{{digest="{digest}",mode="enforce"}} 1.0' in await running.metrics()
        put(PLACEHOLDER, key)
        await running.reload("done")
    assert "policy.yaml changed after it was signed" in "".join(running.errors)


async def test_observe_says_so_and_the_log_holds_every_decision(mirror: Mirror, tmp_path: Path) -> None:
    """A relay that only observes is not taken for protection, and its decisions are one chain without a value."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"mode: observe\n{REDACT}")
    async with (
        relay(mirror, policy, more="decision_log: {fd: 1}\n") as running,
        httpx.AsyncClient(base_url=running.url, headers=KEY) as client,
    ):
        for stream in (False, True):
            answer = await client.post(
                "/v1/chat/completions", json=chat(f"write to {MAIL} [EMAIL_ADDRESS_1] mirror: echo", stream=stream)
            )
            assert answer.headers["x-relay-policy"].endswith("; mode=observe")
            assert f"write to {MAIL} [EMAIL_ADDRESS_1]" in (_text(answer.text) if stream else answer.text)
            assert MAIL in mirror.received[-1].raw.decode()
        assert (
            'relay_observed_entities_total{action="redact",entity_type="EMAIL_ADDRESS"} 2.0' in await running.metrics()
        )
        policy.write_text(REDACT)
        await running.reload("done")
        await client.post("/v1/chat/completions", json=chat(f"write to {MAIL}"))
        assert MAIL not in mirror.received[-1].raw.decode()
    said = "".join(running.errors)
    assert "nothing is protected" in said
    assert '"mode":"observe"' in said
    assert (check_chain(running.lines).records, check_chain(running.lines).others) == (3, 1)
    assert [json.loads(line)["decision"].get("observed") for line in running.lines[1:]] == [True, True, None]
    assert MAIL not in "".join(running.lines)


async def test_without_a_reader_of_the_log_nothing_leaves(mirror: Mirror, tmp_path: Path) -> None:
    """What cannot be recorded is refused in the provider's shape, and retrying later makes sense."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(REDACT)
    reader, writer = os.pipe()
    os.close(reader)
    try:
        async with (
            relay(mirror, policy, more=f"decision_log: {{fd: {writer}}}\n", fd=writer) as running,
            httpx.AsyncClient(base_url=running.url, headers=KEY) as client,
        ):
            for _ in range(5):
                answer = await client.post("/v1/chat/completions", json=chat("hello"))
            count = len(mirror.received)
            answer = await client.post("/v1/chat/completions", json=chat("hello"))
            assert (answer.status_code, answer.json()["error"]["code"]) == (503, "decision_not_recorded")
            assert len(mirror.received) == count
    finally:
        os.close(writer)
