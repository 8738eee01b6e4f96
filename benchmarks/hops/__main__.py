"""How often a warm chat request goes from one module of relay to another, between the client's socket and the upstream.

A hop is a call whose caller's nearest frame in relay belongs to another module. Generated code (a dataclass's
constructor) has no module. Warm: the same request was sent before. Prints one line for a request without findings and
one with some, model on in both.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import httpx

from relay import build
from relay.config import Config, ServerConfig, UpstreamConfig
from relay.doors.http import app
from relay.types import RouteKind
from relay.upstream.mirror import Mirror

__all__ = ["TEXTS", "Hops", "measured"]

TEXTS = {
    "without findings": "Write a short poem about the sea.",
    "with findings": "Write to Maria Gonzalez, maria@example.org, about the card 4111 1111 1111 1111.",
}
# Requests sent before the one that is counted.
_WARM = 2


class Hops:
    """Counts hops in all threads while it is on. `made` holds them as (caller's module, module, function), in order."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str, str]] = []
        self._on = False
        # Frames of this request: one that goes on after a wait is no new call. Kept, so that no two have one id.
        self._seen: dict[int, FrameType] = {}

    def count(self, frame: FrameType, event: str, _: Any) -> None:
        """Take what `sys.setprofile` tells."""
        if not self._on or event != "call" or id(frame) in self._seen:
            return
        self._seen[id(frame)] = frame
        module = _module(frame)
        if not module:
            return
        caller = frame.f_back
        while caller is not None and not _module(caller):
            caller = caller.f_back
        if caller is None:
            # A thread's first call comes from the module that gave it to the thread.
            if threading.current_thread() is threading.main_thread():
                self.made.append(("", module, frame.f_code.co_qualname))
        elif _module(caller) != module:
            self.made.append((_module(caller), module, frame.f_code.co_qualname))

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count during a `with` block, or until `stop`."""
        self.made.clear()
        self._seen.clear()
        self._on = True
        sys.setprofile(self.count)
        try:
            yield
        finally:
            sys.setprofile(None)
            self._on = False

    def stop(self) -> None:
        """Count no further: the request leaves."""
        self._on = False


def _module(frame: FrameType) -> str:
    """Return the module of relay that a frame's code was written in, "" for any other."""
    name: str = frame.f_globals.get("__name__", "")
    return name if name.startswith("relay.") and name.replace(".", "/") in frame.f_code.co_filename else ""


async def measured(text: str) -> list[tuple[str, str, str]]:
    """Return the hops of a warm chat request that says `text`, under the default policy."""
    hops = Hops()
    threading.setprofile(hops.count)  # of the threads that relay will start
    try:
        async with Mirror().running() as mirror:
            upstream = UpstreamConfig(kind=RouteKind.FRONTIER, base_url=mirror.base_url)
            server = ServerConfig(port=0, admin_port=None, drain_s=1)
            config = Config(upstreams={"frontier": upstream}, server=server)
            client = build.client(config)
            send = client.send

            def leaving(outbound: Any) -> Any:
                hops.stop()
                return send(outbound)

            client.send = leaving  # type: ignore[method-assign]
            body = {"model": "m", "messages": [{"role": "user", "content": text}]}
            async with app.running(build.core(config, {}), config, client) as served, httpx.AsyncClient() as http:
                for _ in range(_WARM):
                    await _post(http, served.url, body)
                with hops.counting():
                    await _post(http, served.url, body)
    finally:
        threading.setprofile(None)  # type: ignore[arg-type]
    return hops.made


async def _post(http: httpx.AsyncClient, url: str, body: dict[str, Any]) -> None:
    answer = await http.post(f"{url}/v1/chat/completions", json=body, headers={"authorization": "Bearer sk-test"})
    answer.raise_for_status()


def main() -> None:
    """Print the number of hops, and with `--all` each of them."""
    for name, text in TEXTS.items():
        made = asyncio.run(measured(text))
        print(json.dumps({"request": name, "hops": len(made)}))
        if "--all" in sys.argv:
            for hop in made:
                print("   ", *hop)


if __name__ == "__main__":
    main()
