"""A hardened relay keeps no planted value in any state that a request or session can end in, nor half of one.

Each test plants values that stand nowhere else, drives a real relay in its own process, and reads that process's memory
from outside. Skipped where the system does not let this process read another's.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from relay.process.memory_scan import ScanRefused, scan, spellings
from tests.certificate import self_signed
from tests.memory.target import Relay, Upstream, planted, upstream
from tests.memory.target import relay as serving

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

_SETTLED_S = 5.0  # longest wait for buffers to be dropped; polled, so normally a fraction of it


@pytest.fixture(scope="module")
def server() -> Iterator[Upstream]:
    with upstream() as running:
        yield running


# Where a marker stands in a text an exception is raised whose own text, and whose frames, hold the text: before
# anything is sent, and when the answer is there.
EXCEPTIONS = """
import relay.response.answer, relay.request.egress
left, rewrite = relay.request.egress.left, relay.response.answer._rewrite
def fail_before(texts, *rest, **more):
    if any("explode on the way out" in text for text in texts):
        raise RuntimeError(f"cannot send {texts!r} with {rest!r}")
    return left(texts, *rest, **more)
def fail_behind(leaf, *rest):
    changed = rewrite(leaf, *rest)
    if "explode on the way back" in leaf.text:
        raise RuntimeError("cannot restore " + leaf.text)
    return changed
