"""Small things that several test files share."""

from __future__ import annotations

import base64
import functools
import html
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.exchange import Core, Exchange
from relay.registry import collect
from relay.types import Outbound, Request

# Invented values that patterns and checksums find anywhere, one for each way a value can look.
VALUES = {
    "EMAIL_ADDRESS": "maria.gonzalez@example.org",
    "CREDIT_CARD": "4111 1111 1111 1111",
    "IBAN_CODE": "DE89 3704 0044 0532 0130 00",
    "US_SSN": "536-22-1874",
    "IP_ADDRESS": "203.0.113.77",
    "GITHUB_TOKEN": "ghp_0123456789abcdefghijklmnopqrstu1Cv5r",
    "PHONE_NUMBER": "+1 415 555 0132",
}


@functools.cache
def patterns_only() -> Analyzer:
    """Return an analyzer with every recognizer and no model; compiling its patterns takes most of a second."""
    return Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], None)


def with_parts(core: Core, **parts: Any) -> Core:
    """Return `core` with other parts in its pipeline."""
    return replace(core, pipeline=replace(core.pipeline, **parts))


def post(path: str, body: Any, **headers: str) -> Request:
    """Return a POST request with a JSON body and a bearer key."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = (("authorization", "Bearer sk-test"), ("content-type", "application/json"), *headers.items())
    return Request(method="POST", path=path, headers=tuple((k.replace("_", "-"), v) for k, v in fields), body=raw)


def begin(core: Core, path: str, session: Any = None) -> Exchange:
    """Return an exchange for `path`."""
    matched = core.directory.find(path, ())
    assert matched is not None
    return Exchange(core, session, *matched, exchange_id="test")


def sent(core: Core, path: str, body: Any, **headers: str) -> Outbound:
    """Scrub one request and return what would leave."""
    exchange = begin(core, path)
    try:
        return exchange.open(post(path, body, **headers))
    finally:
        exchange.close()


def chat(*contents: Any, **fields: Any) -> dict[str, Any]:
    """Return an OpenAI chat request whose user messages are `contents`."""
    return {"model": "m", "messages": [{"role": "user", "content": content} for content in contents], **fields}


def forms(value: str) -> dict[str, bytes]:
    """Return the common encodings in which `value` could stand in a body."""
    raw = value.encode()
    return {
        "utf-8": raw,
        "json": json.dumps(value)[1:-1].encode(),
        "percent": quote(value, safe="").encode(),
        "html": html.escape(value).encode(),
        "base64": base64.b64encode(raw)[: len(raw) // 3 * 4],
    }
