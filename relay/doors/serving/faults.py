"""Turn a fault into a response in the shape that the client's SDK understands."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import orjson

from relay.errors import RateExceeded, RelayBusy, RelayFault, UpstreamFault
from relay.protocols import Format
from relay.types import Headers
from relay.wire import vendors

__all__ = ["body", "guess", "headers"]

_JSON = ("content-type", "application/json")
# What a busy relay asks for, in seconds before the jitter adds up to a half: nobody waits longer than 30.
_LEAST_S = 1.0
_MOST_S = 20.0


def headers(fault: RelayFault, jitter: float) -> Headers:
    """Return the headers of an error response. `jitter`, from 0 to 1, keeps apart who was refused at one time.

    SDKs retry 408, 409, 429 and 5xx by themselves and obey `x-should-retry`: a refusal stays a refusal, while a busy
    relay or an upstream in trouble may be better a moment later. Those of OpenAI and Anthropic wait as long as
    `retry-after-ms` says, to the millisecond, and others whole seconds.
    """
    if isinstance(fault, RelayBusy):
        if isinstance(fault, RateExceeded):
            return (_JSON, ("retry-after", str(fault.retry_after_s)))
        wait_s = min(max(fault.wait_s, _LEAST_S), _MOST_S) * (1 + jitter / 2)
        return (_JSON, ("retry-after", str(ceil(wait_s))), ("retry-after-ms", str(round(wait_s * 1000))))
    if isinstance(fault, UpstreamFault):
        return (_JSON,)
    return (_JSON, ("x-should-retry", "false"))


def body(fault: RelayFault, format: Format | None) -> bytes:
    """Return `fault` in the error shape of `format`, or in the most widely understood one."""
    if format is not None:
        return format.error_body(fault)
    return orjson.dumps({"error": {"message": fault.told, "type": fault.code, "param": None, "code": fault.code}})


def guess(formats: Sequence[Format], path: str, headers: Headers) -> Format | None:
    """Return a format of the provider whose SDK seems to be calling `path` with these `headers`."""
    family = vendors.caller(formats, path, headers)
    return next((format for format in formats if format.family is family), None)
