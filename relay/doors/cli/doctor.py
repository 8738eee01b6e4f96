"""`relay doctor`: check an installation, and prove with canaries that it scrubs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relay.doors.cli.options import ConfigFile, Policy, Upstream
from relay.doors.cli.serve import OPTIONS, settings
from relay.errors import ConfigFault, PolicyRefused, RelayFault, ScrubFailed

if TYPE_CHECKING:
    from relay.config import Config
    from relay.policy import model

__all__ = ["doctor"]

# One value for each way of finding: a pattern, a checksum, a secret's prefix, the model. All invented.
_CANARIES = {
    "pattern": "canary.person@example.org",
    "checksum": "4111 1111 1111 1111",
    "secret": "postgres://canary:f0rgotten-w0rd@db.example.net/app",
    "model": "Margaret Okonkwo",
}


def doctor(
    config: ConfigFile = None,
    upstream: Upstream = None,
    policy: Policy = None,
    memory: Annotated[
        bool, typer.Option("--memory", "-m", help="Also search a running relay's memory for canaries, from outside.")
    ] = False,
) -> None:
    """Check configuration, policy, model, upstreams and hardening, and send canaries through the real pipeline."""
    checks = _Checks()
    loaded, rules = _read(checks, config, settings(upstream=upstream, policy=policy))
    checks.run("mode", lambda: _mode(rules))
    checks.run("model", lambda: _model(loaded, rules))
    _check_upstreams(checks, loaded)
    _note(checks, loaded, rules)
    send = _pipeline(loaded)
    for kind, value in _CANARIES.items():
        if rules.mode == "observe" or (kind == "model" and rules.model == "none"):
            continue
        checks.run(f"canary by {kind}", lambda value=value: send(value))  # type: ignore[misc]
    if memory:
        checks.run("memory", lambda: _memory(loaded.policy, checks.run))
    checks.end()


class _Checks:
    """Runs checks, prints what they say, and remembers whether one failed."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(highlight=False)
        self._failed = False

    def run(self, name: str, check: Callable[[], str]) -> None:
        """Print what `check` says, or why it raised RelayFault."""
        try:
            self._console.print(f"[green]ok[/]   {name}: ", check(), sep="", markup=True)
        except RelayFault as fault:
            self.fail(name, fault)

    def fail(self, name: str, fault: RelayFault) -> None:
        """Print a check that failed."""
        self._failed = True
        self._console.print(f"[red]FAIL[/] {name}: ", end="")
        self._console.print(fault.public, markup=False)

    def note(self, text: str) -> None:
        """Print what is neither right nor wrong."""
        self._console.print(f"[blue]note[/] {text}")

    def end(self) -> None:
        """Exit with status 1 when a check failed."""
        if self._failed:
            raise typer.Exit(1)


def _read(checks: _Checks, config: Path | None, overrides: Mapping[str, Any]) -> tuple[Config, model.Policy]:
    """Read configuration and policy, without which there is nothing else to check."""
    import os

    from relay import build, shipped
    from relay.config import load
    from relay.policy.authoring.signing import key_id

    try:
        loaded = load(config, os.environ, overrides, OPTIONS)
    except RelayFault as fault:
        checks.fail("configuration", fault)
        raise typer.Exit(1) from None
    checks.run("configuration", lambda: f"{len(loaded.upstreams)} upstreams, {len(loaded.clients)} clients")
    try:
        source = build.policy_source(loaded)
        rules = source.read()
    except RelayFault as fault:
        checks.fail("policy", fault)
        raise typer.Exit(1) from None
    signed = f", signed by key {key_id(source.key)}" if source.key is not None else ""
    checks.run("policy", lambda: f"{loaded.policy or shipped.DEFAULT}, digest {rules.digest}{signed}")
    return loaded, rules


def _model(loaded: Config, rules: model.Policy) -> str:
    """Load the model that the policy names, and say what it finds. Raises ConfigFault."""
    if rules.model == "none":
        return "off by policy: names and addresses in prose are not found"
    from relay import build
    from relay.detect.ner.by_script import ByScript
    from relay.detect.ner.model import LANGUAGES

    found = build.entity_model(rules.model, loaded.model_dir)
    if isinstance(found, ByScript):
        found.other.get()  # so that its files are verified, too
    best, scored, unsupported = (", ".join(found.languages[key]) for key in LANGUAGES)
    return (
        f"{rules.model} {found.version}, SHA-256 verified, finds {', '.join(found.labels)}; best in {best}, "
        f"scored in {scored}; do not rely on it in {unsupported}"
    )