relay.request.egress.left, relay.response.answer._rewrite = fail_before, fail_behind
"""


@pytest.fixture(scope="module")
def target(server: Upstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relay]:
    with serving(server, tmp_path_factory.mktemp("policy"), program=EXCEPTIONS) as running:
        try:
            scan(running.pid, ["warm-up-value"])
        except ScanRefused:
            pytest.skip("this process may not read another's memory")
        yield running


@pytest.fixture(scope="module")
def over_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Relay, Upstream]]:
    certificate = self_signed(tmp_path_factory.mktemp("tls") / "certificate.pem")
    with upstream(certificate) as server, serving(server, tmp_path_factory.mktemp("policy")) as running:
        try:
            scan(running.pid, ["warm-up-value"])
        except ScanRefused:
            pytest.skip("this process may not read another's memory")
        yield running, server


def assert_forgotten(target: Relay, values: list[str]) -> None:
    """Raise unless no spelling of a value is found within a few seconds."""
    deadline = time.monotonic() + _SETTLED_S
    while found := scan(target.pid, values):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def prompt(values: list[str]) -> str:
    return f'Write to {values[0]} about {values[1]}, and "quote" {values[2]}.'


def whole(target: Relay, server: Upstream, values: list[str]) -> None:
    answer = target.chat(prompt(values))
    assert values[0].encode() in answer
    assert not any(value.encode() in body for body in server.seen for value in values)


def streamed(target: Relay, server: Upstream, values: list[str]) -> None:
    # The value comes back in pieces, so only what was sent is looked at here.
    target.chat(prompt(values), stream=True)
    assert not any(value.encode() in body for body in server.seen for value in values)


def upstream_error(target: Relay, server: Upstream, values: list[str]) -> None:
    server.status = 400
    try:
        assert values[0].encode() in target.chat(prompt(values))
    finally:
        server.status = 200


def malformed(target: Relay, server: Upstream, values: list[str]) -> None:
    status, answer = target.call("POST", "/v1/chat/completions", f'{{"model": "{prompt(values)}", bad'.encode())
    assert status == 400
    assert values[0].encode() not in answer


def session_deleted(target: Relay, server: Upstream, values: list[str]) -> None:
    session = json.loads(target.call("POST", "/relay/v1/sessions", {})[1])["id"]
    target.chat(prompt(values), session=session)
    status, receipt = target.call("DELETE", f"/relay/v1/sessions/{session}")
    assert status == 200
    assert values[0].encode() not in receipt


def session_idle(target: Relay, server: Upstream, values: list[str]) -> None:
    session = json.loads(target.call("POST", "/relay/v1/sessions", {})[1])["id"]
    target.chat(prompt(values), session=session)
    # Open and idle: the values can still be restored, and stand nowhere in plain.
    assert_forgotten(target, values)
    answer = target.chat("Say [EMAIL_ADDRESS_1] to [EMAIL_ADDRESS_2]", session=session)
    assert b"You said" in answer


def hung_up(target: Relay, server: Upstream, values: list[str]) -> None:
    server.hang.set()
    try:
        connection = target.connect()
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": prompt(values)}]}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"content-type": "application/json"})
        response = connection.getresponse()
        response.read(200)
        response.close()
        connection.close()
    finally:
        server.hang.clear()


def exception_before(target: Relay, server: Upstream, values: list[str]) -> None:
    seen = len(server.seen)
    answer = target.chat(f"{prompt(values)} explode on the way out")
    assert b"nothing was sent" in answer
    assert len(server.seen) == seen
    assert values[0].encode() not in answer


def exception_behind(target: Relay, server: Upstream, values: list[str]) -> None:
    answer = target.chat(f"{prompt(values)} explode on the way back")
    assert b'"error"' in answer
    assert values[0].encode() not in answer


STATES: dict[str, Callable[[Relay, Upstream, list[str]], None]] = {
    "whole": whole,
    "streamed": streamed,
    "upstream error": upstream_error,
    "malformed": malformed,
    "session deleted": session_deleted,
    "session idle": session_idle,
    "client hung up": hung_up,
    "exception before sending": exception_before,
    "exception in the answer": exception_behind,
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_nothing_is_left(target: Relay, server: Upstream, state: Callable[[Relay, Upstream, list[str]], None]) -> None:
    """No value of a request outlives it, and none of an idle session is readable."""
    values = [planted() for _ in range(3)]
    state(target, server, values)
    assert_forgotten(target, values)


def _body(**more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "hello"}], **more}


def _arguments(value: str) -> dict[str, Any]:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": json.dumps({value: 1})}}
    answer = {"role": "tool", "tool_call_id": "call_1", "content": json.dumps({value: {value: 1}})}
    return _body(messages=[{"role": "assistant", "tool_calls": [call]}, answer])


PATH = "/v1/chat/completions"
# Where a value may stand beside the texts: method, target, headers and body. Libraries keep pieces of each in caches.
POSITIONS: dict[str, Callable[[str], tuple[str, str, Any, dict[str, str]]]] = {
    "unknown field": lambda value: ("POST", PATH, _body(**{value: 1}), {}),
    "metadata": lambda value: ("POST", PATH, _body(metadata={value: value}), {}),
    "key in a text": lambda value: (
        "POST",
        PATH,
        _body(messages=[{"role": "user", "content": f'{{"{value}": 1}}'}]),
        {},
    ),
    "key of arguments and of a result": lambda value: ("POST", PATH, _arguments(value), {}),
    "property of a schema": lambda value: (
        "POST",
        PATH,
        _body(tools=[{"type": "function", "function": {"name": "f", "parameters": {"properties": {value: {}}}}}]),
        {},
    ),
    "model": lambda value: ("POST", PATH, _body(model=value), {}),
    "query": lambda value: ("POST", f"{PATH}?key={value}", _body(), {}),
    "query of Gemini": lambda value: ("POST", f"/v1beta/models/g:generateContent?key={value}", {"contents": []}, {}),
    "path": lambda value: ("POST", f"/v1/{value}", _body(), {}),
    "absolute target": lambda value: ("POST", f"http://{value}/v1?key={value}", _body(), {}),
    "method": lambda value: (value.replace("@", "-"), PATH, _body(), {}),
    "header": lambda value: ("POST", PATH, _body(), {"x-thing": value}),
    "name of a header": lambda value: ("POST", PATH, _body(), {value.replace("@", "-"): "x"}),
    "host": lambda value: ("POST", PATH, _body(), {"host": value}),
    "origin": lambda value: ("POST", PATH, _body(), {"origin": f"https://{value}"}),
    "cookie": lambda value: ("POST", PATH, _body(), {"cookie": f"a={value}; {value}=b"}),
    "charset": lambda value: ("POST", PATH, _body(), {"content-type": f"application/json; charset={value}"}),
    "content type": lambda value: ("POST", PATH, _body(), {"content-type": f"text/{value}"}),
    "key of the client": lambda value: ("POST", PATH, _body(), {"authorization": f"Bearer {value}"}),
    "content coding": lambda value: ("POST", PATH, _body(), {"content-encoding": value}),
    "session": lambda value: ("POST", PATH, _body(), {"x-relay-session": value}),
}


def test_nothing_is_left_of_any_position(target: Relay) -> None:
    """Keys of objects, the target and the headers are forgotten like the texts, answered or refused."""
    values = {position: planted() for position in POSITIONS}
    for position, request in POSITIONS.items():
        method, path, body, headers = request(values[position])
        connection = target.connect()
        fields = {"content-type": "application/json", "authorization": "Bearer sk-test", **headers}
        connection.request(method, path, json.dumps(body), fields)
        connection.getresponse().read()
        connection.close()
    assert_forgotten(target, [*values.values(), *(value.replace("@", "-") for value in values.values())])


def test_nothing_is_left_on_an_open_connection(target: Relay, server: Upstream) -> None:
    """Keep-alive keeps the connection, not what went through it."""
    values = [planted() for _ in range(3)]
    connection: http.client.HTTPConnection = target.connect()
    target.chat(prompt(values), on=connection)
    assert_forgotten(target, values)
    connection.close()


JSON_KIND = {"content-type": "application/json"}
# Requests whose body nobody reads, refused or answered: method, path and headers.
UNREAD: dict[str, tuple[str, str, dict[str, str]]] = {
    "content type": ("POST", PATH, {"content-type": "text/plain"}),
    "unknown path": ("POST", "/v1/nothing", JSON_KIND),
    "other method": ("PUT", PATH, JSON_KIND),
    "host": ("POST", PATH, {**JSON_KIND, "host": "elsewhere.example"}),
    "origin": ("POST", PATH, {**JSON_KIND, "origin": "https://elsewhere.example"}),
    "content coding": ("POST", PATH, {**JSON_KIND, "content-encoding": "unknown"}),
    "session": ("POST", PATH, {**JSON_KIND, "x-relay-session": "none"}),
    "opens a session": ("POST", "/relay/v1/sessions", JSON_KIND),
    "greeting": ("GET", "/", JSON_KIND),
    "list of models": ("GET", "/v1/models", JSON_KIND),
}


def test_nothing_is_left_of_an_unread_body_on_open_connections(target: Relay) -> None:
    """A body that is not read goes with the answer, not with the connection."""
    values = {case: planted() for case in UNREAD}
    connections = []
    for case, (method, path, headers) in UNREAD.items():
        connections.append(connection := target.connect())
        connection.request(method, path, json.dumps(_body(user=f"write to {values[case]}")), headers)
        connection.getresponse().read()
    assert_forgotten(target, list(values.values()))
    for connection in connections:
        connection.close()


def test_nothing_is_left_of_a_body_behind_a_wrong_key(server: Upstream, tmp_path: Path) -> None:
    """The same holds where clients need keys: nothing of a stranger is read, and nothing is kept."""
    clients = json.dumps([{"name": "desk", "key_sha256": sha256(planted().encode()).hexdigest()}])
    with serving(server, tmp_path, environ={"RELAY__CLIENTS": clients}) as running:
        value, connection = planted(), running.connect()
        assert running.call("POST", PATH, _body(user=value), on=connection)[0] == 401
        try:
            assert_forgotten(running, [value])
        except ScanRefused:
            pytest.skip("this process may not read another's memory")
        connection.close()


@pytest.mark.parametrize("state", [whole, streamed, upstream_error, session_idle, hung_up])
def test_nothing_is_left_over_tls(
    over_tls: tuple[Relay, Upstream], state: Callable[[Relay, Upstream, list[str]], None]
) -> None:
    """What a TLS library encrypted and decrypted is gone like the rest."""
    values = [planted() for _ in range(3)]
    state(*over_tls, values)
    assert_forgotten(over_tls[0], values)


def test_an_idle_session_ends_by_itself(server: Upstream, tmp_path: Path) -> None:
    """After the idle time the session is closed, its values are out of reach, and no copy is left."""
    with serving(server, tmp_path, idle_s=1) as running:
        values = [planted() for _ in range(3)]
        session = json.loads(running.call("POST", "/relay/v1/sessions", {})[1])["id"]
        running.chat(prompt(values), session=session)
        deadline = time.monotonic() + 10
        while running.call("GET", f"/relay/v1/sessions/{session}")[0] == 200:
            assert time.monotonic() < deadline
            time.sleep(1.1)  # asking is no use of the session, but a shorter pause would only be busier
        assert running.call("GET", f"/relay/v1/sessions/{session}")[0] == 409
        assert b"session" in running.chat("Say [EMAIL_ADDRESS_1]", session=session)
        try:
            assert_forgotten(running, values)
        except ScanRefused:
            pytest.skip("this process may not read another's memory")


def test_the_process_cannot_be_read_by_its_own_user(target: Relay) -> None:
    """Not dumpable: its memory belongs to root, and no core is written."""
    assert os.stat(f"/proc/{target.pid}/mem").st_uid == 0
    limits = Path(f"/proc/{target.pid}/limits").read_text()
    (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_end_leaves_nothing_behind(server: Upstream, tmp_path: Path, how: signal.Signals) -> None:
    """Stopped or killed, the process is gone with its pages, and wrote no file where it ran."""
    with serving(server, tmp_path) as running:
        running.chat(prompt([planted() for _ in range(3)]))
        running.stop(how)
        assert not Path(f"/proc/{running.pid}/mem").exists() or running.process.poll() is not None
    assert [path.name for path in tmp_path.iterdir()] == ["policy.yaml"]


def test_the_scanner_finds_what_is_there(server: Upstream, tmp_path: Path) -> None:
    """Against a relay that is not hardened the same scan finds copies: it is not blind."""
    with serving(server, tmp_path, harden=False) as running:
        values = [planted() for _ in range(3)]
        running.chat(prompt(values))
        try:
            assert scan(running.pid, values)
        except ScanRefused:
            pytest.skip("this process may not read another's memory")


def test_spellings() -> None:
    """Every spelling is specific enough to be no accident."""
    forms = spellings(planted())
    assert {"utf-8", "utf-16", "utf-32", "first half", "second half", "base64, 0"} <= set(forms)
    assert all(len(form) >= 6 for form in forms.values())
