"""Decisions: route first, then the strictest rule, then the mildest exemption."""

from __future__ import annotations

from dataclasses import fields

import pytest

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.policy.model import OpaqueHandling
from relay.types import Decision, Role, RouteKind, Segment, Span

BOTH = frozenset(RouteKind)
FRONTIER = frozenset({RouteKind.FRONTIER})
LOCAL = frozenset({RouteKind.LOCAL})

SSN = "rules:\n  - {entity: US_SSN, action: block, why: w}\n"
PHI_LOCAL = "rules:\n  - {class: PHI, require: local, why: w}\n"


def engine(policy: str) -> Engine:
    return Engine(parse("version: 1\n" + policy, "p.yaml"), ENTITY_TYPES, describe=describe)


def decide(policy: str, *types: str, text: str = "", role: Role = Role.USER, **options: object) -> Decision:
    """Decide one segment in which each of `types` stands once."""
    words = [f"{name.lower()}-value" for name in types]
    whole = " ".join([*words, text])
    spans, position = [], 0
    for name, word in zip(types, words, strict=True):
        spans.append(Span(name, position, position + len(word), 0.7))
        position += len(word) + 1
    segment = Segment(pointer="/messages/0/content", text=whole, role=role, message=0)
    chosen: dict[str, object] = {"available": BOTH, **options}
    return engine(policy).decide((segment,), (tuple(spans),), decision_id="d", **chosen)  # type: ignore[arg-type]


def action(decision: Decision) -> str:
    """Return the action of the first span."""
    return decision.actions[0][0].action


# (policy, entity type, action on the frontier, the rule that decided)
ACTIONS = [
    ("", "PERSON", "placeholder", "default.frontier"),
    ("", "LOCATION", "keep", "off"),
    ("detect: {on: LOCATION}", "LOCATION", "placeholder", "default.frontier"),
    ("detect: {on: LOCATION}", "DATE_TIME", "keep", "off"),
    ("default: {frontier: mask}", "PERSON", "mask", "default.frontier"),
    ("", "PLUGIN_TYPE", "placeholder", "default.frontier"),
    # a rule names a type that is off: by entity, wildcard and group; not by a neighbouring name
    ("rules: [{entity: LOCATION, action: redact}]", "LOCATION", "redact", "LOCATION:redact"),
    ("rules: [{entity: 'LOCA*', action: redact}]", "LOCATION", "redact", "LOCA*:redact"),
    ("rules: [{group: address, action: redact}]", "LOCATION", "redact", "group=address:redact"),
    ("rules: [{entity: LOCATIONS, action: redact}]", "LOCATION", "keep", "off"),
    ("rules: [{roles: user, action: redact}]", "LOCATION", "keep", "off"),
    ("rules: [{roles: user, action: redact}]", "PERSON", "redact", "role=user:redact"),
    # the strictest wins, whatever the order; a rule cannot weaken the floor
    ("rules: [{entity: PERSON, action: mask}, {entity: '*', action: redact}]", "PERSON", "redact", "*:redact"),
    ("rules: [{entity: '*', action: redact}, {entity: PERSON, action: mask}]", "PERSON", "redact", "*:redact"),
    ("default: {frontier: redact}\nrules: [{entity: PERSON, action: mask}]", "PERSON", "redact", "default.frontier"),
    # entity and group both have to hold
    (
        "rules: [{entity: 'US_*', group: FINANCE, action: redact}]",
        "US_BANK_NUMBER",
        "redact",
        "US_* group=FINANCE:redact",
    ),
    ("rules: [{entity: 'US_*', group: FINANCE, action: redact}]", "US_SSN", "placeholder", "default.frontier"),
    # the route that a rule is for
    ("rules: [{entity: PERSON, on: local, action: redact}]", "PERSON", "placeholder", "default.frontier"),
    ("rules: [{entity: PERSON, on: frontier, action: redact}]", "PERSON", "redact", "PERSON:redact@frontier"),
    # the score 0.7 of the span, met and missed
    ("rules: [{entity: PERSON, min_score: 0.7, action: redact}]", "PERSON", "redact", "PERSON score>=0.7:redact"),
    ("rules: [{entity: PERSON, min_score: 0.71, action: redact}]", "PERSON", "placeholder", "default.frontier"),
    # roles
    (
        "rules: [{entity: PERSON, roles: [system, user], action: redact}]",
        "PERSON",
        "redact",
        "PERSON role=system,user:redact",
    ),
    ("rules: [{entity: PERSON, roles: tool, action: redact}]", "PERSON", "placeholder", "default.frontier"),
    # a name
    ("rules: [{name: no names, entity: PERSON, action: redact}]", "PERSON", "redact", "no names"),
    # text that looks like a placeholder is vaulted whatever the default
    (
        "default: {frontier: keep}\nrules: [{entity: X, action: mask}]",
        "PLACEHOLDER_LOOKALIKE",
        "placeholder",
        "lookalike",
    ),
    ("", "PLACEHOLDER_LOOKALIKE", "placeholder", "default.frontier"),
]


