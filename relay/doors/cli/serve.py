"""`relay serve`: run the relay."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relay.doors.cli.options import ConfigFile, Policy, Upstream

if TYPE_CHECKING:
    from relay.config import Config

__all__ = ["OPTIONS", "serve", "settings"]

# Which option sets which key of the configuration, for complaints.
OPTIONS = {
    ("server", "host"): "--host",
    ("server", "port"): "--port",
    ("server", "admin_port"): "--admin-port",
    ("server", "workers"): "--workers",
    ("upstreams",): "--upstream",
    ("policy",): "--policy",
    ("require_signed",): "--require-signed",
}


def serve(
    config: ConfigFile = None,
    host: Annotated[str | None, typer.Option("--host", "-H", help="Address to listen on; 127.0.0.1.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", "-P", envvar="RELAY_PORT", help="Port; 8080. 0 takes a free one.")
    ] = None,
    upstream: Upstream = None,
    policy: Policy = None,
    admin_port: Annotated[
        int | None, typer.Option("--admin-port", help="Port for /livez, /readyz and /metrics; none.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", "-w", help="Processes that serve; 1 on a loopback address, else one for each core."),
    ] = None,
    require_signed: Annotated[
        Path | None,
        typer.Option("--require-signed", help="Ed25519 public key (PEM) that must have signed the policy."),
    ] = None,
    no_harden: Annotated[
        bool, typer.Option("--no-harden", help="Do not protect the process's memory (for debuggers).")
    ] = False,
) -> None:
    """Run the relay until SIGTERM or SIGINT. Prints `ready http://HOST:PORT` when it serves.

    SIGHUP reloads policies and the file of clients.
    A request keeps the policy that it began with. A policy that cannot be used leaves the
    old one in force.
    """
    from relay.process import harden

    if not no_harden:
        harden.reexec_if_needed()  # before the imports below, which would be paid for twice

    import logging
    import os

    from relay.config import LogFormat, load
    from relay.observe import logs

    logs.configure()
    given = settings(host, port, upstream, policy, admin_port, require_signed, workers)
    loaded = load(config, os.environ, given, OPTIONS)
    logs.configure(logging.getLevelNamesMapping()[loaded.log.level.upper()], text=loaded.log.format is LogFormat.TEXT)
    if not no_harden:
        harden.apply()
    if loaded.server.processes > 1:
        _serve_with_workers(loaded, hardened=not no_harden)
    else:
        _serve_alone(loaded)


def _serve_alone(config: Config) -> None:
    import os

    from relay import build, client_policies
    from relay.doors.http import app
    from relay.doors.serving import recording

    source = build.policy_source(config)
    log = recording.decision_log(config)
    core = build.core(config, os.environ, source=source, record=log.append if log is not None else None)
    core = client_policies.with_policies(core, config, source)

    on_ready = partial(_on_ready, observes=core.engine.observes)
    reload = app.PolicyReload(partial(client_policies.reloaded, config=config, source=source), _complain)
    try:
        app.run(core, config, build.client(config), on_ready=on_ready, reload=reload)
    finally:
        if log is not None:
            log.close()


def _serve_with_workers(config: Config, *, hardened: bool) -> None:
    import os

    # The arithmetic library starts a thread for each core when it is loaded, for products that relay does not make.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    from relay import build, client_policies
    from relay.doors.http import app
    from relay.doors.serving import recording
    from relay.doors.workers.run import run

    config = config.model_copy(update={"server": config.server.among(config.server.processes)})
    source = build.policy_source(config)
    log = recording.decision_log(config, threaded=False)
    core = client_policies.with_policies(build.core(config, os.environ, source=source), config, source)
    run(
        core,
        config,
        added=source.added,
        log=log,
        reload=app.PolicyReload(partial(client_policies.reloaded, config=config, source=source), _complain),
        on_ready=partial(_on_ready, observes=core.engine.observes),
        hardened=hardened,
    )


def _on_ready(url: str, *, observes: bool) -> None:
    print(f"ready {url}", flush=True)
    if observes:
        print("relay: mode observe: requests and answers pass as they are; nothing is protected", file=sys.stderr)


def _complain(reason: str) -> None:
    print(f"relay: what is in force stays: {reason}", file=sys.stderr, flush=True)


def settings(
    host: str | None = None,
    port: int | None = None,
    upstream: str | None = None,
    policy: Path | None = None,
    admin_port: int | None = None,
    require_signed: Path | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Return the command line's options as configuration overrides."""
    server = {"host": host, "port": port, "admin_port": admin_port, "workers": workers}
    tree: dict[str, Any] = {"server": {key: value for key, value in server.items() if value is not None}}
    if upstream is not None:
        tree["upstreams"] = {"upstream": {"kind": "frontier", "base_url": upstream, "credential": "client"}}
    if policy is not None:
        tree["policy"] = policy
    if require_signed is not None:
        tree["require_signed"] = require_signed
    return tree
