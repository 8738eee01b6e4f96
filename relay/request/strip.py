"""Build the headers and the query that leave, in both directions, from allow-lists.

Headers are constructed, never copied and filtered: two clients that differ in every header, address and cookie give
byte-identical upstream headers. What identifies a client inside the body is stripped by the format's field table.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode

from relay.protocols import Format
from relay.types import Headers

__all__ = ["page_query", "request_headers", "response_headers"]

# One constant for everybody: a version here would tell relays apart.
USER_AGENT = "relay"

# Paging of the lists of models: Anthropic's and OpenAI's, then Gemini's (their references, 2026-11-26). A token is what
# the upstream gave for the next page.
_PAGE_NAMES = ("after", "after_id", "before_id", "limit", "order", "pageSize", "pageToken")
_PAGE_VALUE = re.compile(r"[A-Za-z0-9._:/+=-]{1,500}")

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


def request_headers(format: Format, headers: Headers, key: str | None, *, has_body: bool, stream: bool) -> Headers:
    """Return the upstream headers for a request, in one fixed order.

    `key` is the credential to present, or None. Only the format's own contract headers (API version, beta flags) come
    from the client.
    """
    built: list[tuple[str, str]] = [
        ("accept", "text/event-stream" if stream else "application/json"),
        ("accept-encoding", "identity"),
        ("user-agent", USER_AGENT),
    ]
    if has_body:
        built.append(("content-type", "application/json"))
    built.extend(sorted(format.request_headers(headers)))
    if key is not None:
        built.extend(format.credential_headers(key))
    return tuple(built)


def page_query(query: str) -> str:
    """Return what of `query` asks for a page of a list, in one fixed order.

    SDKs go on from page to page by themselves, and for ever when they get the first one each time.
    """
    asked = dict(parse_qsl(query))
    return urlencode([(name, asked[name]) for name in _PAGE_NAMES if _PAGE_VALUE.fullmatch(asked.get(name, ""))])


def response_headers(headers: Headers) -> Headers:
    """Return the response headers that may go on to the client; the caller adds framing and relay's own."""
    return tuple(
        (name, value) for name, value in headers if name in _RESPONSE_NAMES or name.startswith(_RESPONSE_PREFIXES)
    )
