"""`relay serve --workers 2`: both serve, one that dies costs only its own requests, they change and end together."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from relay.observe.decision_record import check_chain
from relay.policy.loader import load
from relay.upstream.mirror import Mirror
from tests.e2e.conftest import Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.e2e.support import chat

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several workers take Linux")

KEY = {"authorization": "Bearer sk-test"}
MAIL = "maria.gonzalez@example.org"
PLAIN = "version: 1\nmodel: none\n"
REDACT = f"{PLAIN}rules: [{{entity: EMAIL_ADDRESS, action: redact, why: w}}]\n"
BAD = f"{PLAIN}rules: [{{entity: EMAIL_ADRESS, action: redact, why: w}}]\n"


@dataclass
class Process:
    """A relay with two workers; `errors` and `lines` are what it has written."""

    process: asyncio.subprocess.Process
    url: str
    admin: str
    errors: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def workers(self) -> list[int]:
        """Return the process ids of its children."""
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in text.split()]

    async def metric(self, name: str) -> float:
        """Return the sum of a metric's series."""
        async with httpx.AsyncClient(base_url=self.admin, timeout=20) as client:
            text = (await client.get("/metrics")).text
        return sum(float(line.split()[-1]) for line in text.splitlines() if re.match(rf"{name}[ {{]", line))

    async def ready(self) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=self.admin, timeout=20) as client:
            found: dict[str, Any] = (await client.get("/readyz")).json()
            return found

    async def until(self, event: str, count: int = 1) -> None:
        """Wait until it has logged an event so many times."""
        async with asyncio.timeout(40):
            while "".join(self.errors).count(f'"event":"{event}"') < count:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


@asynccontextmanager
async def relay(policy: Path, config: str, *, fd: int = 2) -> AsyncIterator[Process]:
    """Run `relay serve` with two workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = policy.with_name("relay.yaml")
    path.write_text(f"server: {{port: 0, admin_port: {port}, drain_s: 5}}\npolicy: {policy}\n{config}")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relay", "serve", "--no-harden", "--config", str(path), "--workers", "2"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        pass_fds=(fd,),
        env={name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
    assert first.startswith("ready http://"), (await process.stderr.read()).decode()
    made = Process(process, first.split()[1], f"http://127.0.0.1:{port}", lines=[first])
    workers = made.workers()
    reading = [
        asyncio.create_task(_collect(process.stdout, made.lines)),
        asyncio.create_task(_collect(process.stderr, made.errors)),
    ]
    try:
        yield made
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)
        await asyncio.gather(*reading)
        assert len(workers) == 2
        assert not any(map(_lives, workers))
        assert "Traceback" not in "".join(made.errors)
        assert MAIL not in "".join((*made.errors, *made.lines))


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def _collect(stream: asyncio.StreamReader, lines: list[str]) -> None:
    async for line in stream:
        lines.append(line.decode())


def to(mirror: Mirror) -> str:
    return f"upstreams: {{mirror: {{kind: frontier, base_url: '{mirror.base_url}/v1'}}}}\n"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text(PLAIN)
    return path


async def ask(url: str, text: str = f"write to {MAIL}", headers: dict[str, str] | None = None) -> httpx.Response:
    """Send one request over a connection of its own, which may lead to any worker."""
    async with httpx.AsyncClient(base_url=url, headers={**KEY, **(headers or {})}, timeout=30) as client:
        return await client.post("/v1/chat/completions", json=chat(text))


@asynccontextmanager
async def of_each_worker(
    running: Process, client_key: dict[str, str] | None = None
) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Yield a client for each worker, in their order, whose one connection leads there."""
    found: dict[int, httpx.AsyncClient] = {}
    async with AsyncExitStack() as stack:
        while len(found) < 2:
            headers = {**KEY, **(client_key or {})}
            client = httpx.AsyncClient(base_url=running.url, headers=headers, timeout=30)
            await stack.enter_async_context(client)
            await client.get("/")
            found.setdefault(_owner(client), client)
        yield [found[pid] for pid in sorted(found)]


