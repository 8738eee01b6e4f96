"""Empty the cache in which aiohttp's parser keeps the names of headers that it does not know.

It holds up to 512 names of up to 64 bytes and is emptied when one more comes (`_http_parser.pyx`, 3.14); nothing else
reaches it. So a request with more names than that is parsed, and goes nowhere.
"""

from __future__ import annotations

import asyncio

from aiohttp import http_parser
from aiohttp.base_protocol import BaseProtocol

__all__ = ["forget_header_names"]

_NAMES = 520
_REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\n%b\r\n" % b"".join(b"x-%d: \r\n" % number for number in range(_NAMES))


def forget_header_names() -> None:
    """Drop the names of headers that requests and answers had. Takes half a millisecond. Needs a running loop."""
    loop = asyncio.get_running_loop()
    http_parser.HttpRequestParser(BaseProtocol(loop), loop, 2**16, max_headers=_NAMES + 1).feed_data(_REQUEST)
