"""A fast upstream for measuring: it answers from a template, in microseconds, and repeats the placeholders it saw.

`python -m benchmarks.latency.upstream` prints its port and serves until it is killed. It is a bare protocol, so that a
direct request costs next to nothing and the difference to one through relay is relay's own cost. A request whose body
holds `"stream":true` is answered with as many events as its `max_tokens` says: the first by itself, as a model's first
token comes, and the others together a moment later.
"""

from __future__ import annotations

import asyncio
import re

import orjson

__all__ = ["Upstream", "main"]

_PLACEHOLDER = re.compile(rb"\[[A-Z_]+_\d+(?:_[A-Z]+)?\]")
_TOKENS = re.compile(rb'"max_tokens":\s*(\d+)')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STREAM = re.compile(rb'"stream":\s*true')
_REST_AFTER_S = 0.003
_CHAT = {"id": "chatcmpl-1", "created": 1, "model": "m"}
_TEXT = "Understood. I will write to them today, attach the invoice and ask for a reply by Monday. "


class Upstream(asyncio.Protocol):
    """One connection; requests are answered in order."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while True:
            end = self._data.find(b"\r\n\r\n")
            if end < 0:
                return
            found = _LENGTH.search(self._data, 0, end + 2)
            total = end + 4 + (int(found[1]) if found else 0)
            if len(self._data) < total:
                return
            body, self._data = self._data[end + 4 : total], self._data[total:]
            self._answer(body)

    def _answer(self, body: bytes) -> None:
        names = [name.decode() for name in dict.fromkeys(_PLACEHOLDER.findall(body))][:4]
        text = _TEXT + " ".join(f"Shall I copy {name}?" for name in names)
        if _STREAM.search(body):
            found = _TOKENS.search(body)
            first, *others = _streamed(text, int(found[1]) if found else 20)
            self._transport.write(first)
            asyncio.get_running_loop().call_later(_REST_AFTER_S, self._transport.write, b"".join(others))
            return
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        answer = orjson.dumps({**_CHAT, "object": "chat.completion", "choices": choices})
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
        self._transport.write(head + answer)


def _streamed(text: str, events: int) -> list[bytes]:
    """Return the writes of a stream: head and first event, then one write an event."""
    out = [b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"]
    words = [text[start : start + 5] for start in range(0, len(text), 5)]
    for number in range(events):
        choice = {"index": 0, "delta": {"content": words[number % len(words)]}, "finish_reason": None}
        event = b"data: %b\n\n" % orjson.dumps({**_CHAT, "object": "chat.completion.chunk", "choices": [choice]})
        out.append(b"%x\r\n%b\r\n" % (len(event), event))
    out[:2] = [out[0] + out[1]]
    choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    last = orjson.dumps({**_CHAT, "object": "chat.completion.chunk", "choices": [choice]})
    end = b"data: %b\n\ndata: [DONE]\n\n" % last
    out.append(b"%x\r\n%b\r\n0\r\n\r\n" % (len(end), end))
    return out


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Upstream, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
