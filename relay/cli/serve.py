"""`relay serve`: run the relay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

__all__ = ["serve", "settings"]


def serve(
    config: Annotated[Path | None, typer.Option("--config", envvar="RELAY_CONFIG", help="Configuration file.")] = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", envvar="RELAY_PORT", help="Port; 0 takes a free one.")] = None,
    upstream: Annotated[
        str | None,
        typer.Option("--upstream", envvar="RELAY_UPSTREAM", help="One frontier upstream that takes every format."),
    ] = None,
    policy: Annotated[Path | None, typer.Option("--policy", envvar="RELAY_POLICY", help="Policy file.")] = None,
    admin_port: Annotated[
        int | None, typer.Option("--admin-port", help="Port for /livez, /readyz and /metrics.")
    ] = None,
    no_harden: Annotated[bool, typer.Option("--no-harden", help="Leave the process as it was started.")] = False,
) -> None:
    """Run the relay until SIGTERM or SIGINT. Prints `ready http://HOST:PORT` when it serves."""
    import os

    from relay import build, harden, logs
    from relay.config import load
    from relay.server import app

    if not no_harden:
        harden.reexec_if_needed()
    logs.configure()
    loaded = load(config, os.environ, settings(host, port, upstream, policy, admin_port))
    if not no_harden:
        harden.apply()
    core = build.core(loaded, os.environ)
    app.run(core, loaded, build.client(loaded), on_ready=lambda url: print(f"ready {url}", flush=True))


def settings(
    host: str | None, port: int | None, upstream: str | None, policy: Path | None, admin_port: int | None
) -> dict[str, Any]:
    """Return the command line's options as configuration overrides."""
    server = {"host": host, "port": port, "admin_port": admin_port}
    tree: dict[str, Any] = {"server": {key: value for key, value in server.items() if value is not None}}
    if upstream is not None:
        tree["upstreams"] = {"upstream": {"kind": "frontier", "base_url": upstream, "credential": "client"}}
    if policy is not None:
        tree["policy"] = policy
    return tree
