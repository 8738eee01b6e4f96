"""What the commands read: policies, requests and corpora."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relay.errors import ConfigFault

if TYPE_CHECKING:
    from relay.policy.cases import Analyze
    from relay.policy.engine import Engine
    from relay.policy.model import Policy
    from relay.types import Segment

__all__ = ["Json", "PolicyFile", "analyze", "corpus", "engine", "load", "read", "recognized", "say", "segments"]

Json = Annotated[bool, typer.Option("--json", help="For machines.")]
PolicyFile = Annotated[Path, typer.Option("--policy", help="Policy file.")]

# What the NER model reports, as its labels say (ner_models/README.md). No recognizer declares them.
_MODEL_TYPES = frozenset(
    {
        "AGE",
        "DATE_TIME",
        "ID_NUMBER",
        "LOCATION",
        "NRP",
        "ORGANIZATION",
        "PASSWORD",
        "PERSON",
        "STREET_ADDRESS",
        "USERNAME",
    }
)


def load(path: Path) -> Policy:
    """Read a policy file, every type of which must be known. Raises ConfigFault."""
    from relay import build

    return build.read_policy(path)


def engine(policy: Policy) -> Engine:
    """Return what decides under `policy`."""
    from relay import build

    return build.engine(policy)


def analyze(policy: Policy) -> Analyze:
    """Return what finds the entities of a request, as `relay serve` would under `policy`."""
    from relay import build

    analyzer = build.analyzer(policy)
    return analyzer.analyze


def say(line: str, as_json: bool) -> None:
    """Print `line`, unless the output is for machines."""
    if not as_json:
        typer.echo(line)


def recognized() -> frozenset[str]:
    """Return the entity types that some recognizer or the model reports."""
    from relay import build

    return frozenset(build.sources()) | _MODEL_TYPES


def segments(data: bytes) -> tuple[tuple[Segment, ...], str | None]:
    """Return the segments of a request body, or of a plain text, and the model it asks for."""
    from relay.types import Segment

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigFault(f"the request is not UTF-8: byte {error.start} cannot be decoded") from None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        return (Segment(pointer="", text=text),), None
    model = tree.get("model")
    return tuple(walk(tree)), model if isinstance(model, str) else None


def walk(tree: dict[str, Any]) -> Iterator[Segment]:
    """Yield the segments of a decoded request body of any provider: good enough to explain, not what is sent."""
    from relay.types import Role, Segment

    messages = tree.get("messages")
    for rank, message in enumerate(messages if isinstance(messages, list) else ()):
        role = message.get("role") if isinstance(message, dict) else None
        speaker = Role(role) if role in set(Role) else Role.OTHER
        content = {key: value for key, value in message.items() if key != "role"} if isinstance(message, dict) else {}
        for pointer, text in _leaves(content, f"/messages/{rank}"):
            yield Segment(pointer=pointer, text=text, role=speaker, message=rank)
    for key, value in tree.items():
        if key not in ("messages", "model"):
            role = {"system": Role.SYSTEM, "instructions": Role.SYSTEM, "input": Role.USER, "prompt": Role.USER}.get(
                key
            )
            for pointer, text in _leaves(value, f"/{key}"):
                yield Segment(pointer=pointer, text=text, role=role or Role.OTHER, contract=key == "tools")


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = ((key, item) for key, item in value.items() if key != "type")
    elif isinstance(value, list):
        children = enumerate(value)
    for key, item in children:
        yield from _leaves(item, f"{pointer}/{key}")


def read(path: Path) -> bytes:
    """Return the bytes of a file. Raises ConfigFault."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigFault(f"{path}: cannot be read: {error.strerror}") from None


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
        if isinstance(tree.get("text"), str):
            yield (Segment(pointer="/text", text=tree["text"], role=Role.USER, message=0),)
        else:
            yield tuple(walk(tree))