@pytest.mark.parametrize(("policy", "entity_type", "expected", "rule"), ACTIONS)
def test_the_strictest_of_floor_and_rules_decides(policy: str, entity_type: str, expected: str, rule: str) -> None:
    """Per span: the strictest of the default and all rules that hold, with its name."""
    item = decide(policy, entity_type).actions[0][0]
    assert (item.action, item.rule) == (expected, rule)


# KEEP stands for `on: frontier, action: keep, why: w`. (exemptions, action for a PERSON on the frontier)
EXEMPTIONS = [
    ("[{entity: PERSON, KEEP}]", "keep"),
    ("[{group: person, KEEP}]", "keep"),
    ("[{entity: 'PER*', match: 'person-*', KEEP}]", "keep"),
    ("[{entity: PERSON, match: 'PERSON-VALUE', KEEP}]", "keep"),
    ("[{entity: PERSON, match: 'person', KEEP}]", "placeholder"),
    ("[{entity: PERSON, match: 'value', KEEP}]", "placeholder"),
    ("[{entity: PERSON, match: 'p.rson-value', KEEP}]", "placeholder"),
    ("[{entity: USERNAME, KEEP}]", "placeholder"),
    ("[{entity: PERSON, roles: tool, KEEP}]", "placeholder"),
    ("[{entity: PERSON, roles: [tool, user], KEEP}]", "keep"),
    ("[{entity: PERSON, clients: 'desk*', KEEP}]", "keep"),
    ("[{entity: PERSON, clients: laptop, KEEP}]", "placeholder"),
    ("[{entity: PERSON, models: 'GPT-*', KEEP}]", "keep"),
    ("[{entity: PERSON, models: 'claude-*', KEEP}]", "placeholder"),
    ("[{entity: PERSON, on: local, action: keep, why: w}]", "placeholder"),
    ("[{entity: PERSON, on: frontier, action: mask, why: w}]", "placeholder"),
]


@pytest.mark.parametrize(("exemptions", "expected"), EXEMPTIONS)
def test_an_exemption_holds_only_where_all_of_it_holds(exemptions: str, expected: str) -> None:
    """An exemption loosens where everything that it states holds, and never tightens."""
    exemptions = exemptions.replace("KEEP", "on: frontier, action: keep, why: w")
    decision = decide(f"exemptions: {exemptions}", "PERSON", client="desktop", model="gpt-7")
    assert action(decision) == expected


@pytest.mark.parametrize(
    ("rule", "exempt", "expected"),
    [("redact", "keep", "keep"), ("redact", "mask", "mask"), ("mask", "redact", "mask"), ("block", "keep", "block")],
)
def test_the_mildest_exemption_loosens_all_but_a_block(rule: str, exempt: str, expected: str) -> None:
    """Of rule and exemption the milder one counts, but a block stays."""
    decision = decide(
        f"rules: [{{entity: PERSON, action: {rule}}}]\n"
        f"exemptions: [{{entity: PERSON, on: frontier, action: {exempt}, why: w}},"
        " {entity: PERSON, match: nobody, on: frontier, action: keep, why: w}]",
        "PERSON",
    )
    assert action(decision) == expected
    assert bool(decision.blocked) is (expected == "block")


