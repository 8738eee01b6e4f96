"""`relay policy report`, `sign`, `verify`, `check-log`: approve policies and audit decisions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relay.doors.cli.options import Json, Policy, Recognizers
from relay.doors.cli.policy.inputs import Tools, read, say
from relay.errors import ConfigFault

if TYPE_CHECKING:
    from relay.detect.analyzer import Analyzer
    from relay.policy.authoring.cases import Outcome
    from relay.policy.engine import Engine
    from relay.policy.loader import Layer

__all__ = ["check_log", "report", "sign", "verify"]


def report(
    policy: Policy = None,
    html: Annotated[bool, typer.Option("--html", help="One HTML page instead of Markdown.")] = False,
    key: Annotated[Path | None, typer.Option("--key", help="Public key that must have signed it.")] = None,
    recognizers: Recognizers = None,
    as_json: Json = False,
) -> None:
    """Write a report for auditors: settings, rules, coverage of HIPAA, GDPR and PCI items, test results."""
    from relay import shipped
    from relay.policy.authoring.lint import lint as find
    from relay.policy.authoring.pages import to_html, to_markdown, to_tree
    from relay.policy.authoring.report import report as write
    from relay.policy.loader import load_layers, merged

    policy = shipped.policy(policy)
    layers = load_layers(policy)
    whole = merged(layers)
    tools = Tools(recognizers)
    finder = tools.analyzer(whole)
    signature = _signature(policy, layers, key)
    outcomes = _outcomes(policy, tools.engine(whole), finder)
    blocks = write(
        layers,
        tools.known_types,
        finder.entity_types,
        findings=find(layers, tools.known_types, finder.entity_types),
        outcomes=outcomes,
        signature=signature,
    )
    if as_json:
        typer.echo(json.dumps(to_tree(blocks)))
    else:
        typer.echo(to_html(blocks) if html else to_markdown(blocks), nl=False)
    raise typer.Exit(0 if outcomes is None or all(item.passed for item in outcomes) else 1)


def _signature(policy: Path, layers: Sequence[Layer], key: Path | None) -> str:
    """Return what a report says of the signature. Raises ConfigFault when it does not hold."""
    from relay.files import is_there
    from relay.policy.authoring import signing

    file = signing.signature_path(policy)
    if key is None:
        return f"not checked: {file.name} is there, give its public key as --key" if is_there(file) else "not signed"
    public = signing.read_public_key(key)
    signing.verify(layers, read(file), public)
    return f"valid, by key {signing.key_id(public)}"


def _outcomes(policy: Path, engine: Engine, finder: Analyzer) -> Sequence[Outcome] | None:
    """Run the policy's test file; None without one."""
    from relay.files import is_there
    from relay.policy.authoring.cases import SUFFIX, load_cases, run

    file = policy.with_name(policy.name.removesuffix(".yaml") + SUFFIX)
    if not is_there(file):
        return None
    cases, document, _ = load_cases(file)
    return run(cases, document, engine, finder.read)


def sign(
    file: Annotated[Path, typer.Argument(help="Policy file; the signature goes beside it as FILE.sig.")],
    key: Annotated[Path, typer.Option("--key", help="Ed25519 private key (PEM): openssl genpkey -algorithm ed25519")],
    as_json: Json = False,
) -> None:
    """Sign a policy and everything it extends. RELAY_SIGNING_PASSPHRASE opens an encrypted key."""
    import os

    from relay.files import unreadable
    from relay.policy.authoring import signing
    from relay.policy.loader import load_layers, merged

    password = os.environ.get("RELAY_SIGNING_PASSPHRASE")
    private = signing.read_private_key(key, password.encode() if password else None)
    layers = load_layers(file)
    target = signing.signature_path(file)
    try:
        target.write_text(signing.sign(layers, private), encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigFault(f"{target}: {unreadable(error, 'written')}") from None
    digest, signer = merged(layers).digest, signing.key_id(private.public_key())
    say(f"{target}: digest {digest}, key {signer}", as_json)
    if as_json:
        typer.echo(json.dumps({"signature": str(target), "digest": digest, "key": signer}))


def verify(
    files: Annotated[list[Path], typer.Argument(help="Policy files with their .sig beside them.")],
    key: Annotated[Path, typer.Option("--key", help="Ed25519 public key (PEM): openssl pkey -in KEY -pubout")],
    as_json: Json = False,
) -> None:
    """Check that policies are signed by a key and have not changed since."""
    from relay.policy.authoring import signing

    public = signing.read_public_key(key)
    rows: list[dict[str, object]] = []
    for file in files:
        try:
            policy = signing.load_signed(file, public)
        except ConfigFault as fault:
            rows.append({"file": str(file), "valid": False, "reason": fault.public})
            say(f"NOT VALID {fault.public}", as_json)
            continue
        rows.append({"file": str(file), "valid": True, "digest": policy.digest, "key": signing.key_id(public)})
        say(f"{file}: signed by {signing.key_id(public)}, digest {policy.digest}", as_json)
    if as_json:
        typer.echo(json.dumps(rows))
    raise typer.Exit(0 if all(row["valid"] for row in rows) else 1)


def check_log(
    log: Annotated[Path, typer.Argument(help="Decision log: JSON lines with a hash chain; - is standard input.")],
    head: Annotated[
        str | None, typer.Option("--head", help="A hash kept from an earlier check: it must still be in the log.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check that no line of a decision log was changed, removed, added or moved."""
    import dataclasses

    from relay.observe.decision_record import check_chain

    data = read(log)
    checked = check_chain(data.decode("utf-8", "replace").splitlines(), str(log), kept=head)
    if checked.others and not checked.records:
        raise ConfigFault(f"{log}: none of its {checked.others} lines is a record of a decision log")
    say(
        f"{log}: the chain holds; {checked.records} records, {checked.others} other lines, head {checked.head}"
        + (f"; begun anew {checked.unlinked} times, and what stood before may be cut off" if checked.unlinked else ""),
        as_json,
    )
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(checked)))
