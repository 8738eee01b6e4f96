"""A page in headless Chromium that calls relay with the real packages: part of `make e2e-agents`."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from relay.upstream.mirror import Mirror
from tests.agents.conftest import ServeMirror, ServeRelay
from tests.e2e.support import assert_clean
from tests.e2e.test_clients import ANSWER, CARD, EMAIL, PROMPT, RESULT

HERE = Path(__file__).parent


class Quiet(SimpleHTTPRequestHandler):
    """Serves the page and the packages; says nothing."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page_port() -> Iterator[int]:
    """Serve this folder on loopback and return the port."""
    handler = functools.partial(Quiet, directory=str(HERE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def served(upstream: ServeMirror, relay: ServeRelay, tmp_path: Path) -> tuple[Mirror, str]:
    """A mirror and a relay that lets pages of http://localhost call."""
    mirror = upstream()
    settings = tmp_path / "relay.yaml"
    settings.write_text('server: {allowed_origins: ["http://localhost:*"]}\n')
    return mirror, relay(mirror.base_url, "--config", str(settings))


def visit(page: str, url: str) -> dict[str, Any]:
    """Open the page at `page`, let it call relay at `url`, and return what it found."""
    chromium = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    if chromium is None or shutil.which("node") is None:
        pytest.skip("not installed: chromium or node")
    if not (HERE / "node_modules" / "playwright-core").exists():
        pytest.skip("playwright-core is not installed")
    given = quote(json.dumps({"relay": url, "prompt": PROMPT, "result": RESULT}))
    command = ["node", str(HERE / "page" / "drive.mjs"), chromium, f"{page}/page/index.html#{given}"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    told: dict[str, Any] = json.loads(done.stdout)
    print(f"Chromium {told['version']}; {told['complaints']}")
    found: dict[str, Any] = told["found"]
    return found


def test_a_page_that_may_call(served: tuple[Mirror, str], page_port: int) -> None:
    """Both packages have a turn with a tool, streamed; headers and refusals can be read."""
    mirror, url = served
    found = visit(f"http://localhost:{page_port}", url)
    called = {"email": EMAIL, "note": f'{EMAIL} "as asked" \\ soon'}
    assert found["openai"] == {"called": called, "answer": ANSWER}
    assert found["anthropic"] == {"called": called, "answer": ANSWER}
    assert found["plain"]["status"] == 200
    assert all(value in found["plain"]["answer"] for value in (EMAIL, CARD))
    assert {"x-relay-decision", "x-relay-route", "x-relay-policy", "x-request-id"} <= set(found["plain"]["headers"])
    assert found["refused"]["status"] == 400
    assert "opaque.images" in found["refused"]["message"]
    assert len(mirror.received) == 5
    assert_clean(mirror)
    for received in mirror.received:
        assert not {"origin", "referer", "cookie", "accept-language"} & {name for name, _ in received.headers}


def test_a_page_that_may_not(served: tuple[Mirror, str], page_port: int) -> None:
    """A page of another origin reads nothing and sends nothing, whatever it calls with."""
    mirror, url = served
    found = visit(f"http://127.0.0.1:{page_port}", url)
    assert set(found) == {"openai", "anthropic", "plain", "refused"}
    assert "error" in found["openai"]
    assert "error" in found["anthropic"]
    assert "error" in found["plain"]
    assert "APIConnectionError" in found["refused"]["kind"]
    assert not mirror.received
