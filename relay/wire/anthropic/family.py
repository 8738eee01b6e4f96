"""What Anthropic's formats share: credentials, headers and the shape of errors.

Sources: anthropic-python 2.11.0 (`_client.py`, `_exceptions.py`, `types/shared/error_response.py`), read 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from relay.errors import RelayFault
from relay.protocols import ContractWords, Family, LogProbabilities, TokenFields
from relay.types import Event, Headers
from relay.wire import strict_json
from relay.wire.contract_headers import DATE
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
# ContractWords of letters, some with a digit or a size ("128k", "1m"), and a date: its "Beta headers", read 2026-11-29.
_FLAG = re.compile(rf"[a-z]{{1,16}}[0-9]?(?:-(?:[a-z]{{1,16}}[0-9]?|[0-9]{{1,3}}[km])){{0,7}}-{DATE}")
# anthropic-python 2.11.0 (`types/anthropic_beta_param.py`, `_client.py`, `lib/`), and what Claude Code and LiteLLM send
# besides. Those of the documented shape need no list to pass; these pass whatever a request's values are.
_LISTED = """
admin-user-sign-out-2026-10-08 advanced-tool-use-2025-11-20 advisor-tool-2026-03-01 afk-mode-2026-01-31
agent-memory-2026-07-22 analytics-usage-cost-2026-08-24 cache-diagnosis-2026-04-07
ce-claude-code-managed-settings-2026-10-06 ce-plugins-2026-09-01 ce-user-management-2026-07-13 claude-code-20250219
code-execution-2025-05-22 code-execution-2025-08-25 compact-2026-01-12 compact-2026-09-04 computer-use-2024-10-22
computer-use-2025-01-24 computer-use-2025-11-24 context-1m-2025-08-07 context-management-2025-06-27
dangerous-tool-use-2026-09-03 dev-full-thinking-2025-05-14 dreaming-2026-04-21 effort-2025-11-24
experimental-claude-tag-2026-10-21 extended-cache-ttl-2025-04-11 fallback-credit-2026-06-01 fallback-credit-2026-07-01
fast-mode-2026-02-01 files-api-2025-04-14 fine-grained-tool-streaming-2025-05-14 inline-tools-2026-09-15
interleaved-thinking-2025-05-14 managed-agents-2026-04-01 mcp-client-2025-04-04 mcp-client-2025-11-20
mcp-client-2026-09-15 mcp-servers-2025-12-04 mcp-tunnels-2026-06-22 message-batches-2024-09-24
message-threads-2026-08-12 mid-conversation-output-config-2026-07-01 mid-conversation-system-2026-04-07
mid-conversation-system-clear-at-2026-08-21 mid-conversation-tool-changes-2026-07-01
model-context-window-exceeded-2025-08-26 oauth-2025-04-20 oidc-federation-2026-04-01 output-128k-2025-02-19
output-300k-2026-03-24 pdfs-2024-09-25 prompt-caching-2024-07-31 prompt-caching-scope-2026-01-05
server-side-fallback-2026-06-01 server-side-fallback-2026-07-01 skills-2025-10-02 spend-limit-reads-2026-09-26
structured-outputs-2025-11-13 task-budgets-2026-03-13 telemetry-destinations-2026-08-11
thinking-binding-controls-2026-08-01 thinking-display-updates-2026-08-18 thinking-token-count-2026-05-13
token-counting-2024-11-01 token-efficient-tools-2025-02-19 user-profiles-2026-03-24 user-profiles-2026-08-18
user-profiles-2026-09-04 user-profiles-billing-2026-10-01 webhooks-2026-10-07
"""


class AnthropicFormat(TableFormat):
    """Base of the Anthropic formats."""

    family: ClassVar[Family] = ANTHROPIC
    log_probabilities: ClassVar[LogProbabilities | None] = None
    # Without its flags features break silently.
    contract_words: ClassVar[Mapping[str, ContractWords]] = {
        "anthropic-version": ContractWords(re.compile(DATE)),
        "anthropic-beta": ContractWords(_FLAG, frozenset(_LISTED.split())),
    }

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
