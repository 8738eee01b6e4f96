"""Lint says what is in vain or open, at its place, and nothing about a policy that means all it says."""

from __future__ import annotations

import pytest

from relay.detect.taxonomy import ENTITY_TYPES
from relay.policy.authoring.lint import lint
from relay.policy.authoring.weakest import weakest_paths
from relay.policy.loader import Layer, parse, validate
from relay.strict_yaml import read_document
from relay.types import Action, RouteKind

R = "version: 1\nrules:\n"
E = "version: 1\nexemptions:\n"
MAIL = "  - {entity: EMAIL_ADDRESS, match: '*@example.com', on: frontier, action: keep, why: w}\n"

# (what, policy, findings as "line code")
FINDINGS = [
    ("nothing", "version: 1", []),
    ("confidence without a preference", "version: 1\nconfidence: {escalate: true}", ["2 vain-confidence"]),
    ("confidence in some formats", "version: 1\nprefer: local\nconfidence: {escalate: true}", ["3 partly-judged"]),
    ("implied without a rule", "version: 1\nimplied: [PHI, NPI]", ["2 vain-implied", "2 vain-implied"]),
    ("implied with a rule", "version: 1\nimplied: PHI\nrules:\n  - {class: PHI, require: local, why: w}", []),
    (
        "a trade secret that the model finds",
        "version: 1\nimplied: TRADE_SECRET\nrules:\n  - {class: TRADE_SECRET, require: local, why: w}",
        [],
    ),
    ("confidence that is off", "version: 1\nconfidence: {threshold: 0.5}", []),
    ("a rule with a reason", R + "  - {entity: US_SSN, action: block, why: w}", []),
    ("a rule without a reason", R + "  - {entity: US_SSN, action: block}", ["3 no-why"]),
    ("a slip of the pen", R + "  - {entity: US_SNN, action: block, why: w}", ["3 dead-rule", "3 unknown-type"]),
    ("a slip beside a type", R + "  - {entity: [US_SSN, US_SNN], action: block, why: w}", ["3 unknown-type"]),
    ("a group that is none", R + "  - {group: MONEY, action: block, why: w}", ["3 dead-rule", "3 empty-group"]),
    ("what the floor does", R + "  - {entity: PERSON, action: placeholder, on: frontier, why: w}", ["3 dead-rule"]),
    ("the floor on one route only", R + "  - {entity: PERSON, action: placeholder, why: w}", []),
    ("a type that is off", R + "  - {entity: LOCATION, action: placeholder, on: frontier, why: w}", []),
    ("twice", R + "  - {entity: US_SSN, action: mask, why: w}\n" * 2, ["4 dead-rule"]),
    (
        "covered by a wildcard",
        R + "  - {entity: US_SSN, action: mask, why: w}\n  - {entity: 'US_*', action: redact, why: w}",
        ["3 dead-rule"],
    ),
    (
        "stricter than the wildcard",
        R + "  - {entity: US_SSN, action: redact, why: w}\n  - {entity: 'US_*', action: mask, why: w}",
        [],
    ),
    (
        "covered by a condition that may not hold",
        R + "  - {entity: US_SSN, action: mask, why: w}\n  - {entity: US_SSN, clients: hr, action: redact, why: w}",
        [],
    ),
    (
        "narrower in every way",
        R
        + "  - {entity: US_SSN, roles: [tool, user], min_score: 0.2, action: mask, why: w}\n"
        + "  - {entity: US_SSN, roles: tool, min_score: 0.5, clients: hr, on: local, action: mask, why: w}",
        ["4 dead-rule"],
    ),
    (
        "a required route and an action never cover each other",
        R + "  - {entity: US_SSN, action: block, why: w}\n  - {entity: US_SSN, require: local, why: w}",
        [],
    ),
    (
        "a required route that a wider one requires",
        R + "  - {entity: US_SSN, require: local, why: w}\n  - {entity: 'US_*', require: local, why: w}",
        ["3 dead-rule"],
    ),
    (
        "a preferred route that is required",
        R + "  - {class: PHI, prefer: local, why: w}\n  - {class: PHI, require: local, why: w}",
        ["3 dead-rule"],
    ),
    (
        "a required route that is preferred",
        R + "  - {class: PHI, require: local, why: w}\n  - {class: PCI, prefer: local, why: w}",
        [],
    ),
    (
        "a preference that the policy has",
        "version: 1\nprefer: local\nrules:\n  - {class: PHI, prefer: local, why: w}",
        ["4 dead-rule"],
    ),
    (
        "a class requires more than its types",
        R + "  - {class: PRIVILEGED, action: block, why: w}\n  - {entity: '*', action: block, why: w}",
        [],
    ),
    (
        "one of two classes is covered",
        R + "  - {class: [PCI, PHI], require: local, why: w}\n  - {class: PHI, require: local, why: w}",
        ["4 dead-rule"],
    ),
    ("an exemption", E + MAIL, []),
    (
        "an exemption for every value",
        E + "  - {entity: URL_CREDENTIAL, on: frontier, action: keep, why: w}",
        ["3 wide-exemption"],
    ),
    ("an exemption twice", E + MAIL * 2, ["4 vain-exemption"]),
    ("an exemption of a type that is off", E + MAIL.replace("EMAIL_ADDRESS", "LOCATION"), ["3 vain-exemption"]),
    ("an exemption where nothing happens", E + MAIL.replace("frontier", "local"), ["3 vain-exemption"]),
    ("an exemption that is as strict", E + MAIL.replace("keep", "placeholder"), ["3 vain-exemption"]),
    (
        "an exemption from a block",
        R + "  - {entity: EMAIL_ADDRESS, action: block, why: w}\n" + E.removeprefix("version: 1\n") + MAIL,
        ["5 vain-exemption"],
    ),
    (
        "an exemption from a block that may not hold",
        R + "  - {entity: EMAIL_ADDRESS, roles: tool, action: block, why: w}\n" + E.removeprefix("version: 1\n") + MAIL,
        [],
    ),
    (
        "an exemption within a wider one",
        E + MAIL + "  - {group: CONTACT, match: '*', on: frontier, action: keep, why: w}\n",
        ["3 vain-exemption", "4 wide-exemption"],
    ),
    (
        "an open default",
        "version: 1\ndefault: {frontier: keep}\nrules:\n  - {entity: US_SSN, action: mask, why: w}",
        ["2 open-default"],
    ),
    (
        "a default that lets ciphertext out",
        "version: 1\ndefault: {frontier: encrypt}\noperators: {encrypt: {key: {env: KEY}}}",
        ["2 weak-default"],
    ),
    (
        "a rule that cannot matter, since the default is stricter than a ciphertext",
        R + "  - {entity: US_SSN, action: encrypt, on: frontier, why: w}\noperators: {encrypt: {key: {env: KEY}}}",
        ["3 dead-rule"],
    ),
]


