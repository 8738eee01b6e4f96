"""Test files of policies: what they may say, and that a case fails when anything it expects does not hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay.detect.taxonomy import ENTITY_TYPES
from relay.errors import ConfigFault
from relay.policy.authoring.cases import Analyze, CaseFile, load_cases, run
from relay.policy.engine import Engine
from relay.policy.loader import parse, validate_as
from relay.strict_yaml import read_document

POLICY = """version: 1
rules:
  - {entity: US_SSN, action: redact, why: w}
  - {class: PCI, require: local, why: w}
exemptions:
  - {entity: EMAIL_ADDRESS, match: "*@example.com", on: frontier, action: keep, why: w}
"""
TEXT = "text: SSN 536-90-4399 of Maria Gonzalez"

# (case, failures)
CASES = [
    (f"{TEXT}\n    expect: {{route: frontier, blocked: false}}", []),
    (f"{TEXT}\n    expect: {{route: local}}", ["route: expected local, got frontier"]),
    (f"{TEXT}\n    expect: {{blocked: true}}", ["blocked: expected yes, got no"]),
    (
        "text: 4111 1111 1111 1111\n    available: [frontier]\n    expect: {blocked: false}",
        ["blocked: expected no, got yes: class=PCI:local (PCI)"],
    ),
    (f"{TEXT}\n    expect: {{classes: [PII, NPI]}}", []),
    (f"{TEXT}\n    expect: {{classes: [PII]}}", ["classes: expected PII, got NPI, PII"]),
    (f"{TEXT}\n    expect: {{classes: []}}", ["classes: expected none, got NPI, PII"]),
    (f"{TEXT}\n    expect: {{entities: {{US_SSN: redact, PERSON: placeholder}}}}", []),
    (f"{TEXT}\n    expect: {{entities: {{US_SSN: mask}}}}", ["US_SSN: expected mask, got redact"]),
    (
        "text: a@example.org and b@example.com\n    expect: {entities: {EMAIL_ADDRESS: placeholder}}",
        ["EMAIL_ADDRESS: expected placeholder, got keep, placeholder"],
    ),
    (f"{TEXT}\n    expect: {{entities: {{IBAN_CODE: mask}}}}", ["IBAN_CODE: expected mask, got no such entity"]),
    (f"{TEXT}\n    expect: {{absent: [536-90-4399, Gonzalez]}}", []),
    (f"{TEXT}\n    expect: {{absent: [Maria, SSN]}}", ["absent[1]: the text (3 characters) is still there"]),
    (f"{TEXT}\n    expect: {{present: ['SSN ', ' of ']}}", []),
    (f"{TEXT}\n    expect: {{present: [Maria]}}", ["present[0]: the text (5 characters) is gone"]),
    (
        "messages: [{role: system, content: hi}, {content: m@example.org}]\n    expect: {absent: [m@example.org]}",
        [],
    ),
]


@pytest.mark.parametrize(("case", "failures"), CASES)
def test_a_case_fails_for_what_does_not_hold(case: str, failures: list[str], analyze: Analyze) -> None:
    """Each expectation is looked at, and its failure names sizes, types and actions, never the text."""
    document = read_document(f"cases:\n  - name: n\n    {case}\n", "p.test.yaml")
    engine = Engine(parse(POLICY, "p.yaml"), ENTITY_TYPES)
    (outcome,) = run(validate_as(document, CaseFile), document, engine, analyze)
    assert list(outcome.failures) == failures
    assert outcome.passed is not bool(failures)
    assert outcome.line == 2


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "t.yaml: is empty"),
        ("cases: []", "t.yaml:1:8: cases: expected at least one, found a list"),
        ("case: []", 't.yaml:1:1: the key "cases" is missing'),
        ("cases:\n  - {name: n, text: x}", 't.yaml:2:5: the key "expect" is missing'),
        (
            "cases:\n  - {name: n, text: x, expect: {}}",
            "t.yaml:2:32: expect: a case without an expectation proves nothing",
        ),
        ("cases:\n  - {name: n, expect: {route: local}}", "t.yaml:2:5: cases: a case has either a text or messages"),
        (
            "cases:\n  - {name: n, text: x, expect: {rout: local}}",
            't.yaml:2:33: unknown key "rout"; did you mean "route"?',
        ),
    ],
)
def test_a_wrong_test_file_is_refused_with_its_place(text: str, complaint: str, tmp_path: Path) -> None:
    """Test files are read as strictly as policies."""
    path = tmp_path / "t.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFault) as caught:
        load_cases(path)
    assert caught.value.public.splitlines()[0].removeprefix(f"{tmp_path}/") == complaint


def test_the_policy_of_a_test_file_is_its_namesake_or_the_one_it_names(tmp_path: Path) -> None:
    """`x.test.yaml` tests `x.yaml` beside it."""
    body = "cases:\n  - {name: n, text: x, expect: {route: local}}"
    path = tmp_path / "x.test.yaml"
    path.write_text(body, encoding="utf-8")
    assert load_cases(path)[2] == tmp_path / "x.yaml"
    path.write_text("policy: y.yaml\n" + body, encoding="utf-8")
    assert load_cases(path)[2] == tmp_path / "y.yaml"
