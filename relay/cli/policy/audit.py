"""`relay policy report`, `sign`, `verify`, `check-log`: for whoever approves policies and looks back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relay.cli.policy.inputs import PolicyFile, analyze, engine, read, recognized
from relay.errors import ConfigFault

__all__ = ["check_log", "report", "sign", "verify"]


def report(
    policy: PolicyFile = Path("policies/default.yaml"),
    html: Annotated[bool, typer.Option("--html", help="One HTML page instead of Markdown.")] = False,
    key: Annotated[Path | None, typer.Option("--key", help="Public key that must have signed it.")] = None,
) -> None:
    """Write an auditor's report to standard output: settings, rules, coverage of HIPAA, GDPR and PCI items, tests."""
    from relay.detect.taxonomy import ENTITY_TYPES
    from relay.policy import signing
    from relay.policy.cases import SUFFIX, load_cases, run
    from relay.policy.lint import lint as find
    from relay.policy.loader import load_layers, merged
    from relay.policy.report import report as write
    from relay.policy.report import to_html, to_markdown

    layers = load_layers(policy)
    whole = merged(layers)
    found = recognized()
    signature = "not checked: no public key was given"
    if key is not None:
        public = signing.read_public_key(key)
        signing.load_signed(policy, public)
        signature = f"valid, by key {signing.key_id(public)}"
    outcomes = None
    test_file = policy.with_name(policy.name.removesuffix(".yaml") + SUFFIX)
    if test_file.is_file():
        cases, document, _ = load_cases(test_file)
        outcomes = run(cases, document, engine(whole), analyze(whole))
    blocks = write(
        layers,
        ENTITY_TYPES,
        found,
        findings=find(layers, ENTITY_TYPES, found),
        outcomes=outcomes,
        signature=signature,
    )
    typer.echo(to_html(blocks) if html else to_markdown(blocks), nl=False)
    raise typer.Exit(0 if outcomes is None or all(item.passed for item in outcomes) else 1)


def sign(
    file: Annotated[Path, typer.Argument(help="Policy file; the signature goes beside it as FILE.sig.")],
    key: Annotated[Path, typer.Option("--key", help="Ed25519 private key (PEM): openssl genpkey -algorithm ed25519")],
) -> None:
    """Sign a policy with everything it extends. RELAY_SIGNING_PASSPHRASE opens an encrypted key."""
    import os

    from relay.policy import signing
    from relay.policy.loader import load_layers, merged

    password = os.environ.get("RELAY_SIGNING_PASSPHRASE")
    private = signing.read_private_key(key, password.encode() if password else None)
    layers = load_layers(file)
    target = signing.signature_path(file)
    try:
        target.write_text(signing.sign(layers, private), encoding="utf-8")
    except OSError as error:
        raise ConfigFault(f"{target}: cannot be written: {error.strerror}") from None
    typer.echo(f"{target}: digest {merged(layers).digest}, key {signing.key_id(private.public_key())}")


def verify(
    files: Annotated[list[Path], typer.Argument(help="Policy files with their .sig beside them.")],
    key: Annotated[Path, typer.Option("--key", help="Ed25519 public key (PEM): openssl pkey -in KEY -pubout")],
) -> None:
    """Check that policies are signed by a key and were not changed since."""
    from relay.policy import signing

    public = signing.read_public_key(key)
    for file in files:
        policy = signing.load_signed(file, public)
        typer.echo(f"{file}: signed by {signing.key_id(public)}, digest {policy.digest}")


def check_log(
    log: Annotated[Path, typer.Argument(help="Decision log: JSON lines with a hash chain.")],
) -> None:
    """Check that no line of a decision log was changed, taken out, put in or moved."""
    from relay.policy.record import check_chain

    lines = read(log).decode("utf-8", "replace").splitlines()
    count, head = check_chain(lines, str(log))
    typer.echo(f"{log}: the chain holds; {count} records in its last part, head {head}")