def put(path: Path, text: str) -> None:
    path.write_text(text)


def _owner(client: httpx.AsyncClient) -> int:
    """Return the process that has the other end of a client's connection."""
    pool = client._transport._pool  # type: ignore[attr-defined]
    stream = pool.connections[0]._connection._network_stream
    port = stream.get_extra_info("client_addr")[1]
    table = Path("/proc/net/tcp").read_text().splitlines()[1:]
    inode = next(row.split()[9] for row in table if row.split()[2].endswith(f":{port:04X}") and row.split()[3] == "01")
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(link) == f"socket:[{inode}]" for link in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:
            continue
    raise AssertionError("nobody has it")


async def test_every_worker_serves(mirror: Mirror, policy: Path) -> None:
    """The same placeholders and answers, sums of both in the metrics, ready while they serve, status 0 at the end."""
    async with relay(policy, to(mirror)) as running:
        async with of_each_worker(running) as clients:
            for client in clients:
                answer = await client.post("/v1/chat/completions", json=chat(f"write to {MAIL}. mirror: echo"))
                assert (answer.status_code, MAIL in answer.text) == (200, True)
        assert [MAIL in received.raw.decode() for received in mirror.received] == [False, False]
        assert await running.metric("relay_exchanges_total") == 2
        assert await running.ready() == {"ready": True, "draining": False, "upstreams": {"mirror": True}}
    assert running.process.returncode == 0
    assert running.lines == [f"ready {running.url}\n"]


async def test_a_session_works_on_every_worker(mirror: Mirror, policy: Path) -> None:
    """One value keeps its placeholder, whoever serves, also after a worker has died; closed is closed for both."""
    async with relay(policy, to(mirror)) as running:
        async with of_each_worker(running) as (one, two):
            session = (await one.post("/relay/v1/sessions", json={})).json()["id"]
            headers = {"x-relay-session": session}
            for number, client in enumerate((one, two, one, two)):
                text = f"write to person{number // 2}@example.org and {MAIL}. mirror: echo"
                answer = await client.post("/v1/chat/completions", json=chat(text), headers=headers)
                assert (answer.status_code, MAIL in answer.text) == (200, True)
            assert await running.metric("relay_sessions") == 1
            os.kill(min(running.workers()), signal.SIGKILL)
            again = [await ask(running.url, f"write to {MAIL}", headers) for _ in range(4)]
            assert {answer.status_code for answer in again} == {200}
            closed = await two.delete(f"/relay/v1/sessions/{session}")
            assert (closed.status_code, closed.json()["entities"]) == (200, 3)
        assert {(await ask(running.url, "hello", headers)).status_code for _ in range(4)} == {409}
        sent = [re.findall(r"\[EMAIL_ADDRESS_\d\]", received.raw.decode()) for received in mirror.received]
        assert [row[-1] for row in sent] == ["[EMAIL_ADDRESS_2]"] * 8


