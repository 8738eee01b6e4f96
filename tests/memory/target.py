"""A relay in a process of its own, an upstream that answers it, and a client that leaves no copies there."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import select
import signal
import string
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.certificate import server_tls

__all__ = ["Relay", "Upstream", "main_job", "planted", "relay", "upstream"]

POLICY = "version: 1\nmodel: none\n"
_MAIN = "\nimport sys\nfrom relay.doors.cli import main\nsys.argv[0] = 'relay'\nmain()\n"


def planted() -> str:
    """Return an e-mail address that stands nowhere else."""
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(24))
    return f"{letters[:12]}.{letters[12:]}@example.org"


class Upstream(ThreadingHTTPServer):
    """Quotes the last message back, whole or in pieces, or as an error; `hang` makes a stream stop in the middle."""

    daemon_threads = True

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.certificate = certificate
        if certificate is not None:
            self.socket = server_tls(certificate).wrap_socket(self.socket, server_side=True)
        self.status = 200
        self.hang = threading.Event()
        self.seen: list[bytes] = []

    @property
    def base_url(self) -> str:
        """What relay is given to find this."""
        scheme = "http" if self.certificate is None else "https"
        return f"{scheme}://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: Any) -> None:
        return  # callers that hang up are part of the tests


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Upstream

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.seen.append(body)
        request = json.loads(body)
        text = request["messages"][-1]["content"]
        if self.server.status != 200:
            self._whole({"error": {"message": f"bad prompt: {text}", "type": "invalid_request_error"}})
        elif request.get("stream"):
            self._stream(text)
        else:
            message = {"role": "assistant", "content": f"You said: {text}"}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._whole({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]})

    def _whole(self, tree: Any) -> None:
        data = json.dumps(tree).encode()
        self.send_response(self.server.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()

    def _stream(self, text: str) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for start in range(0, len(text), 5):
            self._event({"content": text[start : start + 5]}, None)
        self.wfile.flush()
        if self.server.hang.is_set():
            time.sleep(30)
        self._event({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")
        self.wfile.flush()

    def _event(self, delta: Any, finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        tree = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(tree)}\n\n".encode())

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def upstream(certificate: Path | None = None) -> Iterator[Upstream]:
    """Serve until the block ends, over TLS when there is a certificate."""
    server = Upstream(certificate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Relay:
    """`relay serve` in its own process."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    @property
    def pid(self) -> int:
        return self.process.pid

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def call(
        self, method: str, path: str, body: Any = None, *, session: str | None = None, on: Any = None
    ) -> tuple[int, bytes]:
        """Send one request, on a connection that stays open when it is given."""
        connection = on or self.connect()
        headers = {"content-type": "application/json", "authorization": "Bearer sk-test"}
        if session:
            headers["x-relay-session"] = session
        raw = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        connection.request(method, path, raw, headers)
        response = connection.getresponse()
        answer = response.status, response.read()
        if on is None:
            connection.close()
        return answer

    def chat(self, text: str, *, stream: bool = False, session: str | None = None, on: Any = None) -> bytes:
        """Send one message and return the body of the answer."""
        body = {"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}]}
        return self.call("POST", "/v1/chat/completions", body, session=session, on=on)[1]

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(timeout=30)


@contextmanager
def relay(
    upstream: Upstream,
    directory: Any,
    *,
    harden: bool = True,
    idle_s: float = 900,
    under: Sequence[str] = (),
    program: str = "",
    environ: Mapping[str, str] | None = None,
) -> Iterator[Relay]:
    """Serve with patterns only until the block ends. `under` is a command that runs another.

    `program` is run in the relay's process before it starts; `environ` is added to its environment.
    """
    policy = directory / "policy.yaml"
    policy.write_text(POLICY)
    variables = {
        **(environ or {}),
        **{name: value for name, value in os.environ.items() if not name.startswith("RELAY")},
        "RELAY__SESSION__IDLE_S": str(idle_s),
        "PYTHONDONTWRITEBYTECODE": "1",  # as the hardened process has it; here also for the moment before
    }
    if upstream.certificate is not None:
        variables["SSL_CERT_FILE"] = str(upstream.certificate)
    start = ["-c", program + _MAIN] if program else ["-m", "relay"]
    command = [*under, sys.executable, *start, "serve", "--port", "0", "--policy", str(policy)]
    command += ["--upstream", upstream.base_url]
    command += [] if harden else ["--no-harden"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=variables)
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], 30)
        line = process.stdout.readline() if ready else ""
        assert line.startswith("ready http://"), "relay did not get ready"
        yield Relay(process, int(line.rsplit(":", 1)[1]))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def main_job(running: Relay, server: Upstream) -> None:
    """Do everything once that relay is for: whole, streamed, in a session, refused, and with an upstream that fails."""
    for stream in (False, True):
        running.chat(f"Write to {planted()} now", stream=stream)
    session = json.loads(running.call("POST", "/relay/v1/sessions", {})[1])["id"]
    running.chat(f"Write to {planted()} now", session=session)
    running.call("DELETE", f"/relay/v1/sessions/{session}")
    running.call("POST", "/v1/chat/completions", b"{bad")
    running.call("POST", "/v1/nowhere", {})
    running.chat("x" * 40_000_000)
    server.status = 500
    running.chat(f"Write to {planted()} now")
    server.status = 200