def test_the_conditional_rule_is_stricter_than_the_plain_one_only_where_it_holds() -> None:
    """Rules with conditions on the span are asked span by span."""
    policy = "rules: [{entity: PERSON, roles: tool, action: block}, {entity: PERSON, action: mask}]"
    assert action(decide(policy, "PERSON", role=Role.TOOL)) == "block"
    assert action(decide(policy, "PERSON", role=Role.USER)) == "mask"


def test_an_exemption_stricter_than_what_holds_changes_nothing() -> None:
    """The exemption is milder than a rule that does not hold for this span, and stricter than the floor that does."""
    policy = (
        "rules: [{entity: PERSON, roles: tool, action: redact}]\n"
        "exemptions: [{entity: PERSON, on: frontier, action: mask, why: w}]"
    )
    assert action(decide(policy, "PERSON", role=Role.USER)) == "placeholder"
    assert action(decide(policy, "PERSON", role=Role.TOOL)) == "mask"


BLOCK_OUT = "rules: [{entity: US_SSN, on: frontier, action: block}"
# (policy, types, text, available, route, refused)
ROUTES = [
    ("", ("PERSON",), "", BOTH, "frontier", False),
    ("", ("PERSON",), "", LOCAL, "local", False),
    ("prefer: local", ("PERSON",), "", BOTH, "local", False),
    ("prefer: local", ("PERSON",), "", FRONTIER, "frontier", False),
    (PHI_LOCAL, ("MEDICAL_RECORD_NUMBER",), "", BOTH, "local", False),
    (PHI_LOCAL, ("MEDICAL_RECORD_NUMBER",), "", FRONTIER, "local", True),
    (PHI_LOCAL, ("PERSON",), "diagnosed with asthma", FRONTIER, "local", True),
    (PHI_LOCAL, ("PERSON",), "diagnosed without delay", FRONTIER, "frontier", False),
    (PHI_LOCAL, (), "diagnosed with asthma", FRONTIER, "frontier", False),
    (PHI_LOCAL, ("PERSON", "CONDITION"), "", BOTH, "local", False),
    ("rules: [{entity: US_SSN, require: local}]", ("US_SSN",), "", BOTH, "local", False),
    ("rules: [{entity: US_SSN, require: local}]", ("US_ITIN",), "", BOTH, "frontier", False),
    ("rules: [{entity: US_SSN, min_score: 0.8, require: local}]", ("US_SSN",), "", BOTH, "frontier", False),
    ("rules: [{roles: tool, require: local}]", ("US_SSN",), "", BOTH, "frontier", False),
    ("rules: [{roles: user, require: local}]", ("US_SSN",), "", BOTH, "local", False),
    ("rules: [{roles: user, require: local}]", (), "", BOTH, "frontier", False),
    ("rules: [{clients: desk*, require: local}]", (), "", BOTH, "local", False),
    ("rules: [{clients: laptop, require: local}]", (), "", BOTH, "frontier", False),
    ("rules: [{models: gpt-7, require: local}]", (), "", BOTH, "local", False),
    ("rules: [{class: [PCI, SECRET], require: local}]", ("GITHUB_TOKEN",), "", BOTH, "local", False),
    ("rules: [{class: PII, prefer: local}]", ("PERSON",), "", BOTH, "local", False),
    ("rules: [{class: PII, prefer: local}]", ("PERSON",), "", FRONTIER, "frontier", False),
    ("rules: [{class: PII, prefer: local}]", (), "", BOTH, "frontier", False),
    ("rules: [{entity: US_SSN, prefer: local}]", ("PERSON",), "", BOTH, "frontier", False),
    (BLOCK_OUT + ", {class: PII, prefer: local}]", ("US_SSN",), "", BOTH, "local", False),
    (BLOCK_OUT + ", {class: PII, prefer: local}]", ("US_SSN",), "", FRONTIER, "frontier", True),
    (BLOCK_OUT + "]", ("US_SSN",), "", BOTH, "frontier", True),
    ("rules: [{class: PII, prefer: local}, {class: PII, require: local}]", ("PERSON",), "", FRONTIER, "local", True),
    ("rules: [{class: [PCI, SECRET], require: local}]", ("PERSON",), "", BOTH, "frontier", False),
]


