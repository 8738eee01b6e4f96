"""The attributes that a span may have: a closed list of names, each with the type of its value.

A value is a number, an enum member, an `Id` (hexadecimal digits that relay made) or a `Name` (fixed at start). Whatever
else is set raises TypeError, in every request, so that every test shows a mistake; there is no attribute for text.
Names are OpenTelemetry's semantic conventions where one fits (opentelemetry.io/docs/specs/semconv, 1.37), `relay.*`
otherwise.
"""

from __future__ import annotations

import re
from enum import Enum, StrEnum

from relay.errors import RelayFault
from relay.observe.logs import Id, Name
from relay.types import RouteKind

__all__ = ["Attribute", "Ending", "Method", "checked", "error_type", "told"]


class Method(StrEnum):
    """An HTTP method, as the conventions write those that a client made up."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"
    OPTIONS = "OPTIONS"
    OTHER = "_OTHER"


class Ending(StrEnum):
    """How something ended that no fault of relay's tells."""

    DISCONNECTED = "disconnected"
    UNPLANNED = "unplanned"


class Attribute(StrEnum):
    """Every attribute of a span."""

    EXCHANGE = "relay.exchange"
    CLIENT = "relay.client"
    FORMAT = "relay.format"
    ENDPOINT = "relay.endpoint"
    UPSTREAM = "relay.upstream"
    ROUTE = "relay.route"
    SEGMENTS = "relay.segments"
    REPLACED = "relay.replaced"
    STREAM = "relay.stream"
    METHOD = "http.request.method"
    STATUS = "http.response.status_code"
    RESENT = "http.request.resend_count"
    PROVIDER = "gen_ai.provider.name"
    INPUT_TOKENS = "gen_ai.usage.input_tokens"
    OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
    ERROR = "error.type"


_TYPES: dict[Attribute, tuple[type, ...]] = {
    Attribute.EXCHANGE: (Id,),
    Attribute.CLIENT: (Name,),
    Attribute.FORMAT: (Name,),
    Attribute.ENDPOINT: (Name,),
    Attribute.UPSTREAM: (Name,),
    Attribute.ROUTE: (RouteKind,),
    Attribute.SEGMENTS: (int,),
    Attribute.REPLACED: (int,),
    Attribute.STREAM: (bool,),
    Attribute.METHOD: (Method,),
    Attribute.STATUS: (int,),
    Attribute.RESENT: (int,),
    Attribute.PROVIDER: (Name,),
    Attribute.INPUT_TOKENS: (int,),
    Attribute.OUTPUT_TOKENS: (int,),
    Attribute.ERROR: (Name, Ending),
}
_ID = re.compile(r"[0-9a-f]{16,64}")


def checked(attribute: Attribute, value: object) -> bool | int | str:
    """Return `value` as it may be exported. Raises TypeError for a type that `attribute` does not have."""
    if type(value) not in _TYPES[attribute]:
        raise TypeError(f"attribute {attribute.name} got a {type(value).__name__}, which it does not take")
    if isinstance(value, Id) and _ID.fullmatch(value) is None:
        raise TypeError(f"attribute {attribute.name} got an Id that is not hexadecimal")
    if isinstance(value, Enum):
        return str(value.value)
    assert isinstance(value, bool | int | str)
    return value


def error_type(error: BaseException) -> Name | Ending:
    """Return the word for `error`: a fault's code, and nothing of any exception's text."""
    if isinstance(error, RelayFault):
        return Name(error.code)
    # A client that hangs up cancels its handler: `asyncio.CancelledError` is no `Exception`.
    return (
        Ending.UNPLANNED
        if isinstance(error, Exception) and not isinstance(error, ConnectionError)
        else Ending.DISCONNECTED
    )


def told(method: str) -> Method:
    """Return the method that `method` is."""
    return Method(method) if method in Method.__members__ else Method.OTHER