async def test_a_worker_that_is_killed(mirror: Mirror, policy: Path) -> None:
    """Only its own requests are lost; another takes its place; what it has counted stays."""
    async with relay(policy, to(mirror)) as running, of_each_worker(running) as (one, two):
        stream = asyncio.create_task(two.post("/v1/chat/completions", json=chat("mirror: silent 3", stream=True)))
        await asyncio.sleep(0.5)
        assert (await one.post("/v1/chat/completions", json=chat())).status_code == 200
        await asyncio.sleep(0.6)  # it tells what it has counted
        os.kill(min(running.workers()), signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            await one.post("/v1/chat/completions", json=chat())
        answers = await asyncio.gather(*(ask(running.url) for _ in range(12)))
        assert {answer.status_code for answer in answers} == {200}  # those for the dead one have waited for the next
        assert "[DONE]" in (await stream).text
        assert await running.metric("relay_exchanges_total") == 14
        assert len(running.workers()) == 2
    said = json.loads(next(line for line in running.errors if "worker_ended" in line))
    assert (said["status"], said["pause_s"]) == (-9, 0.2)


async def test_a_worker_comes_back_with_the_clients_in_force(mirror: Mirror, policy: Path, tmp_path: Path) -> None:
    """Also when their file cannot be used any more: those that were read with the policy count."""
    listed = tmp_path / "clients.yaml"
    put(listed, f"- {{name: desk, key_sha256: {hashlib.sha256(b'key-of-desk').hexdigest()}}}\n")
    async with relay(policy, f"{to(mirror)}clients_file: {listed}\n") as running:
        put(listed, "nonsense: [")
        os.kill(min(running.workers()), signal.SIGKILL)
        await running.until("worker_ended")
        answers = await asyncio.gather(*(ask(running.url, headers={"x-relay-key": "key-of-desk"}) for _ in range(12)))
        assert {answer.status_code for answer in answers} == {200}
        assert (await ask(running.url, headers={"x-relay-key": "another"})).status_code == 401
        assert sum("worker_ended" in line for line in running.errors) == 1


async def test_reload_in_step(mirror: Mirror, policy: Path) -> None:
    """Under load nothing is lost or mixed; what is in work ends under its own policy; a bad file is said once."""
    digests = {}
    for name, text in (("plain", PLAIN), ("redact", REDACT)):
        put(policy, text)
        digests[load(policy).digest] = name
    put(policy, PLAIN)
    stop = asyncio.Event()
    seen: set[str] = set()
    async with relay(policy, to(mirror)) as running:
        before = running.workers()
        put(policy, BAD)
        running.process.send_signal(signal.SIGHUP)
        await running.until("reload_failed")
        assert running.workers() == before

        async def send() -> None:
            async with httpx.AsyncClient(base_url=running.url, headers=KEY, timeout=30) as client:
                while not stop.is_set():
                    answer = await client.post("/v1/chat/completions", json=chat(f"write to {MAIL}. mirror: echo"))
                    assert answer.status_code == 200, answer.text
                    name = digests[answer.headers["x-relay-policy"]]
                    assert (MAIL in answer.text) is (name == "plain")
                    seen.add(name)

        slow = asyncio.create_task(ask(running.url, f"write to {MAIL}. mirror: slow 4, mirror: echo"))
        await asyncio.sleep(0.3)
        clients = [asyncio.create_task(send()) for _ in range(6)]
        async with asyncio.timeout(10):
            while not seen:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        put(policy, REDACT)
        running.process.send_signal(signal.SIGHUP)
        await running.until("reloaded")
        later = await asyncio.gather(*(ask(running.url) for _ in range(6)))
        assert {digests[answer.headers["x-relay-policy"]] for answer in later} == {"redact"}
        stop.set()
        await asyncio.gather(*clients)
        assert digests[(await slow).headers["x-relay-policy"]] == "plain"
        assert seen == {"plain", "redact"}
        assert await running.metric("relay_policy_reloads_total") == 2
        await running.until("stopped", 2)
        async with asyncio.timeout(20):
            while set(before) & set(running.workers()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    assert "".join(running.errors).count("what is in force stays") == 1


async def test_drain_in_step(mirror: Mirror, policy: Path) -> None:
    """SIGTERM: both let what is in work end, nobody takes more, and the status is 0."""
    async with relay(policy, to(mirror)) as running, of_each_worker(running) as clients:
        streams = [
            asyncio.create_task(client.post("/v1/chat/completions", json=chat("mirror: silent 2", stream=True)))
            for client in clients
        ]
        await asyncio.sleep(0.7)
        running.process.terminate()
        assert [answer.text.count("[DONE]") for answer in await asyncio.gather(*streams)] == [1, 1]
        assert await asyncio.wait_for(running.process.wait(), 20) == 0


async def test_killed_with_its_supervisor(mirror: Mirror, policy: Path) -> None:
    """No worker serves alone."""
    async with relay(policy, to(mirror)) as running:
        running.process.kill()
        await running.process.wait()
        with pytest.raises(httpx.TransportError):
            await ask(running.url)


@pytest.fixture
def far(stage: Stage) -> Iterator[Fake]:
    with Fake("far", Reply(usage=(300_000, 200_000))).on(stage) as fake:
        yield fake


async def test_budgets_slots_and_breakers_hold_for_both(far: Fake, policy: Path) -> None:
    """What one worker spends, holds and finds out counts in the other."""
    digest = hashlib.sha256(b"key-desk").hexdigest()
    config = (
        f"upstreams: {{far: {{kind: frontier, base_url: '{far.base_url}', max_concurrent: 1, max_queue: 4}}}}\n"
        f"clients: [{{name: desk, key_sha256: {digest}}}]\n"
        "routing: {probe_s: 0, failures: 2, open_s: 60, retries: 0, prices: {'*': {input: 1, output: 1}}, "
        "budgets: {desk: 1.9}}\n"
    )
    async with relay(policy, config) as running, of_each_worker(running, {"x-relay-key": "key-desk"}) as (one, two):

        async def post(client: httpx.AsyncClient) -> httpx.Response:
            return await client.post("/v1/chat/completions", json=chat("hello"))

        far.reply.wait_s = 0.3
        answers = await asyncio.gather(post(one), post(two))
        assert ([answer.status_code for answer in answers], far.most_at_once) == ([200, 200], 1)
        far.reply.wait_s = 0
        assert [(await post(client)).status_code for client in (one, two)] == [200, 200]
        await asyncio.sleep(1.1)
        refused = [await post(client) for client in (one, two)]
        assert [answer.json()["error"]["code"] for answer in refused] == ["budget_exhausted"] * 2


async def test_a_breaker_holds_for_both(far: Fake, policy: Path) -> None:
    """Two failures at one worker, and the other sends nothing either."""
    config = (
        f"upstreams: {{far: {{kind: frontier, base_url: '{far.base_url}'}}}}\n"
        "routing: {probe_s: 0, failures: 2, open_s: 60, retries: 0}\n"
    )
    async with relay(policy, config) as running, of_each_worker(running) as (one, two):
        await asyncio.sleep(1.2)  # both have heard what there is
        far.reply = Reply(status=503)
        for _ in range(2):
            assert (await one.post("/v1/chat/completions", json=chat("hello"))).status_code == 503
        await asyncio.sleep(1.5)
        answer = await two.post("/v1/chat/completions", json=chat("hello"))
        assert (answer.status_code, len(far.received)) == (502, 2)
        assert await running.metric("relay_upstream_open") == 1


async def test_one_decision_log(mirror: Mirror, policy: Path) -> None:
    """One chain, whoever decided; and it goes on over a worker's death."""
    async with relay(policy, f"{to(mirror)}decision_log: {{fd: 1}}\n") as running:
        await asyncio.gather(*(ask(running.url) for _ in range(10)))
        os.kill(running.workers()[0], signal.SIGKILL)
        await asyncio.gather(*(ask(running.url) for _ in range(10)))
    checked = check_chain(running.lines)
    assert (checked.records, checked.chains, checked.others) == (20, 1, 1)


async def test_no_start_without_workers(mirror: Mirror, policy: Path) -> None:
    """A port that is taken is one line and a status, also when the other relay shares its port among workers."""
    async with relay(policy, to(mirror)) as running:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "relay", "serve", "--no-harden", "--workers", "2", "--policy", str(policy)),
            *("--upstream", mirror.base_url, "--port", running.url.rpartition(":")[2]),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert (out, process.returncode) == (b"", 1)
        assert b"cannot listen on 127.0.0.1" in err
        assert err.count(b"\n") == 1
