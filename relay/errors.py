"""One tree of faults, split by whose fault it is.

Each class fixes an HTTP status, a stable `code` and a public message that is safe to show. A message names sizes, kinds
and field names, never contents: code that raises one of these must not format a client's text into it.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "AuthenticationFailed",
    "BodyTooLarge",
    "BudgetExhausted",
    "ClientFault",
    "ConfigFault",
    "MethodNotAllowed",
    "NotRecorded",
    "OpaqueRefused",
    "PolicyRefused",
    "RateExceeded",
    "RelayBusy",
    "RelayFault",
    "ScrubFailed",
    "SessionClosed",
    "StoreFault",
    "TooManyRequests",
    "UnknownEndpoint",
    "UpstreamBadStream",
    "UpstreamClosed",
    "UpstreamCut",
    "UpstreamFault",
    "UpstreamTimeout",
    "UpstreamUnreachable",
    "VaultFull",
]


class RelayFault(Exception):
    """Anything relay raises on purpose. `public` is the sentence a client may see.

    A refusal says what was refused, by which rule or setting, and what to do.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "relay_error"

    def __init__(self, public: str) -> None:
        super().__init__(public)
        self.public = public

    @property
    def told(self) -> str:
        """The sentence as a client is told it: with relay's name, since it stands where the provider's words would."""
        return self.public if self.public.lower().startswith("relay ") else f"relay: {self.public}"


class ConfigFault(RelayFault):
    """Configuration, policy or model files that cannot be used; stops start-up."""

    code = "config_error"


class ClientFault(RelayFault):
    """The request cannot be understood."""

    status = 400
    code = "invalid_request"


class AuthenticationFailed(ClientFault):
    """No credential, or one that no configured client has (any more)."""

    status = 401
    code = "authentication_failed"


class OpaqueRefused(ClientFault):
    """Content that cannot be inspected, which policy does not let through."""

    code = "opaque_content_refused"


class UnknownEndpoint(ClientFault):
    """A path that no format serves."""

    status = 404
    code = "unknown_endpoint"


class MethodNotAllowed(ClientFault):
    """A known path with a method it does not take."""

    status = 405
    code = "method_not_allowed"


class BodyTooLarge(ClientFault):
    """More bytes than the configured limit, before or after inflation."""

    status = 413
    code = "body_too_large"


class PolicyRefused(RelayFault):
    """Policy forbids the request. The message names the rule and the entity types."""

    status = 403
    code = "policy_refused"


class SessionClosed(RelayFault):
    """The session does not exist, is closed, or expired: the three are told apart nowhere."""

    status = 409
    code = "session_closed"


class VaultFull(RelayFault):
    """The vault holds as many values as it may; new work is refused, live values are never evicted."""

    status = 429
    code = "vault_full"


class BudgetExhausted(RelayFault):
    """The client has spent what it may spend today, and policy knows no way that costs less."""

    status = 429
    code = "budget_exhausted"


class RelayBusy(RelayFault):
    """No capacity at present, or shutting down. `wait_s`: in how many seconds there may be some, as far as is known."""

    status = 503
    code = "relay_busy"

    def __init__(self, public: str, wait_s: float = 0.0) -> None:
        super().__init__(public)
        self.wait_s = wait_s


class TooManyRequests(RelayBusy):
    """One client has its share of what relay can do at once; others are served."""

    status = 429
    code = "too_many_requests"


class RateExceeded(TooManyRequests):
    """One client has sent as many requests in a minute as it may; it may come again in `retry_after_s` seconds."""

    def __init__(self, public: str, retry_after_s: int = 60) -> None:
        super().__init__(public)
        self.retry_after_s = retry_after_s


class StoreFault(RelayBusy):
    """What keeps the sessions does not answer, or not as it should; a moment later it may."""

    code = "session_store_unavailable"


class NotRecorded(RelayFault):
    """The decision log takes no more lines; what is not recorded does not leave."""

    status = 503
    code = "decision_not_recorded"


class ScrubFailed(RelayFault):
    """Something unplanned happened between parsing and forwarding; nothing was sent."""

    code = "scrub_failed"


class UpstreamFault(RelayFault):
    """The upstream's side of the exchange went wrong."""

    status = 502
    code = "upstream_error"


class UpstreamUnreachable(UpstreamFault):
    """No connection could be made."""

    code = "upstream_unreachable"


class UpstreamClosed(UpstreamUnreachable):
    """A connection ended before an answer began. The upstream may have read the request, so it is not sent again."""


class UpstreamTimeout(UpstreamFault):
    """The upstream took too long."""

    status = 504
    code = "upstream_timeout"


class UpstreamBadStream(UpstreamFault):
    """The upstream sent something that is not its own format, or stopped in the middle."""

    code = "upstream_bad_stream"


class UpstreamCut(UpstreamBadStream):
    """The connection ended in the middle of an answer, so nothing that the answer said is to blame."""