def _check_upstreams(checks: _Checks, loaded: Config) -> None:
    import asyncio

    from relay.upstream import health

    for name, upstream in loaded.upstreams.items():
        checks.run(f"upstream {name}", lambda upstream=upstream: asyncio.run(health.probe(upstream)))  # type: ignore[misc]


def _note(checks: _Checks, loaded: Config, rules: model.Policy) -> None:
    """Say what an operator should know: answers that are not judged, where keys are, how the process is hardened."""
    from relay import build
    from relay.process import harden

    if rules.confidence.escalate:
        for said in _unjudged(loaded):
            checks.note(f"confidence: {said}")
    checks.note(f"keys: {build.sessions(rules).memory.protection().meaning}")
    for line in harden.report():
        checks.note(f"hardening (of this process; serve hardens its own): {line}")


def _memory(policy: Path | None, check: Callable[[str, Callable[[], str]], None]) -> str:
    """Check each state of a relay that was started for this; return what that relay says of its hardening."""
    import asyncio

    from relay.doors.cli import memory

    holds, states = asyncio.run(memory.states(policy))
    for state in states:
        check(f"memory, {state.name}", state.verdict)
    return f"read from outside; in that relay {holds}"


def _mode(policy: model.Policy) -> str:
    """Return the mode of a policy that protects. Raises ConfigFault for one that only observes."""
    if policy.mode == "observe":
        raise ConfigFault("observe: requests and answers pass as they are; nothing is protected")
    return "enforce"


def _unjudged(loaded: Config) -> list[str]:
    """Say which answers of local upstreams are used without being judged."""
    from relay import build
    from relay.routing.confidence import unjudged
    from relay.types import RouteKind

    families = unjudged(build.formats())
    local = {name: item for name, item in loaded.upstreams.items() if item.kind is RouteKind.LOCAL}
    found = {name: [family for family in families if item.takes(family)] for name, item in local.items()}
    lines = [
        f"answers of {name} in {', '.join(formats)} formats cannot be judged"
        for name, formats in found.items()
        if formats
    ]
    return [*lines, "nor can OpenAI's Responses, and answers of servers that give no log-probabilities"]


def _pipeline(loaded: Config) -> Callable[[str], str]:
    """Return a check that sends one canary through the pipeline that `serve` would run, short of the socket."""
    import os

    from relay import build
    from relay.config import UpstreamConfig
    from relay.exchange import Exchange
    from relay.types import Request, RouteKind

    # Where nothing is configured yet, a frontier that is never contacted stands in: only the scrubbing is tried.
    stand_in = UpstreamConfig(kind=RouteKind.FRONTIER, base_url="http://127.0.0.1:9", credential="none")
    frontier = {n: u for n, u in loaded.upstreams.items() if u.kind is RouteKind.FRONTIER} or {"none": stand_in}
    upstreams = {name: upstream.model_copy(update={"credential": "none"}) for name, upstream in frontier.items()}
    core = build.core(loaded.model_copy(update={"upstreams": upstreams}), os.environ)

    def send(value: str) -> str:
        tried = 0
        for path in ("/v1/chat/completions", "/v1/messages"):
            matched = core.directory.find(path, ())
            if matched is None:
                raise ScrubFailed(f"no format serves {path}")
            text = f"My colleague wrote: please call {value} about the invoice, thank you."
            message = {"role": "user", "content": text}
            body = json.dumps({"model": "canary", "max_tokens": 1, "messages": [message]}).encode()
            exchange = Exchange(core, None, *matched, exchange_id="doctor")
            try:
                try:
                    sent = exchange.open(Request(method="POST", path=path, body=body)).body.decode()
                except PolicyRefused:
                    tried += 1
                    continue  # a policy that refuses the value keeps it in just as well
            finally:
                exchange.close()
            if value in sent or any(part in sent for part in value.split()):
                raise ScrubFailed(f"the canary would have left by {path}")
            tried += 1
        return f"did not leave, in {tried} formats"

    return send
