"""What the commands read: policies, requests and corpora."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relay.doors.cli.streams import standard_input
from relay.errors import ConfigFault, RelayFault
from relay.files import unreadable

if TYPE_CHECKING:
    from relay.detect.analyzer import Analyzer
    from relay.policy.engine import Engine
    from relay.policy.model import Policy
    from relay.types import Segment

__all__ = ["Asked", "PolicyFiles", "Tools", "asked", "corpus", "read", "say"]

PolicyFiles = Annotated[list[Path], typer.Argument(help="Policy files, or names of shipped policies.")]


class Tools:
    """What reads, finds and decides as `relay serve` would, with the operator's own recognizers."""

    def __init__(self, recognizers: list[Path] | None) -> None:
        """Read the recognizer files. Raises ConfigFault."""
        from relay import build

        self._build = build
        self._added = build.additions(recognizers or ())
        self.known_types = build.entity_types(self._added)

    def policy(self, wanted: Path | None) -> Policy:
        """Read a policy by file or shipped name, every type of which must be known. Raises ConfigFault."""
        return self._build.read_policy(wanted, self._added)

    def engine(self, policy: Policy) -> Engine:
        """Return what decides under `policy`."""
        return self._build.engine(policy, self._added)

    def analyzer(self, policy: Policy) -> Analyzer:
        """Return what finds the entities of a request under `policy`."""
        return self._build.analyzer(policy, added=self._added)


def say(line: str, as_json: bool) -> None:
    """Print `line`, unless the output is for machines."""
    if not as_json:
        typer.echo(line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as policy sees it. `opaque` holds what cannot be inspected: (pointer, kind)."""

    segments: tuple[Segment, ...]
    model: str | None = None
    opaque: tuple[tuple[str, str], ...] = ()
    path: str = ""  # of the endpoint whose format read it; empty for a plain text


def asked(data: bytes, path: str | None = None) -> Asked:
    """Read a request body by the format that serves `path` (None: by its keys), or a plain text. Raises RelayFault."""
    from relay.types import Role, Segment

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigFault(f"the request is not UTF-8: byte {error.start} cannot be decoded") from None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if path is None and not isinstance(tree, dict):
        return Asked(segments=(Segment(pointer="", text=text, role=Role.USER, message=0),))
    return _read_as(data, path or _path_of(tree))


def _path_of(tree: dict[str, Any]) -> str:
    """Return the path that a body is most likely meant for, by the keys that tell the providers apart."""
    if "contents" in tree:
        return "/v1beta/models/model:generateContent"
    if "messages" in tree:
        return "/v1/messages" if "system" in tree or "stop_sequences" in tree else "/v1/chat/completions"
    return next((path for key, path in _PATHS.items() if key in tree), "/v1/chat/completions")


_PATHS = {"input": "/v1/responses", "instructions": "/v1/responses", "prompt": "/v1/completions"}


def _read_as(data: bytes, path: str) -> Asked:
    from relay import build

    for format in build.formats():
        endpoint = format.match(path)
        if endpoint is not None and endpoint.has_body:
            document = format.read(endpoint, data, lambda _: "pseudonym")
            return Asked(segments=document.segments, model=document.model, opaque=document.refused, path=path)
    raise ConfigFault(f"no format serves {path}")


def read(path: Path | None) -> bytes:
    """Return a file's bytes, of standard input for None and `-`. Raises ConfigFault."""
    if path is None or str(path) == "-":
        return standard_input().read()
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigFault(f"{path}: {unreadable(error)}") from None


def corpus(path: Path) -> Iterator[tuple[Segment, ...]]:
    """Yield the segments of each line's request. A line with a `text` and no messages is a user's message."""
    from relay.types import Role, Segment

    for number, line in enumerate(read(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            tree = json.loads(line)
        except (ValueError, RecursionError):
            tree = None
        if not isinstance(tree, dict):
            raise ConfigFault(f"{path}:{number}: is no JSON object")
        if isinstance(tree.get("text"), str) and "messages" not in tree:
            yield (Segment(pointer="/text", text=tree["text"], role=Role.USER, message=0),)
            continue
        try:
            yield asked(line).segments
        except RelayFault as fault:
            raise ConfigFault(f"{path}:{number}: {fault.public}") from None
