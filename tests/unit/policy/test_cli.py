"""`relay policy` as its users see it: exit status, text, JSON, and no value where no terminal is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relay.detect.taxonomy import ENTITY_TYPES
from relay.doors.cli.policy import app
from relay.errors import ConfigFault
from relay.policy.loader import load, parse
from relay.policy.schema import schema_text

# Patterns only: quick, and the same on every machine.
POLICY = """version: 1
model: none
rules:
  - {class: PCI, require: local, why: w}
  - {entity: EMAIL_ADDRESS, roles: tool, action: block, why: w}
"""
CANARY = "maria.canary@example.org"
ALL = ", ".join(sorted({f"{name[0]}*" for name in ENTITY_TYPES}))
GEMINI = "/v1beta/models/model:generateContent"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "p.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return path


def call(*arguments: object, text: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(item) for item in arguments], input=text)
    if isinstance(result.exception, ConfigFault):
        raise result.exception
    return result.exit_code, result.stdout


def test_lint_is_content_with_a_good_policy(policy: Path) -> None:
    """No findings is status 0."""
    status, out = call("lint", policy)
    assert (status, "no findings; digest" in out) == (0, True)


@pytest.mark.parametrize(
    ("text", "options", "status", "shown"),
    [
        ("version: 1\nrules: [{entity: US_SSN, action: block}]", [], 0, ":2:9: warning: US_SSN:block does not say why"),
        ("version: 1\nrules: [{entity: US_SSN, action: block}]", ["--strict"], 1, "[no-why]"),
        ("version: 1\nrules: [{entity: US_SNN, action: block, why: w}]", [], 1, 'did you mean "US_SSN"?'),
        ("version: 1\nrule: []", [], 1, ':2:1: unknown key "rule"; did you mean "rules"?'),
        ("version: 1\nstyle: angle", [], 1, ':2:8: style: "angle" is not known; expected bracketed'),
        ('version: 1\nextends: "a\\0b"', [], 1, ":2:10: extends: "),
        (
            f"version: 1\nmodel: none\nexemptions:\n  - {{entity: [{ALL}], on: frontier, action: keep, why: w}}",
            [],
            1,
            ":4:5: error: exemptions: this policy would let everything through",
        ),
    ],
)
def test_lint_fails_on_errors_and_on_warnings_when_strict(
    text: str, options: list[str], status: int, shown: str, tmp_path: Path
) -> None:
    """Status 1 for errors; warnings are shown, and count with --strict."""
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    found, out = call("lint", path, *options)
    assert found == status
    assert shown in out
    machine = json.loads(call("lint", path, *options, "--json")[1])
    assert {row["severity"] for row in machine} <= {"error", "warning"}
    assert machine


@pytest.mark.parametrize("command", ["show", "explain", "report", "diff"])
@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("version: 1\nmodel: none\nstyle: angle", r":3:8: style: .* expected bracketed"),
        ('version: 1\nextends: "a\\0b"', r":2:10: extends: "),
    ],
)
def test_every_command_says_what_is_wrong(command: str, text: str, complaint: str, tmp_path: Path) -> None:
    """A name that does not exist, and a file that no file is called, have their place whoever reads the policy."""
    path = tmp_path / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    arguments = [path, path] if command == "diff" else ["--policy", path]
    with pytest.raises(ConfigFault, match=complaint):
        call(command, *arguments, text="hello")


def test_test_runs_the_cases_beside_a_policy(policy: Path) -> None:
    """Status 1 and the place when a case does not hold, 0 when all do."""
    cases = policy.with_name("p.test.yaml")
    cases.write_text(
        f"cases:\n  - name: mail\n    text: to {CANARY}\n    expect: {{entities: {{EMAIL_ADDRESS: mask}}}}\n", "utf-8"
    )
    status, out = call("test", policy.parent)
    assert status == 1
    assert f"{cases}:2: mail: EMAIL_ADDRESS: expected mask, got placeholder" in out
    assert "0 of 1 cases hold" in out
    cases.write_text(cases.read_text("utf-8").replace("mask", "placeholder"), "utf-8")
    status, out = call("test", cases, "--json")
    assert (status, json.loads(out)["passed"], json.loads(out)["failed"]) == (0, 1, 0)
    assert CANARY not in out


def test_test_says_when_there_is_nothing_to_run(tmp_path: Path) -> None:
    """An empty folder is a mistake, not a success."""
    with pytest.raises(ConfigFault, match=r"no file here ends with \.test\.yaml"):
        call("test", tmp_path)


def test_explain_shows_type_rule_action_and_route_without_values(policy: Path) -> None:
    """Piped output names everything but the value."""
    body = {"model": "m", "messages": [{"role": "user", "content": f"mail {CANARY} now"}]}
    status, out = call("explain", "--policy", policy, text=json.dumps(body))
    assert status == 0
    for shown in ("route   frontier", "/messages/0/content 5-29", "EMAIL_ADDRESS", "placeholder", "default.frontier"):
        assert shown in out
    assert CANARY not in out
    status, out = call("explain", "--policy", policy, "--json", text=json.dumps(body))
    (span,) = json.loads(out)["spans"]
    assert (span["pointer"], span["start"], span["end"], span["rule"]) == (
        "/messages/0/content",
        5,
        29,
        "default.frontier",
    )
    assert span["counts_for"] == ["PII"]
    assert json.loads(out)["evidence"] == [
        {"class": "PII", "types": ["EMAIL_ADDRESS"], "lexicon": "", "words": 0, "passages": []}
    ]
    assert CANARY not in out


@pytest.mark.parametrize(
    ("body", "options", "status", "refused"),
    [
        ("card 4111 1111 1111 1111", [], 0, []),
        ("card 4111 1111 1111 1111", ["--no-local"], 1, [{"rule": "class=PCI:local", "subject": "PCI"}]),
        (
            json.dumps({"messages": [{"role": "tool", "content": [{"type": "text", "text": CANARY}]}]}),
            [],
            1,
            [{"rule": "EMAIL_ADDRESS role=tool:block", "subject": "EMAIL_ADDRESS"}],
        ),
        (json.dumps({"system": CANARY}), [], 0, []),
    ],
)
def test_explain_ends_with_status_1_when_policy_refuses(
    body: str, options: list[str], status: int, refused: list[dict[str, str]], policy: Path, tmp_path: Path
) -> None:
    """A text or a request in a file: the decision, and the status for scripts."""
    request = tmp_path / "request.json"
    request.write_text(body, encoding="utf-8")
    found, out = call("explain", "--policy", policy, request, "--json", *options)
    assert (found, json.loads(out)["blocked"]) == (status, refused)


def test_explain_shows_what_conditions_read(tmp_path: Path) -> None:
    """Only those that a rule asks for, by their keys: why a rule about a language did not hold can be seen."""
    path = tmp_path / "p.yaml"
    path.write_text(
        "version: 1\nmodel: none\nrules:\n"
        "  - {languages: de, max_tokens: 9, prefer: local, why: w}\n  - {clients: hr, require: local, why: w}\n",
        encoding="utf-8",
    )
    text = "Please write a short text about the weather"
    out = call("explain", "--policy", path, "--json", "--client", "desktop", text=text)[1]
    assert json.loads(out)["conditions"] == {"clients": "desktop", "languages": "en", "max_tokens": "10"}
    assert "asked   languages: en\n" in call("explain", "--policy", path, text=text)[1]


@pytest.mark.parametrize(
    ("body", "options", "path", "pointer"),
    [
        ({"messages": [{"role": "user", "content": CANARY}]}, [], "/v1/chat/completions", "/messages/0/content"),
        ({"system": CANARY, "messages": []}, [], "/v1/messages", "/system"),
        (
            {"contents": [{"parts": [{"text": CANARY}]}]},
            [],
            "/v1beta/models/model:generateContent",
            "/contents/0/parts/0/text",
        ),
        ({"input": CANARY}, [], "/v1/responses", "/input"),
        ({"input": CANARY}, ["--path", "/v1/embeddings"], "/v1/embeddings", "/input"),
        ({"prompt": CANARY}, [], "/v1/completions", "/prompt"),
    ],
)
def test_explain_reads_a_request_as_it_will_be_read(
    body: dict[str, object], options: list[str], path: str, pointer: str, policy: Path
) -> None:
    """By the format that serves the path, which the keys of the body give away where nobody says it."""
    out = json.loads(call("explain", "--policy", policy, "--json", *options, text=json.dumps(body))[1])
    assert (out["read_as"], [span["pointer"] for span in out["spans"]]) == (path, [pointer])


def test_explain_names_what_nobody_can_inspect(policy: Path) -> None:
    """An image is refused by opaque.images, which is a refusal of the request."""
    parts = [{"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]
    body = json.dumps({"messages": [{"role": "user", "content": parts}]})
    status, out = call("explain", "--policy", policy, "--json", text=body)
    (found,) = json.loads(out)["opaque"]
    assert (status, found["key"], found["handling"]) == (1, "opaque.images", "refuse")
    assert "(opaque.images)" in call("explain", "--policy", policy, text=body)[1]


def test_explain_knows_the_operators_own_recognizers(tmp_path: Path) -> None:
    """What `relay serve` would find and what a policy may name, in every command that finds or names types."""
    own, policy = tmp_path / "own.yaml", tmp_path / "p.yaml"
    own.write_text("patterns:\n  - {entity: STAFF_NUMBER, regex: 'E-\\d{6}'}\n", encoding="utf-8")
    policy.write_text(
        "version: 1\nmodel: none\nrules: [{entity: STAFF_NUMBER, action: redact, why: w}]\n", encoding="utf-8"
    )
    out = json.loads(call("explain", "--policy", policy, "--recognizers", own, "--json", text="ask E-123456")[1])
    assert [(span["entity_type"], span["action"]) for span in out["spans"]] == [("STAFF_NUMBER", "redact")]
    assert call("lint", policy, "--recognizers", own, "--strict")[0] == 0
    with pytest.raises(ConfigFault, match='no recognizer finds the type "STAFF_NUMBER"'):
        call("explain", "--policy", policy, text="ask E-123456")


def test_lint_shows_the_weakest_path_of_each_type(policy: Path) -> None:
    """What at the mildest can happen to it, and what allows that."""
    out = call("lint", policy, "--paths")[1]
    assert "  PERSON: placeholder (default.frontier)\n" in out
    assert "  LOCATION: keep (off)\n" in out


def test_explain_sends_no_command_to_the_terminal(policy: Path) -> None:
    """A key of the request may hold an escape sequence; it is shown as dots, and long text is cut."""
    body = {"messages": [{"role": "user", "x\x1b[2Jy": f"{CANARY}", "z" * 200: CANARY}]}
    _, out = call("explain", "--policy", policy, text=json.dumps(body))
    assert "\x1b" not in out
    assert "x·[2Jy" in out
    assert "z" * 100 not in out


def test_a_request_that_cannot_be_read_is_one_line(policy: Path, tmp_path: Path) -> None:
    """A missing file and bytes that are no text."""
    with pytest.raises(ConfigFault, match=r"none\.json: cannot be read"):
        call("explain", "--policy", policy, tmp_path / "none.json")
    broken = tmp_path / "broken.json"
    broken.write_bytes(b"{\xff")
    with pytest.raises(ConfigFault, match="the request is not UTF-8: byte 1"):
        call("explain", "--policy", policy, broken)


def test_show_and_schema_print_what_the_library_says(policy: Path) -> None:
    """`show` can be read back; `schema` is what is published."""
    status, out = call("show", "--policy", policy)
    assert (status, parse(out, "shown").digest) == (0, load(policy).digest)
    assert call("schema") == (0, schema_text())
    tree = json.loads(call("show", "--policy", policy, "--json")[1])
    assert (tree["digest"], tree["policy"]["model"]) == (load(policy).digest, "none")


def test_importing_the_commands_imports_nothing_heavy() -> None:
    """`relay --help` is quick: pydantic, yaml and the detectors come when a command runs."""
    code = (
        "import sys, relay.doors.cli.policy\n"
        "print(sorted({'pydantic', 'yaml', 'hyperscan', 'onnxruntime'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
