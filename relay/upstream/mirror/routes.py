"""Which family's voice answers which path. Pure: a request's parts in, an answer or a speech to be made out.

The voices are `relay/wire/<family>/mirror/`, found by the families that have formats.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any, cast

import relay.wire
from relay.errors import ConfigFault
from relay.protocols import Family, Format
from relay.registry import collect_families
from relay.types import Headers
from relay.wire import vendors
from relay.wire.speech import Call, Error, Speech, Voice

__all__ = ["Error", "Speech", "error_of", "route", "voice_of"]


def route(path: str, query: str, names: frozenset[str], body: dict[str, Any], number: int) -> bytes | Speech | None:
    """Return the answer to a request, the speech to make, or None for a path that no voice knows.

    `names` are the request's header names, `number` makes ids.
    """
    call = Call(path=path.rstrip("/"), query=query, names=names, body=body, number=number)
    families = vendors.families_of(_formats()).values()
    told = vendors.speaker(families, _headers(names))
    for family in sorted(families, key=lambda family: family is not told):
        found = voice_of(family).route(call)
        if found is not None:
            return found
    return None


def error_of(path: str, names: frozenset[str]) -> Error:
    """Return how errors look to a client that asks for a `path` that no voice knows."""
    family = vendors.caller(_formats(), path, _headers(names))
    assert family is not None, "one family is told by nothing"
    return voice_of(family).error


def voice_of(family: Family) -> Voice:
    """Return the voice of a family. Raises ConfigFault for one that has none."""
    try:
        return cast(Voice, importlib.import_module(f"{relay.wire.__name__}.{family.name}.mirror"))
    except ModuleNotFoundError as error:
        raise ConfigFault(f"the mirror has no voice for {family.name}: there is no {error.name}") from None


def _formats() -> tuple[Format, ...]:
    return _formats_in(tuple(relay.wire.__path__))


@cache
def _formats_in(_: tuple[str, ...]) -> tuple[Format, ...]:
    return tuple(plugin() for plugin in collect_families(relay.wire, Format).values())


def _headers(names: frozenset[str]) -> Headers:
    return tuple((name, "") for name in names)
