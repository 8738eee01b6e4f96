"""`relay policy lint`, `test`, `show`, `schema`: for whoever writes policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relay.cli.policy.inputs import Json, PolicyFile, analyze, engine, load, recognized, say
from relay.errors import ConfigFault

if TYPE_CHECKING:
    from relay.policy.cases import Outcome

__all__ = ["lint", "run_tests", "schema", "show"]


def lint(
    files: Annotated[list[Path], typer.Argument(help="Policy files.")],
    as_json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> None:
    """Check policy files: errors, rules that never matter, exemptions that are never reached, types nobody finds."""
    from relay.detect.taxonomy import ENTITY_TYPES
    from relay.policy.lint import Severity
    from relay.policy.lint import lint as find
    from relay.policy.loader import load_layers, merged

    rows: list[dict[str, object]] = []
    failed = False
    for file in files:
        try:
            layers = load_layers(file)
            findings = find(layers, ENTITY_TYPES, recognized())
        except ConfigFault as fault:
            failed = True
            for line in fault.public.splitlines():
                rows.append({"file": str(file), "severity": "error", "code": "invalid", "message": line})
                say(line, as_json)
            continue
        for finding in findings:
            failed = failed or strict or finding.severity is Severity.ERROR
            rows.append({key: getattr(finding, key) for key in finding.__slots__})
            say(str(finding), as_json)
        if not findings:
            say(f"{file}: nothing to say; digest {merged(layers).digest}", as_json)
    if as_json:
        typer.echo(json.dumps(rows))
    raise typer.Exit(1 if failed else 0)


def show(
    policy: PolicyFile = Path("policies/default.yaml"),
) -> None:
    """Show a policy merged with what it extends, each part with the file it is from."""
    from relay.policy.loader import load_layers
    from relay.policy.merge import show as write

    layers = load_layers(policy)
    typer.echo(write((layer.document.file, layer.policy) for layer in layers), nl=False)


def schema() -> None:
    """Show the JSON Schema of the policy language, for editors."""
    from relay.policy.schema import schema_text

    typer.echo(schema_text(), nl=False)


def run_tests(
    directory: Annotated[Path, typer.Argument(help="Folder with policies and their .test.yaml, or one such file.")],
    as_json: Json = False,
) -> None:
    """Run the test files beside the policies."""
    from relay.policy.cases import SUFFIX, load_cases, run

    files = [directory] if directory.is_file() else sorted(directory.glob(f"*{SUFFIX}"))
    if not files:
        raise ConfigFault(f"{directory}: no file here ends with {SUFFIX}")
    rows: list[dict[str, object]] = []
    passed = failed = 0
    for file in files:
        cases, document, policy_file = load_cases(file)
        policy = load(policy_file)
        outcomes = run(cases, document, engine(policy), analyze(policy))
        for outcome in outcomes:
            passed, failed = passed + outcome.passed, failed + (not outcome.passed)
            rows.append(_outcome(file, outcome))
            for failure in outcome.failures:
                say(f"{file}:{outcome.line}: {outcome.name}: {failure}", as_json)
        good = sum(outcome.passed for outcome in outcomes)
        say(f"{file}: {good} of {len(outcomes)} cases hold; policy digest {policy.digest}", as_json)
    if as_json:
        typer.echo(json.dumps({"passed": passed, "failed": failed, "cases": rows}))
    raise typer.Exit(1 if failed else 0)


def _outcome(file: Path, outcome: Outcome) -> dict[str, object]:
    return {"file": str(file), "line": outcome.line, "name": outcome.name, "failures": list(outcome.failures)}
