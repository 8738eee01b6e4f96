"""`relay policy …`: for whoever writes and audits policies. Exit status 0 when all is well, 1 when something is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relay.errors import ConfigFault

if TYPE_CHECKING:
    from relay.policy.cases import Analyze, Outcome
    from relay.policy.diff import Replay
    from relay.policy.engine import Engine, Explanation
    from relay.policy.model import Policy
    from relay.types import Segment

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

_Json = Annotated[bool, typer.Option("--json", help="For machines.")]
_PolicyFile = Annotated[Path, typer.Option("--policy", help="Policy file.")]


@app.command()
def lint(
    files: Annotated[list[Path], typer.Argument(help="Policy files.")],
    as_json: _Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> None:
    """Check policy files: errors, rules that never matter, exemptions that are never reached, types nobody finds."""
    from relay import build
    from relay.detect.taxonomy import ENTITY_TYPES
    from relay.policy.lint import Severity
    from relay.policy.lint import lint as find
    from relay.policy.loader import load_layers, merged

    recognized = {*build.sources(), *_MODEL_TYPES}
    rows: list[dict[str, object]] = []
    failed = False
    for file in files:
        try:
            layers = load_layers(file)
            findings = find(layers, ENTITY_TYPES, recognized)
        except ConfigFault as fault:
            failed = True
            for line in fault.public.splitlines():
                rows.append({"file": str(file), "severity": "error", "code": "invalid", "message": line})
                _say(line, as_json)
            continue
        for finding in findings:
            failed = failed or strict or finding.severity is Severity.ERROR
            rows.append({key: getattr(finding, key) for key in finding.__slots__})
            _say(str(finding), as_json)
        if not findings:
            _say(f"{file}: nothing to say; digest {merged(layers).digest}", as_json)
    if as_json:
        typer.echo(json.dumps(rows))
    raise typer.Exit(1 if failed else 0)


@app.command()
def show(
    policy: _PolicyFile = Path("policies/default.yaml"),
) -> None:
    """Show a policy merged with what it extends, each part with the file it is from."""
    from relay.policy.loader import load_layers
    from relay.policy.merge import show as write

    layers = load_layers(policy)
    typer.echo(write((layer.document.file, layer.policy) for layer in layers), nl=False)


@app.command()
def schema() -> None:
    """Show the JSON Schema of the policy language, for editors."""
    from relay.policy.schema import schema_text

    typer.echo(schema_text(), nl=False)


@app.command("test")
def run_tests(
    directory: Annotated[Path, typer.Argument(help="Folder with policies and their .test.yaml, or one such file.")],
    as_json: _Json = False,
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
        policy = _load(policy_file)
        outcomes = run(cases, document, _engine(policy), _analyze(policy))
        for outcome in outcomes:
            passed, failed = passed + outcome.passed, failed + (not outcome.passed)
            rows.append(_outcome(file, outcome))
            for failure in outcome.failures:
                _say(f"{file}:{outcome.line}: {outcome.name}: {failure}", as_json)
        good = sum(outcome.passed for outcome in outcomes)
        _say(f"{file}: {good} of {len(outcomes)} cases hold; policy digest {policy.digest}", as_json)
    if as_json:
        typer.echo(json.dumps({"passed": passed, "failed": failed, "cases": rows}))
    raise typer.Exit(1 if failed else 0)


def _outcome(file: Path, outcome: Outcome) -> dict[str, object]:
    return {"file": str(file), "line": outcome.line, "name": outcome.name, "failures": list(outcome.failures)}


@app.command()
def explain(
    request: Annotated[
        Path | None, typer.Argument(help="A request as JSON, or a text; none or - is standard input.")
    ] = None,
    policy: _PolicyFile = Path("policies/default.yaml"),
    client: Annotated[str | None, typer.Option(help="Name of the client that asks.")] = None,
    no_local: Annotated[bool, typer.Option("--no-local", help="As if no local upstream were there.")] = False,
    as_json: _Json = False,
) -> None:
    """Show what policy does with one request: each entity's type, rule and action, and the route with its reasons.

    Values are shown on a terminal only. Exit status 1 when policy refuses the request.
    """
    from relay.types import RouteKind

    data = sys.stdin.buffer.read() if request is None or str(request) == "-" else _read(request)
    segments, model = _segments(data)
    loaded = _load(policy)
    engine = _engine(loaded)
    explanation = engine.explain(
        segments,
        _analyze(loaded)(segments),
        decision_id="explain",
        available={RouteKind.FRONTIER} if no_local else set(RouteKind),
        client=client,
        model=model,
    )
    if as_json:
        typer.echo(json.dumps(_explained(segments, explanation)))
    else:
        _show(segments, explanation, engine)
    raise typer.Exit(1 if explanation.decision.blocked else 0)


def _explained(segments: Sequence[Segment], explanation: Explanation) -> dict[str, object]:
    """Return an explanation without a value: places, types, actions and reasons."""
    decision = explanation.decision
    return {
        "policy": decision.policy,
        "route": decision.route,
        "data_classes": decision.data_classes,
        "reasons": decision.reasons,
        "blocked": [{"rule": rule, "subject": subject} for rule, subject in decision.blocked],
        "spans": [
            {
                "pointer": segment.pointer,
                "start": item.span.start,
                "end": item.span.end,
                "entity_type": item.span.entity_type,
                "score": round(item.span.score, 4),
                "recognizer": item.span.recognizer,
                "action": item.action,
                "rule": item.rule,
            }
            for segment, row in zip(segments, decision.actions, strict=True)
            for item in row
        ],
    }


def _show(segments: Sequence[Segment], explanation: Explanation, engine: Engine) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    decision = explanation.decision
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"policy  {engine.policy.title or 'untitled'}, digest {decision.policy}", markup=False)
    console.print(f"route   {decision.route}{', refused' if decision.blocked else ''}", markup=False)
    for reason in decision.reasons:
        console.print(f"        {reason}", markup=False)
    if console.is_terminal:
        for evidence in explanation.evidence:
            if evidence.words:
                console.print(f"        {evidence.data_class} words: {', '.join(evidence.words)}", markup=False)
    for rule, subject in decision.blocked:
        console.print(f"refused by {rule} ({subject})", markup=False)
    columns = ["place", "type", "score", "action", "rule", *(["value"] if console.is_terminal else [])]
    table = Table(*columns, box=None, pad_edge=False)
    for segment, row in zip(segments, decision.actions, strict=True):
        for item in row:
            span = item.span
            cells = [
                f"{segment.pointer or '/'} {span.start}-{span.end}",
                span.entity_type,
                f"{span.score:.2f}",
                item.action.value,
                item.rule,
            ]
            if console.is_terminal:
                cells.append(segment.text[span.start : span.end])
            table.add_row(*(Text(_printable(cell)) for cell in cells))
    console.print(table)


@app.command()
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


@app.command()
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


@app.command("check-log")
def check_log(
    log: Annotated[Path, typer.Argument(help="Decision log: JSON lines with a hash chain.")],
) -> None:
    """Check that no line of a decision log was changed, taken out, put in or moved."""
    from relay.policy.record import check_chain

    lines = _read(log).decode("utf-8", "replace").splitlines()
    count, head = check_chain(lines, str(log))
    typer.echo(f"{log}: the chain holds; {count} records in its last part, head {head}")


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Policy file as it is.")],
    new: Annotated[Path, typer.Argument(help="Policy file as it would be.")],
    corpus: Annotated[
        Path | None,
        typer.Option("--corpus", help='Requests to replay: one JSON a line, {"text": …} or a request body.'),
    ] = None,
    price: Annotated[
        float | None, typer.Option("--price", help="Price of a million input tokens, to compare costs.")
    ] = None,
    as_json: _Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when anything became weaker.")] = False,
) -> None:
    """Show what a change of policy changes: on paper, and replayed over a corpus."""
    import dataclasses

    from relay.detect.taxonomy import ENTITY_TYPES
    from relay.policy.diff import compare, replay

    before, after = _load(old), _load(new)
    paper = compare(before, after, ENTITY_TYPES)
    result = replay(_corpus(corpus), _engine(before), _engine(after), _analyze(after)) if corpus else None
    if as_json:
        tree: dict[str, object] = {"paper": dataclasses.asdict(paper)}
        if result:
            tree["replay"] = {item.name: _listed(getattr(result, item.name)) for item in dataclasses.fields(result)}
            tree["cost"] = result.cost(price) if price is not None else None
        typer.echo(json.dumps(tree))
    else:
        typer.echo(f"digest {paper.old} becomes {paper.new}")
        for change in (*paper.settings, *paper.entries, *paper.paths):
            mark = "weaker" if change.weaker else "      "
            typer.echo(f"{mark}  {change.what}: {change.before} becomes {change.after}")
        if result:
            _show_replay(result, price)
    raise typer.Exit(1 if strict and (paper.weaker or (result is not None and result.weaker)) else 0)


def _listed(value: Any) -> Any:
    """Return a counter as rows; JSON has no keys of several parts."""
    return [[*key, count] for key, count in sorted(value.items())] if isinstance(value, dict) else value


def _show_replay(result: Replay, price: float | None) -> None:
    typer.echo(f"{result.requests} requests replayed: {result.changed} otherwise, {result.weaker} of them weaker")
    for title, counter in (("route", result.routes), ("end", result.refusals)):
        for (before, after), count in sorted(counter.items()):
            typer.echo(f"  {title}: {before} becomes {after}: {count}")
    for title, counts in (("class", result.classes), ("type", result.actions)):
        for (name, before, after), count in sorted(counts.items()):
            typer.echo(f"  {title} {name}: {before} becomes {after}: {count}")
    sent = result.frontier_characters
    typer.echo(f"  characters to a provider: {sent[0]} becomes {sent[1]}")
    if price is not None:
        typer.echo("  cost of them: {:.4f} becomes {:.4f}".format(*result.cost(price)))


def _corpus(path: Path) -> Iterator[tuple[Segment, ...]]:
    """Yield the segments of each line's request. A line with a `text` and no messages is a user's message."""
    from relay.types import Role, Segment

    for number, line in enumerate(_read(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            tree = json.loads(line)
        except (ValueError, RecursionError):
            tree = None
        if not isinstance(tree, dict):
            raise ConfigFault(f"{path}:{number}: is no JSON object")
        if isinstance(tree.get("text"), str):
            yield (Segment(pointer="/text", text=tree["text"], role=Role.USER, message=0),)
        else:
            yield tuple(_walk(tree))


@app.command()
def report(
    policy: _PolicyFile = Path("policies/default.yaml"),
    html: Annotated[bool, typer.Option("--html", help="One HTML page instead of Markdown.")] = False,
    key: Annotated[Path | None, typer.Option("--key", help="Public key that must have signed it.")] = None,
) -> None:
    """Write an auditor's report to standard output: settings, rules, coverage of HIPAA, GDPR and PCI items, tests."""
    from relay import build
    from relay.detect.taxonomy import ENTITY_TYPES
    from relay.policy import signing
    from relay.policy.cases import SUFFIX, load_cases, run
    from relay.policy.lint import lint as find
    from relay.policy.loader import load_layers, merged
    from relay.policy.report import report as write
    from relay.policy.report import to_html, to_markdown

    layers = load_layers(policy)
    whole = merged(layers)
    recognized = {*build.sources(), *_MODEL_TYPES}
    signature = "not checked: no public key was given"
    if key is not None:
        public = signing.read_public_key(key)
        signing.load_signed(policy, public)
        signature = f"valid, by key {signing.key_id(public)}"
    outcomes = None
    test_file = policy.with_name(policy.name.removesuffix(".yaml") + SUFFIX)
    if test_file.is_file():
        cases, document, _ = load_cases(test_file)
        outcomes = run(cases, document, _engine(whole), _analyze(whole))
    blocks = write(
        layers,
        ENTITY_TYPES,
        recognized,
        findings=find(layers, ENTITY_TYPES, recognized),
        outcomes=outcomes,
        signature=signature,
    )
    typer.echo(to_html(blocks) if html else to_markdown(blocks), nl=False)
    raise typer.Exit(0 if outcomes is None or all(item.passed for item in outcomes) else 1)


