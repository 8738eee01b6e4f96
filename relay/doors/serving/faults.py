"""Turn a fault into a response in the shape that the client's SDK understands."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from relay.errors import RelayBusy, RelayFault, UpstreamFault
from relay.protocols import Format
from relay.types import Headers
from relay.wire import vendors

__all__ = ["body", "guess", "headers"]

_JSON = ("content-type", "application/json")


def headers(fault: RelayFault) -> Headers:
    """Return the headers of an error response.

    SDKs retry 408, 409, 429 and 5xx by themselves and obey `x-should-retry`: a refusal stays a refusal, while a busy
    relay or an upstream in trouble may be better a moment later.
    """
    if isinstance(fault, RelayBusy):
        return (_JSON, ("retry-after", str(fault.retry_after_s)))
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