def layer(text: str) -> Layer:
    document = read_document(text, "p.yaml")
    return Layer(document=document, policy=validate(document), sha256="")


@pytest.mark.parametrize(("what", "text", "expected"), FINDINGS, ids=[row[0] for row in FINDINGS])
def test_findings_have_a_place_and_a_code(what: str, text: str, expected: list[str]) -> None:
    """Each policy has exactly these findings."""
    found = lint((layer(text),), ENTITY_TYPES)
    assert [f"{row.line} {row.code}" for row in found] == expected


def test_types_without_a_recognizer_are_named() -> None:
    """A rule for a type of the table that nothing reports is a finding; a wildcard that catches one type is not."""
    text = R + "  - {entity: US_SSN, action: block, why: w}\n  - {entity: 'US_*', action: mask, why: w}"
    found = lint((layer(text),), ENTITY_TYPES, {"US_ITIN"})
    assert [str(row) for row in found] == [
        "p.yaml:3:14: warning: nothing here finds US_SSN, so it protects nothing [no-recognizer]"
    ]
    found = lint((layer("version: 1\ndetect: {on: [URL, LOCATION]}"),), ENTITY_TYPES, {"LOCATION"})
    assert [str(row) for row in found] == [
        "p.yaml:2:15: warning: detect: nothing here finds URL, so switching it on changes nothing [no-recognizer]"
    ]


def test_a_rule_about_trade_secrets_that_the_policy_does_not_name_is_a_finding() -> None:
    """It may protect nothing."""
    rule = R + "  - {class: TRADE_SECRET, require: local, why: w}\n"
    (found,) = lint((layer(rule),), ENTITY_TYPES)
    assert (found.code, found.severity) == ("no-words", "warning")
    assert lint((layer(f"{rule}trade_secrets: {{markers: internal only}}"),), ENTITY_TYPES) == ()


def test_a_policy_that_only_observes_is_named() -> None:
    """Nobody ships it by mistake."""
    (found,) = lint((layer("version: 1\nmode: observe"),), ENTITY_TYPES)
    assert (found.code, found.line) == ("observes", 2)


def test_the_weakest_path_of_a_type() -> None:
    """What may at the mildest happen to a value: conditions on rules do not count, exemptions do."""
    policy = parse(
        R
        + "  - {entity: PERSON, action: redact, why: w}\n  - {entity: US_SSN, clients: hr, action: redact, why: w}\n"
        + "  - {entity: CREDIT_CARD, action: block, why: w}\n"
        + E.removeprefix("version: 1\n")
        + MAIL
        + MAIL.replace("EMAIL_ADDRESS", "CREDIT_CARD"),
        "p.yaml",
    )
    paths = weakest_paths(policy, ENTITY_TYPES, RouteKind.FRONTIER)
    assert {name: paths[name][0] for name in ("PERSON", "US_SSN", "CREDIT_CARD", "EMAIL_ADDRESS", "LOCATION")} == {
        "PERSON": Action.REDACT,
        "US_SSN": Action.PLACEHOLDER,
        "CREDIT_CARD": Action.BLOCK,
        "EMAIL_ADDRESS": Action.KEEP,
        "LOCATION": Action.KEEP,
    }
    assert paths["EMAIL_ADDRESS"][1] == "exempt EMAIL_ADDRESS:keep@frontier"