def _printable(text: str) -> str:
    """Return the first 80 characters of `text`, none of which a terminal would take for a command."""
    shown = "".join(character if character.isprintable() else "\N{MIDDLE DOT}" for character in text[:80])
    return shown + ("\N{HORIZONTAL ELLIPSIS}" if len(text) > 80 else "")


# -------------------------------------------------------------------------------------------------------------- inputs


def _segments(data: bytes) -> tuple[tuple[Segment, ...], str | None]:
    """Return the segments of a request body, or of a plain text, and the model it asks for."""
    from relay.types import Segment

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigFault(f"the request is not UTF-8: byte {error.start} cannot be decoded") from None
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        return (Segment(pointer="", text=text),), None
    model = tree.get("model")
    return tuple(_walk(tree)), model if isinstance(model, str) else None


def _walk(tree: dict[str, Any]) -> Iterator[Segment]:
    from relay.types import Role, Segment

    messages = tree.get("messages")
    for rank, message in enumerate(messages if isinstance(messages, list) else ()):
        role = message.get("role") if isinstance(message, dict) else None
        speaker = Role(role) if role in set(Role) else Role.OTHER
        content = {key: value for key, value in message.items() if key != "role"} if isinstance(message, dict) else {}
        for pointer, text in _leaves(content, f"/messages/{rank}"):
            yield Segment(pointer=pointer, text=text, role=speaker, message=rank)
    for key, value in tree.items():
        if key not in ("messages", "model"):
            role = {"system": Role.SYSTEM, "instructions": Role.SYSTEM, "input": Role.USER, "prompt": Role.USER}.get(
                key
            )
            for pointer, text in _leaves(value, f"/{key}"):
                yield Segment(pointer=pointer, text=text, role=role or Role.OTHER, contract=key == "tools")


def _leaves(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield pointer, value
    children: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        children = ((key, item) for key, item in value.items() if key != "type")
    elif isinstance(value, list):
        children = enumerate(value)
    for key, item in children:
        yield from _leaves(item, f"{pointer}/{key}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigFault(f"{path}: cannot be read: {error.strerror}") from None


# ------------------------------------------------------------------------------------------------------------- building


def _load(path: Path) -> Policy:
    from relay import build

    return build.read_policy(path)


def _engine(policy: Policy) -> Engine:
    from relay import build

    return build.engine(policy)


def _analyze(policy: Policy) -> Analyze:
    from relay import build

    analyzer = build.analyzer(policy)
    return analyzer.analyze


# What the NER model reports, as its labels say (ner_models/README.md). No recognizer declares them.
_MODEL_TYPES = frozenset(
    {
        "AGE",
        "DATE_TIME",
        "ID_NUMBER",
        "LOCATION",
        "NRP",
        "ORGANIZATION",
        "PASSWORD",
        "PERSON",
        "STREET_ADDRESS",
        "USERNAME",
    }
)


def _say(line: str, as_json: bool) -> None:
    if not as_json:
        typer.echo(line)
