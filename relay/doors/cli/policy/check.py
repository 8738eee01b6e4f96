"""`relay policy lint`, `test`, `show`, `schema`: write policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relay.doors.cli.options import Json, Policy, Recognizers
from relay.doors.cli.policy.inputs import PolicyFiles, Tools, say
from relay.errors import ConfigFault

if TYPE_CHECKING:
    from relay.policy.authoring.cases import Outcome

__all__ = ["lint", "run_tests", "schema", "show"]


def lint(
    files: PolicyFiles,
    as_json: Json = False,
    paths: Annotated[bool, typer.Option("--paths", help="Also show the weakest path of each entity type.")] = False,
    strict: Annotated[bool, typer.Option("--strict", "-s", help="Fail on warnings too.")] = False,
    recognizers: Recognizers = None,
) -> None:
    """Check policies for errors, rules and exemptions without effect, and types that no recognizer finds.

    With --paths, also the weakest path of each type: the mildest action that can apply to it on a frontier route, with
    every exemption counted, and of the rules only those without conditions.
    """
    from relay import shipped
    from relay.policy.authoring.lint import Severity
    from relay.policy.authoring.lint import lint as find
    from relay.policy.authoring.weakest import weakest_paths
    from relay.policy.loader import load_layers, merged
    from relay.types import RouteKind

    tools = Tools(recognizers)
    rows: list[dict[str, object]] = []
    failed = False
    for file in files:
        try:
            layers = load_layers(shipped.policy(file))
            findings = find(layers, tools.known_types, tools.analyzer(merged(layers)).entity_types)
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
            say(f"{file}: no findings; digest {merged(layers).digest}", as_json)
        weakest = weakest_paths(merged(layers), tools.known_types, RouteKind.FRONTIER) if paths else {}
        for name, (action, label) in sorted(weakest.items(), key=lambda item: (item[1][0].strictness, item[0])):
            message = f"{name}: {action} ({label})"
            rows.append({"file": str(file), "severity": "note", "code": "weakest-path", "message": message})
            say(f"  {message}", as_json)
    if as_json:
        typer.echo(json.dumps(rows))
    raise typer.Exit(1 if failed else 0)


def show(
    policy: Policy = None,
    as_json: Json = False,
) -> None:
    """Show a policy merged with what it extends, each part with the file it is from."""
    from relay import shipped
    from relay.policy.loader import load_layers, merged
    from relay.policy.merge import show as write

    layers = load_layers(shipped.policy(policy))
    if as_json:
        whole = merged(layers)
        tree = whole.model_dump(mode="json", by_alias=True, exclude_none=True)
        typer.echo(
            json.dumps({"digest": whole.digest, "files": [item.document.file for item in layers], "policy": tree})
        )
        return
    typer.echo(write((layer.document.file, layer.policy) for layer in layers), nl=False)


def schema() -> None:
    """Show the JSON Schema of the policy language, for editors."""
    from relay.policy.schema import schema_text

    typer.echo(schema_text(), nl=False)


def run_tests(
    target: Annotated[
        Path | None,
        typer.Argument(help="Folder of policies, a .test.yaml file, or a shipped name. Default: all shipped."),
    ] = None,
    recognizers: Recognizers = None,
    as_json: Json = False,
) -> None:
    """Run the test files beside policies."""
    from relay import shipped
    from relay.files import is_there
    from relay.policy.authoring.cases import SUFFIX, load_cases, run
    from relay.suggest import suggest

    place = target if target is not None else shipped.POLICIES
    if str(place) in shipped.policy_names():
        place = shipped.POLICIES / f"{place}{SUFFIX}"
    if not is_there(place):
        raise ConfigFault(f"{place}: no such file or folder{suggest(str(place), shipped.policy_names())}")
    files = [place] if place.is_file() else sorted(place.glob(f"*{SUFFIX}"))
    if not files:
        raise ConfigFault(f"{place}: no file here ends with {SUFFIX}")
    tools = Tools(recognizers)
    rows: list[dict[str, object]] = []
    passed = failed = 0
    for file in files:
        cases, document, policy_file = load_cases(file)
        policy = tools.policy(policy_file)
        outcomes = run(cases, document, tools.engine(policy), tools.analyzer(policy).read)
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
