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
    require_signed: Annotated[
        Path | None,
        typer.Option("--require-signed", help="Ed25519 public key (PEM) that must have signed the policy."),
    ] = None,
    no_harden: Annotated[bool, typer.Option("--no-harden", help="Leave the process as it was started.")] = False,
) -> None:
    """Run the relay until SIGTERM or SIGINT. Prints `ready http://HOST:PORT` when it serves.

    SIGHUP has the policy read anew: each request keeps the policy it began with, and a file that cannot be used leaves
    the old one in force.
    """
    from relay.process import harden

    if not no_harden:
        harden.reexec_if_needed()  # before the imports below, which would be paid for twice

    import os
    import sys

    from relay import build
    from relay.config import load
    from relay.doors.http import app
    from relay.observe import logs

    logs.configure()
    loaded = load(config, os.environ, settings(host, port, upstream, policy, admin_port, require_signed))
    if not no_harden:
        harden.apply()
    source = build.policy_source(loaded)
    log = build.decision_log(loaded)
    core = build.core(loaded, os.environ, source=source, record=log.append if log is not None else None)

    def complain(reason: str) -> None:
        print(f"relay: the policy in force stays: {reason}", file=sys.stderr, flush=True)

    def on_ready(url: str) -> None:
        print(f"ready {url}", flush=True)
        if core.engine.observes:
            print("relay: mode observe: requests and answers pass as they are; nothing is protected", file=sys.stderr)

    reload = app.PolicyReload(lambda core: build.reloaded(core, loaded, source), complain)
    try:
        app.run(core, loaded, build.client(loaded), on_ready=on_ready, reload=reload)
    finally:
        if log is not None:
            log.close()


def settings(
    host: str | None = None,
    port: int | None = None,
    upstream: str | None = None,
    policy: Path | None = None,
    admin_port: int | None = None,
    require_signed: Path | None = None,
) -> dict[str, Any]:
    """Return the command line's options as configuration overrides."""
    server = {"host": host, "port": port, "admin_port": admin_port}
    tree: dict[str, Any] = {"server": {key: value for key, value in server.items() if value is not None}}
    if upstream is not None:
        tree["upstreams"] = {"upstream": {"kind": "frontier", "base_url": upstream, "credential": "client"}}
    if policy is not None:
        tree["policy"] = policy
    if require_signed is not None:
        tree["require_signed"] = require_signed
    return tree
