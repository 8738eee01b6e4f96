"""Options that several commands share, so that each has one name, one short form and one help text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ConfigFile", "Json", "Policy", "Recognizers", "Upstream"]

ConfigFile = Annotated[
    Path | None, typer.Option("--config", "-c", envvar="RELAY_CONFIG", help="Configuration file (relay init).")
]
Upstream = Annotated[
    str | None,
    typer.Option("--upstream", "-u", envvar="RELAY_UPSTREAM", help="One frontier upstream that takes every format."),
]
Policy = Annotated[
    Path | None,
    typer.Option("--policy", "-p", envvar="RELAY_POLICY", help="Policy: a file, or the name of a shipped one."),
]
Recognizers = Annotated[
    list[Path] | None, typer.Option("--recognizers", "-r", help="File with recognizers of your own; repeatable.")
]
Json = Annotated[bool, typer.Option("--json", "-j", help="Write JSON.")]
