"""Read a request body whole, within limits, inflated when it came compressed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from aiohttp import StreamReader, web

from relay.doors.http.codings import UnsupportedMediaType, codings_of, inflate
from relay.doors.serving.response import Beside
from relay.errors import BodyTooLarge, ClientFault

__all__ = ["BodyTimeout", "UnsupportedMediaType", "drop_unread", "read", "require_json"]

# A body up to this size that is here already needs no room: it is gone from the buffers in a moment.
_SMALL_BYTES = 65_536
# How long a client may send nothing in the middle of its body. A slow link is fine, a dead one is not.
_SILENCE_S = 30.0
# The slowest link whose bodies come to their end: a megabit a second, beside that silence.
_LEAST_BYTES_PER_S = 131_072
# No content type, and what `curl -d` sends.
_UNSAID = ("", "application/x-www-form-urlencoded")
# Every POST of a page has an Origin, `null` where there is nothing to tell (Fetch standard, 2026-11-26).
_PAGE_MARKS = ("origin", "referer", "sec-fetch-site")


class BodyTimeout(ClientFault):
    """The client stopped sending."""

    status = 408
    code = "body_timeout"


def require_json(fields: Mapping[str, str]) -> None:
    """Raise UnsupportedMediaType unless the content type in `fields`, the headers, is JSON.

    A page in a browser can send every other type to a foreign origin without asking first. Browsers mark what a page
    sends, so what has no mark may leave the type out (LiteLLM to Ollama, 1.110) or have the one that curl gives to
    every body.
    """
    kind = fields.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _UNSAID and not any(mark in fields for mark in _PAGE_MARKS):
        return
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMediaType("relay reads JSON only: the content type must be application/json.")


async def read(
    request: web.BaseRequest,
    limit_bytes: int,
    fields: Mapping[str, str],
    arrived: Callable[[int], None],
    beside: Beside,
) -> bytes:
    """Return the request's JSON body, at most `limit_bytes` of it before and after inflation.

    `fields` are the headers by name in lower case; `arrived` is told the size of each piece, inflated ones too, and may
    raise; `beside` makes a call beside the event loop, in the client's turn. The whole body has to come in the time
    that its size, or the limit where it names none, takes on a slow link.
    Raises BodyTooLarge, UnsupportedMediaType, BodyTimeout, and ClientFault for a body cut short or broken.
    """
    require_json(fields)
    length = fields.get("content-length")
    if length is not None and int(length) > limit_bytes:
        raise BodyTooLarge(
            f"The body has {int(length)} bytes, more than the {limit_bytes} allowed; the configuration key is "
            "server.max_body_mb."
        )
    encodings = request.headers.getall("Content-Encoding", ()) if "content-encoding" in fields else ()
    codings = codings_of(encodings) if encodings else ()
    waiting = not request.content.is_eof()
    if waiting and fields.get("expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    size = int(length) if length is not None else limit_bytes
    try:
        async with asyncio.timeout(None if request.content.is_eof() else _SILENCE_S + size / _LEAST_BYTES_PER_S):
            data = await _collect(request.content, limit_bytes, arrived)
    except TimeoutError:
        raise BodyTimeout(f"The body came slower than {_LEAST_BYTES_PER_S} bytes per second.") from None
    if not codings:
        return data
    # A few bytes can take a tenth of a second to inflate to the limit.
    inflated = await beside(partial(inflate, data, codings, limit_bytes), size=len(data))
    arrived(len(inflated))
    return inflated


def drop_unread(request: web.BaseRequest) -> None:
    """Let go of what has arrived of a body that nobody read, of a refused request or one that needs none.

    aiohttp keeps a request as long as its connection is idle, and with it all that is in the body's buffer. What still
    arrives aiohttp reads and drops itself, before it closes the connection.
    """
    if request.content.exception() is None:  # else the connection ends
        request.content.read_nowait()


async def _collect(content: StreamReader, limit_bytes: int, arrived: Callable[[int], None]) -> bytes:
    chunks: list[bytes] = []
    total = told = 0
    while True:
        try:
            if content.is_eof():  # the rest is here already, as it nearly always is
                chunk = await content.readany()
            else:
                async with asyncio.timeout(_SILENCE_S):
                    chunk = await content.readany()
        except TimeoutError:
            raise BodyTimeout(f"The body stopped for more than {_SILENCE_S:g} seconds.") from None
        except web.RequestPayloadError:
            raise ClientFault("The body was cut short or is not framed correctly.") from None
        if not chunk:
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
        total += len(chunk)
        if total > limit_bytes:
            raise BodyTooLarge(
                f"The body has more than the {limit_bytes} bytes allowed; the configuration key is server.max_body_mb."
            )
        if total > _SMALL_BYTES or not content.is_eof():
            arrived(total - told)
            told = total
        chunks.append(chunk)
