"""`relay demo`: the main job on this machine alone, with the embedded mirror as upstream."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["demo"]

_OPENAI_PROMPT = (
    "Draft a short, friendly mail to Maria Gonzalez (maria.gonzalez@example.org, +1 415 555 0132) that we will deliver "
    "to 221 Baker Street, Springfield on Monday. She paid with card 4111 1111 1111 1111. Sign it as Nguyễn Thị Mai."
)
_ANTHROPIC_PROMPT = (
    "my colleague jamal o'neill pasted this into our chat, what should he rotate? "
    "ssn 536-22-1874, db postgres://admin:c0rrect-h0rse@db.example.net/prod, "
    "GITHUB_TOKEN=ghp_0123456789abcdefghijklmnopqrstu1Cv5r"
)


def demo() -> None:
    """Send two streamed requests through a relay to an embedded upstream, and show each step."""
    asyncio.run(_demo())


async def _demo() -> None:
    import httpx
    from rich.console import Console

    from relay.errors import UpstreamUnreachable
    from relay.upstream import mirror

    console = Console(width=min(Console().width, 110), highlight=False)
    async with mirror.running(port=0) as upstream:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "relay", "serve", "--port", "0", "--upstream", upstream.base_url,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
            if not line.startswith("ready "):
                raise UpstreamUnreachable("the demo's relay did not start; run `relay serve` to see why")
            relay_url = line.split()[1]
            console.print(f"[bold]relay[/] {relay_url} [bold]-> embedded upstream[/] {upstream.base_url}\n")
            async with httpx.AsyncClient(base_url=relay_url, timeout=30, trust_env=False) as client:
                opened = (await client.post("/relay/v1/sessions", headers=_JSON, content=b"{}")).json()
                headers = {**_JSON, "authorization": "Bearer demo-key", "x-relay-session": opened["id"]}
                await _openai(console, client, upstream, headers)
                await _anthropic(console, client, upstream, headers)
                receipt = (await client.delete(f"/relay/v1/sessions/{opened['id']}", headers=_JSON)).json()
                after = await client.get(f"/relay/v1/sessions/{opened['id']}", headers=_JSON)
            console.rule("forgotten", align="left")
            console.print(f"receipt: {receipt['entities']} entities, shredded: {receipt['shredded']}")
            console.print(f"asking for the session again: HTTP {after.status_code}")
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()


_JSON = {"content-type": "application/json"}


async def _openai(console: Console, client: Any, upstream: Any, headers: dict[str, str]) -> None:
    body = {"model": "demo", "stream": True, "messages": [{"role": "user", "content": _OPENAI_PROMPT}]}
    _section(console, "OpenAI chat completions, streamed", _OPENAI_PROMPT)
    before = len(upstream.received)
    answer = []
    async for event in _events(client, "/v1/chat/completions", body, headers):
        for choice in event.get("choices", ()):
            answer.append(choice.get("delta", {}).get("content") or "")
    _outcome(console, upstream.received[before].body["messages"][-1]["content"], answer)


async def _anthropic(console: Console, client: Any, upstream: Any, headers: dict[str, str]) -> None:
    message = {"role": "user", "content": _ANTHROPIC_PROMPT}
    body = {"model": "demo", "stream": True, "max_tokens": 500, "messages": [message]}
    _section(console, "Anthropic messages, streamed, same session", _ANTHROPIC_PROMPT)
    before = len(upstream.received)
    answer = []
    headers = {**headers, "anthropic-version": "2023-06-01"}
    async for event in _events(client, "/v1/messages", body, headers):
        if event.get("type") == "content_block_delta":
            answer.append(event["delta"].get("text", ""))
    _outcome(console, upstream.received[before].body["messages"][-1]["content"], answer)


async def _events(client: Any, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
    import orjson

    async with client.stream("POST", path, json=body, headers=headers) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            if line.startswith("data: ") and line != "data: [DONE]":
                yield orjson.loads(line[6:])


def _section(console: Console, title: str, typed: str) -> None:
    console.rule(title, align="left")
    console.print("[bold]typed[/]")
    console.print(typed, markup=False, style="red")


def _outcome(console: Console, seen: str, answer: list[str]) -> None:
    console.print("\n[bold]what the upstream saw[/]")
    console.print(seen, markup=False, style="cyan")
    console.print(f"\n[bold]what came back, in {sum(1 for piece in answer if piece)} pieces[/]")
    console.print("".join(answer), markup=False, style="green")
    console.print()
