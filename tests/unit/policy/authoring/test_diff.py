"""What a change of policy changes: on paper and over a corpus."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relay.detect.taxonomy import ENTITY_TYPES
from relay.doors.cli.policy import app
from relay.policy.authoring.cases import Analyze
from relay.policy.authoring.diff import Paper, compare, replay
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.policy.model import Policy
from relay.types import Role, RouteKind, Segment

SSN = "rules: [{entity: US_SSN, action: %s, why: w}]"


def policy(text: str) -> Policy:
    return parse(f"version: 1\n{text}", "p.yaml")


def paper(old: str, new: str) -> Paper:
    return compare(policy(old), policy(new), ENTITY_TYPES)


# (old, new, what is said; an exclamation mark where it is weaker)
PAPER = [
    ("", "title: other", []),
    ("default: {local: mask}", "default: {local: mask}\nrules: []", []),
    ("prefer: local", "", ["!prefer: local becomes frontier"]),
    ("", "prefer: local", ["prefer: frontier becomes local"]),
    ("", "restore: {urls: true}", ["!restore.urls: False becomes True"]),
    ("", "opaque: {files: drop}", ["!opaque.files: refuse becomes drop"]),
    ("unknown_fields: drop", "unknown_fields: refuse", ["unknown_fields: drop becomes refuse"]),
    ("restore: {tools: []}", "restore: {tools: [b, a]}", ["!restore.tools: none becomes a, b"]),
    (
        "rules: [{entity: US_SSN, on: frontier, action: mask}]",
        "rules: [{entity: US_SSN, on: frontier, action: redact}]",
        [
            "rule US_SSN:mask@frontier: there becomes gone",
            "rule US_SSN:redact@frontier: not there becomes there",
            "US_SSN on frontier: mask (US_SSN:mask@frontier) becomes redact (US_SSN:redact@frontier)",
        ],
    ),
    (
        "rules: [{entity: US_SSN, on: frontier, action: mask}]",
        "",
        [
            "rule US_SSN:mask@frontier: there becomes gone",
            "!US_SSN on frontier: mask (US_SSN:mask@frontier) becomes placeholder (default.frontier)",
        ],
    ),
    (
        "trade_secrets: {code_names: [heron, wren]}",
        "trade_secrets: {code_names: wren, markers: internal}",
        ["trade_secrets.markers: none becomes internal", "!trade_secrets.code_names: heron, wren becomes wren"],
    ),
    ("rules: [{class: PHI, require: local}]", "", ["!rule class=PHI:local: there becomes gone"]),
    ("rules: [{clients: hr, entity: PERSON, action: mask}]", "", ["!rule PERSON client=hr:mask: there becomes gone"]),
    (
        "",
        "exemptions: [{entity: US_SSN, match: x, on: frontier, action: keep, why: w}]",
        [
            "!exemption US_SSN:keep@frontier: not there becomes there",
            "!US_SSN on frontier: placeholder (default.frontier) becomes keep (exempt US_SSN:keep@frontier)",
        ],
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), PAPER)
def test_what_differs_on_paper_and_what_of_it_is_weaker(old: str, new: str, said: list[str]) -> None:
    """Settings, entries and the mildest path of each type."""
    found = paper(old, new)
    changes = (*found.settings, *found.entries, *found.paths)
    assert [f"{'!' * change.weaker}{change.what}: {change.before} becomes {change.after}" for change in changes] == said
    assert found.weaker is any(line.startswith("!") for line in said)
    assert (found.old == found.new) is (not said)


CORPUS = [
    "SSN 536-90-4399",
    "Maria Gonzalez was diagnosed with asthma",
    "charge 4111 1111 1111 1111",
    "nothing here",
]


def _corpus() -> list[tuple[Segment, ...]]:
    return [(Segment(pointer="", text=text, role=Role.USER, message=0),) for text in CORPUS]


def test_a_replay_counts_what_differs(analyze: Analyze) -> None:
    """Types, classes, routes, refusals and what reaches a provider; a request that is refused costs nothing."""
    old = Engine(policy("rules: [{entity: US_SSN, action: block}]"), ENTITY_TYPES)
    new = Engine(policy("rules: [{class: PHI, require: local}, {entity: CREDIT_CARD, action: mask}]"), ENTITY_TYPES)
    result = replay(_corpus(), old, new, analyze)
    assert (result.requests, result.changed, result.weaker) == (4, 3, 1)
    assert result.weaker_requests == [1]
    assert dict(result.routes) == {("frontier", "local"): 1}
    assert dict(result.refusals) == {("refused", "frontier"): 1}
    assert dict(result.classes) == {("PHI", "frontier", "local"): 1, ("PII", "frontier", "local"): 1}
    assert dict(result.actions) == {
        ("US_SSN", "block on frontier", "placeholder on frontier"): 1,
        ("PERSON", "placeholder on frontier", "keep on local"): 1,
        ("CREDIT_CARD", "placeholder on frontier", "mask on frontier"): 1,
    }
    lengths = [len(text) for text in CORPUS]
    assert result.frontier_characters == (sum(lengths) - lengths[0], sum(lengths) - lengths[1])
    assert result.cost(4.0) == pytest.approx(tuple(size / 1_000_000 for size in result.frontier_characters))


@pytest.mark.parametrize(
    ("old", "new", "available", "weaker"),
    [
        ("rules: [{class: PHI, require: local}]", "", (RouteKind.FRONTIER,), 1),
        ("", "rules: [{class: PHI, require: local}]", (RouteKind.FRONTIER,), 0),
        ("prefer: local", "", tuple(RouteKind), 4),
        ("", "prefer: local", tuple(RouteKind), 0),
        ("rules: [{entity: US_SSN, on: frontier, action: block}]", "prefer: local", tuple(RouteKind), 0),
        ("rules: [{entity: US_SSN, on: frontier, action: block}]", "", tuple(RouteKind), 1),
        ("default: {frontier: mask}", "default: {frontier: placeholder}", tuple(RouteKind), 3),
    ],
)
def test_weaker_is_what_lets_more_out(
    old: str, new: str, available: tuple[RouteKind, ...], weaker: int, analyze: Analyze
) -> None:
    """No refusal any more, a route further out, or a milder action on the same route; never the other way."""
    engines = (Engine(policy(text), ENTITY_TYPES) for text in (old, new))
    assert replay(_corpus(), *engines, analyze, available).weaker == weaker


def test_the_command_shows_both_and_fails_on_weaker_when_strict(tmp_path: Path) -> None:
    """Text, JSON and the status for scripts; no value of the corpus in either."""
    canary = "canary@example.org"
    (tmp_path / "old.yaml").write_text("version: 1\nmodel: none\ndefault: {frontier: mask}\n", encoding="utf-8")
    (tmp_path / "new.yaml").write_text("version: 1\nmodel: none\n", encoding="utf-8")
    lines = [{"text": f"mail {canary}"}, {"messages": [{"role": "user", "content": f"to {canary}"}]}]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, lines)) + "\n\n", encoding="utf-8")
    arguments = [
        "diff",
        str(tmp_path / "old.yaml"),
        str(tmp_path / "new.yaml"),
        "--corpus",
        str(corpus),
        "--price",
        "3",
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "weaker  default.frontier: mask becomes placeholder" in result.stdout
    assert "2 requests replayed: 2 otherwise, 2 of them weaker" in result.stdout
    assert "type EMAIL_ADDRESS: mask on frontier becomes placeholder on frontier: 2" in result.stdout
    machine = CliRunner().invoke(app, [*arguments, "--json", "--strict"])
    assert machine.exit_code == 1
    assert json.loads(machine.stdout)["replay"]["actions"] == [
        ["EMAIL_ADDRESS", "mask on frontier", "placeholder on frontier", 2]
    ]
    assert canary not in result.stdout + machine.stdout


def test_a_corpus_line_that_is_no_request_is_named(tmp_path: Path) -> None:
    """File and line."""
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\nmodel: none\n", encoding="utf-8")
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"text": "x"}\n[1]\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["diff", str(path), str(path), "--corpus", str(corpus)])
    assert f"{corpus}:2: is no JSON object" in str(result.exception)
