"""What Anthropic's formats share: credentials, headers and the shape of errors.

Sources: anthropic-python 2.11.0 (`_client.py`, `_exceptions.py`, `types/shared/error_response.py`), read 2026-11-20.
"""

from __future__ import annotations

import re
from typing import ClassVar

from relay.errors import RelayFault
from relay.protocols import Family, LogProbabilities, TokenFields
from relay.types import Event, Headers
from relay.wire import strict_json
from relay.wire.table_format import TableFormat, by_status, header

__all__ = ["ANTHROPIC", "AnthropicFormat"]

ANTHROPIC = Family(
    name="anthropic",
    under_prefix=("anthropic",),
    client_headers=frozenset({"anthropic-version", "anthropic-beta", "x-api-key"}),
    client_paths=re.compile("/messages"),
    page_headers=frozenset(
        {
            "anthropic-beta",
            "anthropic-dangerous-direct-browser-access",
            "anthropic-version",
            "x-api-key",
            "x-stainless-*",
        }
    ),
    keyless=False,
    keep_alive=b'event: ping\ndata: {"type": "ping"}\n\n',  # as Anthropic sends it itself
    tokens=TokenFields(
        usage=(("usage",), ("message", "usage")),  # the first event of a stream holds a message
        # What was read from a cache is counted apart.
        input=("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
        output=("output_tokens",),
        limits=(("max_tokens",),),
    ),
)

_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
}
# Version dates and beta flags are words; anything else in such a header is not ours to pass on.
_FLAGS = re.compile(r"[A-Za-z0-9_.,=:; -]{1,1024}")
_CONTRACT_HEADERS = ("anthropic-version", "anthropic-beta")


class AnthropicFormat(TableFormat):
    """Base of the Anthropic formats."""

    family: ClassVar[Family] = ANTHROPIC
    log_probabilities: ClassVar[LogProbabilities | None] = None

    def request_headers(self, headers: Headers) -> Headers:
        """Pass on the API version and the beta flags: without them features break silently."""
        return tuple(
            (name, value)
            for name in _CONTRACT_HEADERS
            if (value := header(headers, name)) is not None and _FLAGS.fullmatch(value)
        )

    def credential(self, headers: Headers, query: str) -> str | None:
        """Return the key from `x-api-key`, or from `Authorization: Bearer`, where current SDKs put it."""
        key = header(headers, "x-api-key")
        if key:
            return key
        scheme, _, key = (header(headers, "authorization") or "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None

    def credential_headers(self, key: str) -> Headers:
        """Present an API key as `x-api-key`, and an OAuth or signed token as a bearer token."""
        if key.startswith(("sk-ant-oat", "eyJ")):
            return (("authorization", f"Bearer {key}"),)
        return (("x-api-key", key),)

    def error_body(self, fault: RelayFault) -> bytes:
        """Return `{"type": "error", "error": {type, message}}`."""
        return strict_json.encode(_error(fault))

    def error_event(self, fault: RelayFault) -> Event:
        """Return the same as an event named `error`; the SDKs ignore events without a name."""
        return Event(strict_json.encode(_error(fault)).decode(), "error")


def _error(fault: RelayFault) -> dict[str, object]:
    kind = by_status(_ERROR_TYPES, fault.status)
    return {"type": "error", "error": {"type": kind, "message": fault.told}}


PLUGINS = ()  # no format of its own
