"""Tell vendors apart where they share a path: by the prefix of the path, or by headers that only their clients send.

What is told by what, each family states (`relay.types.Family`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from relay.config import UpstreamConfig
from relay.errors import ConfigFault
from relay.protocols import Endpoint, Family, Format
from relay.suggest import suggest
from relay.types import Headers

__all__ = ["Directory", "caller", "check_formats", "families_of", "find", "speaker", "split_prefix"]

_PART = re.compile(r"/*([^/]*)")


def families_of(formats: Iterable[Format]) -> Mapping[str, Family]:
    """Return the families of `formats` by name, in their order."""
    return {format.family.name: format.family for format in formats}


def check_formats(upstreams: Mapping[str, UpstreamConfig], known: Iterable[Format]) -> None:
    """Raise ConfigFault where an upstream takes formats that no family provides."""
    families = sorted(families_of(known))
    for name, upstream in upstreams.items():
        for index, family in enumerate(upstream.formats or ()):
            if family not in families:
                hint = suggest(family, families)
                raise ConfigFault(
                    f"configuration: upstreams.{name}.formats.{index}: no format family is called "
                    f'"{family}"; relay knows {", ".join(families)}{hint}'
                )


def speaker(families: Iterable[Family], headers: Headers) -> Family | None:
    """Return the first of `families` whose clients alone send one of `headers`, or None."""
    names = {name for name, _ in headers}
    return next((family for family in families if not names.isdisjoint(family.client_headers)), None)


def caller(formats: Collection[Format], path: str, headers: Headers) -> Family | None:
    """Return the family whose client seems to be calling `path`: a guess, for the shape of an error.

    Headers count before paths. Where nothing tells, it is the first family that nothing ever tells.
    """
    by_name = families_of(formats)
    prefix, rest = split_prefix(path, by_name)
    if prefix:
        return by_name[prefix]
    families = by_name.values()
    return (
        speaker(families, headers)
        or next((each for each in families if each.client_paths and each.client_paths.search(rest)), None)
        or next((each for each in families if not each.client_headers and each.client_paths is None), None)
    )


def split_prefix(path: str, names: Collection[str]) -> tuple[str, str]:
    """Return which of `names` is the prefix of `path` ("" for none), and the path behind it.

    SDKs append to a base URL that a person typed, and Azure's client appends `/openai` itself, so a prefix may stand
    twice.
    """
    prefix, end = "", 0
    for part in _PART.finditer(path):
        if part[1] not in names or (prefix and part[1] != prefix):
            break
        prefix, end = part[1], part.end()
    return (prefix, path[end:] or "/") if prefix else ("", path)


def find(formats: Collection[Format], path: str, headers: Headers) -> tuple[Format, Endpoint] | None:
    """Return the format and endpoint that serve `path`, with or without a prefix, or None when nothing does."""
    return Directory(formats).find(path, headers)


class Directory:
    """Which format serves a path. Immutable; what it looks up is made of the formats' own paths, not of clients'."""

    def __init__(self, formats: Iterable[Format]) -> None:
        self._formats = tuple(formats)
        self._families = families_of(self._formats)
        self._known = {
            (path, name): self._search(path, name)
            for path in {found.upstream_path for format in self._formats for found in format.endpoints}
            for name in ("", *(family.name for family in self._families.values() if family.client_headers))
        }

    def find(self, path: str, headers: Headers) -> tuple[Format, Endpoint] | None:
        """Return the format and endpoint that serve `path`, with or without a prefix, or None when nothing does."""
        told = speaker(self._families.values(), headers)
        name = told.name if told is not None else ""
        return self._known[path, name] if (path, name) in self._known else self._search(path, name)

    def _search(self, path: str, told: str) -> tuple[Format, Endpoint] | None:
        """Ask every format; `told` is the family whose clients alone send what the headers hold, "" for none."""
        prefix, rest = split_prefix(path, self._families)
        if prefix:
            # A prefix says of the client what its headers say elsewhere.
            told = prefix if self._families[prefix].client_headers else ""
        for format in self._formats:
            if prefix and format.family.name not in self._families[prefix].under_prefix:
                continue
            endpoint = format.match(rest)
            if endpoint is None:
                continue
            if not endpoint.shared or told == (format.family.name if format.family.client_headers else ""):
                return format, endpoint
        return None
