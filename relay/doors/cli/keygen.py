"""`relay keygen`: a key for a client, and the entry by which relay knows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from relay.errors import ConfigFault

__all__ = ["keygen"]

_KEY_BYTES = 32


def keygen(
    name: Annotated[str, typer.Option("--name", "-n", help="The client's name, as records and budgets use it.")] = (
        "client"
    ),
    expires: Annotated[
        str | None, typer.Option("--expires", "-e", help="Date or RFC 3339 time after which the key counts no more.")
    ] = None,
    append: Annotated[
        Path | None, typer.Option("--append", "-a", help="File of `clients_file` that gets the entry, at its end.")
    ] = None,
) -> None:
    """Make a key for a client. The key goes to standard output, the line for the configuration to standard error.

    Relay keeps the key's SHA-256 only, so nothing that it stores is secret, and a key that is lost cannot be shown
    again. A client sends the key as X-Relay-Key, or where its SDK puts the API key.
    """
    import hashlib
    import secrets

    from pydantic import ValidationError

    from relay.config import ClientConfig

    key = f"relay-{secrets.token_urlsafe(_KEY_BYTES)}"
    digest = hashlib.sha256(key.encode()).hexdigest()
    try:
        ClientConfig.model_validate({"name": name, "key_sha256": digest, "expires": expires})
    except ValidationError as error:
        (problem, *_) = error.errors(include_input=False, include_url=False)
        raise ConfigFault(f"--{problem['loc'][0]}: {problem['msg'].removeprefix('Value error, ')}") from None
    until = f", expires: {json.dumps(expires)}" if expires is not None else ""
    entry = f'- {{name: {json.dumps(name)}, key_sha256: "{digest}"{until}}}'
    if append is not None:
        _append(append, entry)
    typer.echo(f"  {entry}  # below `clients:`" if append is None else f"{append} has the entry now", err=True)
    typer.echo(key)


def _append(path: Path, entry: str) -> None:
    """Add `entry` to the list in the file at `path`, or begin one. What the file holds stays. Raises ConfigFault."""
    from relay.config import parse_clients
    from relay.files import is_there, unreadable
    from relay.strict_yaml import read_bytes

    before = read_bytes(path) if is_there(path) else b""
    start = "" if before[-1:] in (b"", b"\n") else "\n"
    line = f"{start}{entry}\n".encode()
    parse_clients(before + line, str(path))  # what could not be read afterwards is not written
    try:
        with path.open("ab") as stream:
            stream.write(line)
    except OSError as error:
        raise ConfigFault(f"--append: {path} {unreadable(error, 'written')}") from None
