"""Globs, labels and the digest."""

from __future__ import annotations

import pytest

from relay.policy.classes import DataClass
from relay.policy.globs import glob_matcher
from relay.policy.loader import parse
from relay.policy.model import Opaque

# (glob, text, does it match)
GLOBS = [
    ("US_SSN", "US_SSN", True),
    ("US_SSN", "US_SSNS", False),
    ("US_SSN", "XUS_SSN", False),
    ("US_*", "US_SSN", True),
    ("US_*", "US_", True),
    ("US_*", "AUS_SSN", False),
    ("*_NUMBER", "PHONE_NUMBER", True),
    ("*_NUMBER", "_NUMBER_", False),
    ("*", "", True),
    ("**", "anything", True),
    ("a*b*c", "abc", True),
    ("a*b*c", "aXbYc", True),
    ("a*b*c", "acb", False),
    ("a*a", "a", False),
    ("a*a", "aa", True),
    ("*@example.com", "Info@Example.COM", True),
    ("*@example.com", "info@example.com.evil.example", False),
    ("*@example.com", "info@exampleXcom", False),
    ("*ab*ab*", "abab", True),
    ("*ab*ab*", "aba", False),
    ("ſtraße*", "STRASSE 1", True),
    ("a?b", "aXb", False),
    ("[ab]", "a", False),
]


@pytest.mark.parametrize(("glob", "text", "matches"), GLOBS)
def test_a_star_is_the_only_character_that_stands_for_others(glob: str, text: str, matches: bool) -> None:
    """The whole text in any letter case; everything but `*` stands for itself."""
    assert glob_matcher(glob)(text) is matches


def test_a_hostile_glob_takes_no_longer_than_its_parts() -> None:
    """Many stars over a long text: every part is sought once, from where the one before ended."""
    assert glob_matcher("*a" * 60 + "b")("a" * 100_000) is False


# (rule, how decisions call it)
LABELS = [
    ("{entity: US_SSN, action: block}", "US_SSN:block"),
    ("{entity: [US_SSN, 'UK_*'], action: mask, on: local}", "US_SSN,UK_*:mask@local"),
    ("{class: PHI, require: local}", "class=PHI:local"),
    ("{class: [PHI, PCI], action: redact, require: local}", "class=PHI,PCI:redact+local"),
    ("{class: PII, prefer: local}", "class=PII:prefer local"),
    ("{group: FINANCE, clients: 'hr-*', min_score: 0.5, action: mask}", "group=FINANCE score>=0.5 client=hr-*:mask"),
    ("{name: contract 4.2, entity: US_SSN, action: block}", "contract 4.2"),
]


@pytest.mark.parametrize(("rule", "label"), LABELS)
def test_a_rule_is_called_by_its_name_or_by_what_it_says(rule: str, label: str) -> None:
    """Labels do not depend on the place in the file."""
    assert parse(f"version: 1\nrules: [{rule}]", "p.yaml").rules[0].label == label


def test_an_exemption_is_called_without_its_match() -> None:
    """A `match` may be somebody's address, and labels go into refusals and logs."""
    policy = parse(
        "version: 1\nexemptions: [{entity: EMAIL_ADDRESS, match: canary@example.org, on: local, action: keep, why: w}]",
        "p.yaml",
    )
    assert policy.exemptions[0].label == "exempt EMAIL_ADDRESS:keep@local"


# The rules of one policy, and of policies that mean the same, or not.
ONE = "{entity: [US_SSN, US_ITIN], action: mask, require: local, why: a}"
SAME = [
    "{name: n, require: local, entity: [US_ITIN, US_SSN, US_SSN], action: mask}",
    "{entity: US_SSN, action: mask, require: local}, {entity: US_ITIN, action: mask, require: local}",
    "{entity: [US_SSN, US_ITIN], action: mask}, {entity: [US_ITIN, US_SSN], require: local}",
    "{entity: [US_SSN, US_ITIN], action: mask, require: local, min_score: 0}",
    ONE + "]\ntitle: t\ndefault: {local: keep}\nprefer: frontier\nexemptions: [ # a comment\n",
    ONE + "]\nrestore: {tools: ['*', '*'], withhold: []}\ndetect: {on: []}\nexemptions: [",
]
OTHER = [
    "{entity: [US_SSN, US_ITIN], action: redact, require: local}",
    "{entity: [US_SSN], action: mask, require: local}",
    "{entity: [US_SSN, US_ITIN], action: mask}",
    "{entity: [US_SSN, US_ITIN], action: mask, prefer: local}",
    "{entity: [US_SSN, US_ITIN], action: mask, require: local, min_score: 0.1}",
    "{entity: [US_SSN, US_ITIN], action: mask, require: local, roles: user}",
    ONE + "]\nprefer: local\nexemptions: [",
    ONE + "]\ndetect: {on: URL}\nexemptions: [",
    ONE + "]\nrestore: {urls: true}\nexemptions: [",
]


def _digest(rules: str) -> str:
    return parse(f"version: 1\nrules: [{rules}]", "p.yaml").digest


@pytest.mark.parametrize("text", SAME)
def test_what_means_the_same_has_the_same_digest(text: str) -> None:
    """Order, layout, names, reasons, defaults written out, and one rule written as several."""
    assert _digest(text) == _digest(ONE)


@pytest.mark.parametrize("text", OTHER)
def test_what_means_something_else_has_another_digest(text: str) -> None:
    """Near misses of the above."""
    assert _digest(text) != _digest(ONE)


def test_digests_are_all_different_and_short() -> None:
    """Sixteen hex digits."""
    digests = {_digest(text) for text in (ONE, *OTHER)}
    assert len(digests) == 1 + len(OTHER)
    assert all(len(digest) == 16 and int(digest, 16) >= 0 for digest in digests)


def test_the_canonical_form_stays_what_it_is() -> None:
    """Another form would change every digest and break every signature: do that on purpose only."""
    assert _digest(ONE) == "eaf7c7fae1b83d96"


def test_parameters_of_operators_are_part_of_the_digest_but_for_their_defaults() -> None:
    """So an operator can get another parameter and old signatures hold."""
    texts = (
        "",
        "{custom: {operator: 'm:C'}}",
        "{custom: {operator: 'm:C', params: {}}}",
        "{custom: {operator: 'm:D'}}",
    )
    digests = [parse(f"version: 1\noperators: {text}" if text else "version: 1", "p.yaml").digest for text in texts]
    assert digests[1] == digests[2]
    assert len(set(digests)) == 3


def test_the_classes_are_those_of_the_taxonomy() -> None:
    """The names that the entity-type table hints at exist here."""
    from relay.detect.taxonomy import ENTITY_TYPES

    assert {hint for info in ENTITY_TYPES.values() for hint in info.classes} <= {item.value for item in DataClass}


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("image", "images"),
        ("image_url", "remote_urls"),
        ("video", "images"),
        ("input_audio", "audio"),
        ("file", "files"),
        ("document", "files"),
        ("remote_url", "remote_urls"),
        ("stored_state", "stored_state"),
        ("third_party_tool", "third_party_tools"),
        ("template", "other"),
        ("token_ids", "other"),
        ("", "other"),
    ],
)
def test_each_kind_of_opaque_content_has_a_key(kind: str, key: str) -> None:
    """A kind that nobody thought of is `other`, which is refused by default."""
    assert Opaque.key(kind) == key
    policy = parse(f"version: 1\nopaque: {{{key}: pass}}", "p.yaml")
    assert policy.opaque.handling(kind) == "pass"
    assert parse("version: 1", "p.yaml").opaque.handling(kind) == "refuse"
