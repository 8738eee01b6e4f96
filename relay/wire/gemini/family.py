"""What Gemini's formats share: paths, credentials, headers and the shape of errors.

Sources: google-genai 3.4.0 (`_api_client.py`, `errors.py`), read 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs

from relay.errors import RelayFault
from relay.protocols import ContractWords, Family, LogProbabilities, TokenFields
from relay.types import JSON, Event, Headers
from relay.wire import strict_json
from relay.wire.table_format import TableFormat, by_status, header

__all__ = ["GEMINI", "GeminiFormat", "plain_path"]

GEMINI = Family(
    name="gemini",
    under_prefix=("gemini",),
    client_headers=frozenset({"x-goog-api-key", "x-goog-api-client"}),
    client_paths=re.compile("/v1beta"),
    page_headers=frozenset({"x-goog-api-client", "x-goog-api-key"}),
    keyless=False,
    keep_alive=b"",  # its SDKs accept nothing (tried 2026-11-20)
    tokens=TokenFields(
        usage=(("usageMetadata",),),
        input=("promptTokenCount",),
        output=("candidatesTokenCount", "thoughtsTokenCount"),
        limits=(("generationConfig", "maxOutputTokens"), ("generation_config", "max_output_tokens")),
    ),
)

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class GeminiFormat(TableFormat):
    """Base of the Gemini formats: credentials, headers and the shape of errors."""

    family: ClassVar[Family] = GEMINI
    contract_words: ClassVar[Mapping[str, ContractWords]] = {}  # the API's version is in the path
    log_probabilities: ClassVar[LogProbabilities | None] = None

    def credential(self, headers: Headers, query: str) -> str | None:
        """Return the key from `x-goog-api-key`, from `?key=`, or from `Authorization: Bearer`."""
        key = header(headers, "x-goog-api-key") or next(iter(parse_qs(query).get("key", [])), None)
        if key:
            return key
        scheme, _, key = (header(headers, "authorization") or "").partition(" ")
        return key.strip() or None if scheme.lower() == "bearer" else None

    def credential_headers(self, key: str) -> Headers:
        """Present an API key as `x-goog-api-key`, and an OAuth token as a bearer token; never in the URL."""
        if key.startswith("ya29."):
            return (("authorization", f"Bearer {key}"),)
        return (("x-goog-api-key", key),)

    def error_body(self, fault: RelayFault) -> bytes:
        """Return `{"error": {code, message, status}}`."""
        return strict_json.encode(_error(fault))

    def error_event(self, fault: RelayFault) -> Event:
        """Return the same as an event without a name."""
        return Event(strict_json.encode(_error(fault)).decode())


def plain_path(path: str) -> str:
    """Return `path` without doubled versions and slashes: SDKs append theirs to what a person typed."""
    parts = [part for part in path.split("/") if part]
    first = next((place for place, part in enumerate(parts) if part not in _VERSIONS), len(parts))
    return "/" + "/".join(parts[max(0, first - 1) :])


_VERSIONS = frozenset({"v1", "v1beta", "v1alpha"})


def _error(fault: RelayFault) -> dict[str, JSON]:
    status = by_status(_STATUSES, fault.status)
    return {"error": {"code": fault.status, "message": fault.told, "status": status}}


PLUGINS = ()  # no format of its own
