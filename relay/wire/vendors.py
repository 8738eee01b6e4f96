"""Tell vendors apart where they share a path: by the prefix of the path, or by headers that only their clients send.

What is told by what, each family states (`relay.types.Family`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from relay.protocols import Endpoint, Format
from relay.types import Family, Headers

__all__ = ["caller", "families_of", "find", "speaker", "split_prefix"]


def families_of(formats: Iterable[Format]) -> Mapping[str, Family]:
    """Return the families of `formats` by name, in their order."""
    return {format.family.name: format.family for format in formats}


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
    prefix, rest = "", path
    while True:
        first, slash, behind = rest.lstrip("/").partition("/")
        if first not in names or (prefix and first != prefix):
            return prefix, rest
        prefix, rest = first, slash + behind or "/"


def find(formats: Collection[Format], path: str, headers: Headers) -> tuple[Format, Endpoint] | None:
    """Return the format and endpoint that serve `path`, with or without a prefix, or None when nothing does."""
    families = families_of(formats)
    prefix, rest = split_prefix(path, families)
    # A prefix says of the client what its headers say elsewhere.
    told = families[prefix] if prefix else speaker(families.values(), headers)
    if told is not None and not told.client_headers:
        told = None
    for format in formats:
        if prefix and format.family.name not in families[prefix].under_prefix:
            continue
        endpoint = format.match(rest)
        if endpoint is None:
            continue
        if not endpoint.shared or told == (format.family if format.family.client_headers else None):
            return format, endpoint
    return None