@pytest.mark.parametrize(("policy", "types", "text", "available", "route", "refused"), ROUTES)
def test_a_required_route_is_taken_or_the_request_is_refused(
    policy: str, types: tuple[str, ...], text: str, available: frozenset[RouteKind], route: str, refused: bool
) -> None:
    """Whoever must stay local stays local or goes nowhere; others go where the policy prefers and somebody is."""
    decision = decide(policy, *types, text=text, available=available, client="desktop", model="gpt-7")
    assert (decision.route.value, bool(decision.blocked)) == (route, refused)


def test_an_exemption_cannot_undo_a_required_route() -> None:
    """The value that an exemption keeps still counts for the data class."""
    policy = PHI_LOCAL + "exemptions: [{group: HEALTH, on: frontier, action: keep, why: w}]"
    assert decide(policy, "MEDICAL_RECORD_NUMBER", available=FRONTIER).blocked == (("class=PHI:local", "PHI"),)


def test_a_rule_for_a_class_selects_what_the_class_is_made_of() -> None:
    """PCI and SECRET select their values; PHI selects every type that is on; a request without the class is left."""
    pci = "rules: [{class: PCI, action: redact}]"
    both = decide(pci, "CREDIT_CARD", "PERSON")
    assert [item.action for item in both.actions[0]] == ["redact", "placeholder"]
    phi = "rules: [{class: PHI, action: redact}]"
    all_of_it = decide(phi, "MEDICAL_RECORD_NUMBER", "PERSON", "CONDITION", "LOCATION")
    assert [item.action for item in all_of_it.actions[0]] == ["redact", "redact", "redact", "keep"]
    assert action(decide(phi, "PERSON")) == "placeholder"
    named = decide("rules: [{class: PHI, entity: LOCATION, action: mask}]", "MEDICAL_RECORD_NUMBER", "LOCATION")
    assert [item.action for item in named.actions[0]] == ["placeholder", "mask"]


def test_a_block_on_a_class_holds_without_any_span() -> None:
    """Privileged text has no entity to block, and is refused all the same."""
    policy = "rules: [{class: PRIVILEGED, action: block, on: frontier}]"
    text = "this is privileged and confidential"
    assert decide(policy, text=text).blocked == (("class=PRIVILEGED:block@frontier", "PRIVILEGED"),)
    assert decide(policy, text="this is confidential").blocked == ()
    assert decide(policy, text=text, available=LOCAL).blocked == ()


def test_a_refusal_names_rule_and_type_and_nothing_else() -> None:
    """`blocked` and `reasons` hold labels, types, classes and counts, never a value."""
    decision = decide(SSN + PHI_LOCAL.removeprefix("rules:\n"), "US_SSN", "PERSON", text="diagnosed with asthma")
    assert decision.blocked == (("US_SSN:block", "US_SSN"),)
    shown = " ".join(repr(getattr(decision, item.name)) for item in fields(decision))
    assert "value" not in shown
    assert "asthma" not in shown
    assert "route local: required by class=PHI:local" in decision.reasons
    assert "class PHI: PERSON, US_SSN, 2 health words" in decision.reasons


def test_the_decision_runs_parallel_to_the_segments() -> None:
    """One row of actions per segment, empty ones included, and a mismatch is a mistake of the caller."""
    segments = tuple(Segment(pointer=f"/{rank}", text="ab") for rank in range(3))
    spans = ((), (Span("PERSON", 0, 1), Span("PERSON", 1, 2)), ())
    decision = engine("").decide(segments, spans, decision_id="d", available=BOTH)
    assert [len(row) for row in decision.actions] == [0, 2, 0]
    assert decision.counts() == {("PERSON", "placeholder"): 2}
    with pytest.raises(ValueError, match="2 rows of spans for 3 segments"):
        engine("").decide(segments, spans[:2], decision_id="d", available=BOTH)


