"""Build the headers and the query that leave, in both directions, from allow-lists.

Headers are constructed, never copied and filtered: two clients that differ in every header, address and cookie give
byte-identical upstream headers. What identifies a client inside the body is stripped by the format's field table.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from relay.protocols import Format
from relay.types import Headers

__all__ = ["page_query", "page_words", "request_headers", "response_headers"]

# One constant for everybody: a version here would tell relays apart.
USER_AGENT = "relay"

# Paging of the lists of models: Anthropic's and OpenAI's, then Gemini's (their references, 2026-11-26): names of
# models, numbers, and a token that the upstream gave for the next page.
_MODEL = re.compile(r"[A-Za-z][A-Za-z0-9._:/-]{0,199}")
_PAGE_VALUES = {
    "after": _MODEL,
    "after_id": _MODEL,
    "before_id": _MODEL,
    "limit": re.compile(r"[0-9]{1,4}"),
    "order": re.compile("asc|desc"),
    "pageSize": re.compile(r"[0-9]{1,4}"),
    "pageToken": re.compile(r"[A-Za-z0-9._:/+=-]{1,500}"),
}

# Response headers that say something about the answer or the account's limits, nothing about the connection.
# wire_formats section 9, 2026-11-20. `set-cookie`, `alt-svc`, `server`, `cf-*` and organisation ids go.
_RESPONSE_NAMES = frozenset(
    {
        "content-type",
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "request-id",
        "x-request-id",
        "openai-processing-ms",
    }
)
_RESPONSE_PREFIXES = ("x-ratelimit-", "anthropic-ratelimit-")


def request_headers(format: Format, contract: Headers, key: str | None, *, has_body: bool, stream: bool) -> Headers:
    """Return the upstream headers for a request, in one fixed order.

    `key` is the credential to present, or None. `contract` is all that comes from the client: what the format passes
    on of its headers.
    """
    built: list[tuple[str, str]] = [
        ("accept", "text/event-stream" if stream else "application/json"),
        ("accept-encoding", "identity"),
        ("user-agent", USER_AGENT),
    ]
    if has_body:
        built.append(("content-type", "application/json"))
    built.extend(contract)
    if key is not None:
        built.extend(format.credential_headers(key))
    return tuple(built)


def page_query(query: str) -> str:
    """Return what of `query` asks for a page of a list, in one fixed order.

    SDKs go on from page to page by themselves, and for ever when they get the first one each time.
    """
    asked = dict(parse_qsl(query))
    return urlencode(
        [(name, asked[name]) for name, values in _PAGE_VALUES.items() if values.fullmatch(asked.get(name, ""))]
    )


def page_words(query: str) -> list[str]:
    """Return what `page_query` leaves of `query` that a client can write: names of models, and tokens."""
    return [value for _, value in parse_qsl(page_query(query))]


def response_headers(headers: Headers) -> Headers:
    """Return the response headers that may go on to the client; the caller adds framing and relay's own."""
    return tuple(
        (name, value) for name, value in headers if name in _RESPONSE_NAMES or name.startswith(_RESPONSE_PREFIXES)
    )