# (policy, asked for, skipped), on any route
ASKED = [
    ("", {"PERSON", "GITHUB_TOKEN"}, {"LOCATION", "DATE_TIME", "CONDITION", "URL"}),
    ("detect: {on: LOCATION}", {"LOCATION"}, {"DATE_TIME"}),
    ("rules: [{entity: DATE_TIME, action: mask}]", {"DATE_TIME"}, {"LOCATION"}),
    ("rules: [{group: ADDRESS, require: local}]", {"LOCATION"}, {"DATE_TIME"}),
    ("rules: [{group: ADDRESS, prefer: local}]", {"LOCATION"}, {"DATE_TIME"}),
    ("rules: [{class: PHI, prefer: local}]", {"CONDITION"}, {"LOCATION"}),
    ("rules: [{class: PHI, require: local}]", {"CONDITION", "MEDICATION"}, {"LOCATION"}),
    ("default: {frontier: keep}\nrules: [{class: PCI, action: mask}]", {"CREDIT_CARD"}, {"PERSON", "US_SSN"}),
    (
        "default: {frontier: keep}\nrules: [{class: PHI, require: local}]",
        {"PERSON", "EMAIL_ADDRESS", "ID_NUMBER", "US_MBI", "CONDITION"},
        {"IBAN_CODE", "IP_ADDRESS", "GITHUB_TOKEN"},
    ),
    ("default: {frontier: keep}\nrules: [{class: NPI, action: mask}]", {"IBAN_CODE", "PERSON"}, {"LOCATION"}),
]


@pytest.mark.parametrize(("policy", "asked", "skipped"), ASKED)
def test_the_analyzer_is_asked_for_what_policy_needs(policy: str, asked: set[str], skipped: set[str]) -> None:
    """`entity_types` has what is acted on and what classification needs, and leaves out what nobody asks for."""
    wanted = engine(policy).entity_types()
    assert asked <= wanted
    assert wanted.isdisjoint(skipped)


def test_entity_types_depend_on_the_route() -> None:
    """What only the frontier replaces is not asked for on a local route."""
    made = engine("rules: [{entity: DATE_TIME, on: frontier, action: mask}]")
    assert "DATE_TIME" in made.entity_types(RouteKind.FRONTIER)
    assert made.entity_types(RouteKind.LOCAL) == {"PLACEHOLDER_LOOKALIKE"}


def test_what_is_restored_and_let_through() -> None:
    """Keys that are not about spans are answered here, too."""
    made = engine("restore: {urls: true, tools: 'get_*', withhold: 'US_*'}\nopaque: {images: pass, files: drop}")
    assert made.restores_urls
    assert made.restores_tool("get_weather", "PERSON")
    assert not made.restores_tool("get_weather", "US_SSN")
    assert not made.restores_tool("send_mail")
    assert made.opaque("image") is OpaqueHandling.PASS
    assert made.opaque("document") is OpaqueHandling.DROP
    assert made.opaque("input_audio") is OpaqueHandling.REFUSE
    assert made.bodiless_route(BOTH) is RouteKind.FRONTIER
    assert engine("prefer: local").bodiless_route(BOTH) is RouteKind.LOCAL


@pytest.mark.parametrize(
    ("policy", "classes"),
    [
        ("", ("PII",)),
        ("rules: [{class: PHI, require: local, why: w}]", ("PHI", "PII")),
    ],
)
def test_words_are_read_only_for_a_policy_that_is_about_classes(policy: str, classes: tuple[str, ...]) -> None:
    """Reading them costs more than all the rest of a decision; what is done to the spans is the same."""
    segments = (Segment(pointer="/0", text="Ann was diagnosed with leukaemia and takes methotrexate."),)
    spans = ((Span("PERSON", 0, 3),),)
    options = {"decision_id": "d", "available": {RouteKind.FRONTIER, RouteKind.LOCAL}}
    decision = engine(policy).decide(segments, spans, **options)  # type: ignore[arg-type]
    explained = engine(policy).explain(segments, spans, **options).decision  # type: ignore[arg-type]
    assert decision.data_classes == classes
    assert explained.data_classes == ("PHI", "PII")
    assert (decision.actions, decision.route) == (explained.actions, explained.route)
