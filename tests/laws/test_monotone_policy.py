"""Law 6: adding a rule never weakens a decision, adding an exemption never tightens one, and order means nothing.

A decision is at least as strict as another when it refuses the request, or keeps it in the building where the other
sends it out (or would, and refuses to), or takes the same route, refuses what the other refuses, and orders something
at least as strict for every span.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.policy.model import Policy
from relay.replace.actions import known_actions
from relay.types import Action, Decision, Role, RouteKind, Segment, Span

# Types of every kind: on and off, of every class, one from a plug-in.
TYPES = (
    "PERSON",
    "US_SSN",
    "CREDIT_CARD",
    "MEDICAL_RECORD_NUMBER",
    "GITHUB_TOKEN",
    "LOCATION",
    "PLACEHOLDER_LOOKALIKE",
    "PLUGIN_TYPE",
)
SELECTORS = (*TYPES, "*", "US_*", "*_NUMBER")
GROUPS = ("PERSON", "FINANCE", "HEALTH", "SECRET", "ADDRESS", "*")
CLASSES = ("PHI", "PCI", "NPI", "PRIVILEGED", "SECRET", "TRADE_SECRET", "PII")
VALUES = ("maria@example.com", "Maria", "info@example.org", "536-90-4399", "93", "52 years", "2019", "3 May 1931")
# What a value says; each kind is asked of values that it can read and of others.
WHENS = (
    {"age": ">= 90"},
    {"age": "< 90"},
    {"date": "<= year"},
    {"date": "> year"},
    {"domain": "example.com"},
    {"area": "populous"},
)
TEXTS = ("", "diagnosed with asthma", "privileged and confidential", "the heron plan")
TIGHT = [name for name, action in known_actions().items() if action is not Action.KEEP]
MILD = [name for name, action in known_actions().items() if action is not Action.BLOCK]


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


CONDITIONS = {
    "roles": _some(("system", "user", "tool")),
    "clients": _some(("desktop", "hr-*")),
    "models": _some(("gpt-*", "*-mini")),
}
# Mostly one plain selector, so that entries meet on the same spans; now and then a condition.
SUBJECTS = st.sampled_from(("entity", "entity", "entity", "group", "class"))
SELECT = {"entity": _some(SELECTORS), "group": _some(GROUPS), "class": _some(CLASSES)}
SELDOM = st.integers(0, 5).map(lambda number: number == 5)


def _conditions(draw: st.DrawFn, more: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
    return {name: draw(values) for name, values in {**CONDITIONS, **more}.items() if draw(SELDOM)}


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    subject = draw(SUBJECTS)
    rule: dict[str, Any] = {subject: draw(SELECT[subject])}
    rule.update(_conditions(draw, {**SELECT, "min_score": st.sampled_from((0.3, 0.6, 0.9))}))
    if rule.keys() & {"entity", "group"} and draw(SELDOM):
        rule["when"] = dict(draw(st.sampled_from(WHENS)))
    if draw(SELDOM):
        rule[draw(st.sampled_from(("require", "prefer")))] = "local"
    elif draw(st.integers(0, 2)) == 2:
        rule["on"] = draw(st.sampled_from(("frontier", "local")))
    if not rule.keys() & {"require", "prefer"} or draw(st.booleans()):
        rule["action"] = draw(st.sampled_from(TIGHT))
    elif "prefer" in rule and draw(st.booleans()):
        rule["max_tokens"] = draw(st.sampled_from((1, 5, 10_000)))
    return {**rule, "why": "because"}


@st.composite
def exemptions(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "entity": draw(_some(SELECTORS)),
        **draw(
            st.sampled_from(
                (
                    *({"match": glob} for glob in ("*@example.com", "m*", "*a*", "536*99")),
                    *({"when": dict(when)} for when in WHENS),
                )
            )
        ),
        "on": draw(st.sampled_from(("frontier", "local"))),
        "action": draw(st.sampled_from(MILD)),
        "why": "because",
        **_conditions(draw, {}),
    }


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    default = {"frontier": draw(st.sampled_from(MILD)), "local": draw(st.sampled_from(MILD))}
    tree = {
        "version": 1,
        "default": default,
        "prefer": draw(st.sampled_from(("frontier", "local"))),
        "mode": draw(st.sampled_from(("enforce", "enforce", "observe"))),
        "operators": {"encrypt": {"key": {"env": "KEY"}}, "custom": {"operator": "module:Class"}},
        "trade_secrets": {"code_names": draw(st.sampled_from(([], ["heron"])))},
        "detect": {"on": draw(st.sampled_from(([], ["LOCATION"])))},
        "rules": draw(st.lists(rules(), max_size=5)),
        "exemptions": draw(st.lists(exemptions(), max_size=4)),
    }
    if default["frontier"] == "keep" and not tree["rules"]:
        tree["rules"] = [draw(rules())]
    return tree


Requests = tuple[tuple[Segment, ...], tuple[tuple[Span, ...], ...], dict[str, Any]]


@st.composite
def requests(draw: st.DrawFn) -> Requests:
    segments, rows = [], []
    for rank in range(draw(st.integers(1, 2))):
        text, spans = "", []
        for name in draw(st.lists(st.sampled_from(TYPES), min_size=2, max_size=6)):
            value = draw(st.sampled_from(VALUES))
            spans.append(Span(name, len(text), len(text) + len(value), draw(st.sampled_from((0.2, 0.6, 0.95)))))
            text += value + " "
        text += draw(st.sampled_from(TEXTS))
        role = Role(draw(st.sampled_from(("system", "user", "tool"))))
        segments.append(Segment(pointer=f"/{rank}", text=text, role=role, message=rank))
        rows.append(tuple(spans))
    options = {
        "available": draw(st.sets(st.sampled_from(RouteKind), min_size=1)),
        "client": draw(st.sampled_from((None, "desktop", "hr-7"))),
        "model": draw(st.sampled_from((None, "gpt-7", "gpt-7-mini"))),
    }
    return tuple(segments), tuple(rows), options


def _policy(tree: dict[str, Any]) -> Policy:
    return Policy.model_validate(tree)


def _decide(tree: dict[str, Any], request: Requests) -> Decision:
    segments, rows, options = request
    return Engine(_policy(tree), ENTITY_TYPES, describe=describe).decide(segments, rows, decision_id="d", **options)


def _actions(decision: Decision) -> list[int]:
    return [item.action.strictness for row in decision.actions for item in row]


def _at_least_as_strict(one: Decision, other: Decision) -> bool:
    if one.route is not other.route:
        return bool(one.blocked) or one.route is RouteKind.LOCAL
    if one.blocked or other.blocked:
        return bool(one.blocked)
    return all(mine >= theirs for mine, theirs in zip(_actions(one), _actions(other), strict=True))


@settings(max_examples=300, deadline=None)
@given(policies(), rules(), requests())
def test_adding_a_rule_never_weakens(tree: dict[str, Any], rule: dict[str, Any], request: Requests) -> None:
    """More rules: refused at least as often, no further out, no span milder."""
    more = {**tree, "rules": [*tree["rules"], rule]}
    assert _at_least_as_strict(_decide(more, request), _decide(tree, request))


@settings(max_examples=300, deadline=None)
@given(policies(), exemptions(), requests())
def test_adding_an_exemption_never_tightens(tree: dict[str, Any], item: dict[str, Any], request: Requests) -> None:
    """More exemptions: the same route and refusals, and no span stricter."""
    before, after = _decide(tree, request), _decide({**tree, "exemptions": [*tree["exemptions"], item]}, request)
    assert (after.route, after.blocked, after.data_classes) == (before.route, before.blocked, before.data_classes)
    assert _at_least_as_strict(before, after)


@settings(max_examples=300, deadline=None)
@given(policies(), requests())
def test_observing_decides_the_same_and_does_nothing(tree: dict[str, Any], request: Requests) -> None:
    """Routes, actions, classes and refusals are those of the same policy enforced; none of it is carried out."""
    segments, _, options = request
    enforced, observed = (_decide({**tree, "mode": mode}, request) for mode in ("enforce", "observe"))
    assert replace(observed, policy=enforced.policy, observed=False) == enforced
    engine = Engine(_policy({**tree, "mode": "observe"}), ENTITY_TYPES, describe=describe)
    done = engine.enforced(observed, options["available"])
    assert (done.actions, done.blocked) == (tuple(() for _ in segments), ())
    assert done.route is (RouteKind.FRONTIER if RouteKind.FRONTIER in options["available"] else RouteKind.LOCAL)
    assert (
        Engine(_policy({**tree, "mode": "enforce"}), ENTITY_TYPES, describe=describe).enforced(
            enforced, options["available"]
        )
        is enforced
    )


@settings(max_examples=300, deadline=None)
@given(policies(), requests())
def test_blocks_and_required_routes_cannot_be_undone(tree: dict[str, Any], request: Requests) -> None:
    """With every exemption there could be, a blocked span stays blocked and a required route required."""
    wildest = [
        {"entity": list(TYPES), "on": route, "action": "keep", "why": "because"} for route in ("frontier", "local")
    ]
    before, after = _decide({**tree, "exemptions": []}, request), _decide({**tree, "exemptions": wildest}, request)
    assert (after.route, after.blocked) == (before.route, before.blocked)
    block = Action.BLOCK.strictness
    assert [rank == block for rank in _actions(after)] == [rank == block for rank in _actions(before)]


@settings(max_examples=300, deadline=None)
@given(policies(), requests(), st.randoms(use_true_random=False))
def test_order_and_repetition_mean_nothing(tree: dict[str, Any], request: Requests, chance: random.Random) -> None:
    """Shuffled and doubled entries give the same decision, the same names in it and the same digest."""
    shuffled = {key: tree[key] for key in chance.sample(sorted(tree), len(tree))}
    for key in ("rules", "exemptions"):
        shuffled[key] = chance.sample(tree[key] * 2, 2 * len(tree[key]))
    one, other = _decide(tree, request), _decide(shuffled, request)
    assert one == other


@settings(max_examples=200, deadline=None)
@given(policies(), st.sampled_from((None, False)))
def test_the_digest_ignores_layout_comments_and_reasons(tree: dict[str, Any], style: bool | None) -> None:
    """What only explains does not change the digest."""
    digest = _policy(tree).digest
    rewritten = {
        **tree,
        "title": "Another title",
        "rules": [{**rule, "why": "another reason", "name": f"rule {rank}"} for rank, rule in enumerate(tree["rules"])],
    }
    text = "# a comment\n\n" + yaml.safe_dump(rewritten, default_flow_style=style, width=40, indent=6) + "\n# the end\n"
    assert parse(text, "generated").digest == digest


@settings(max_examples=200, deadline=None)
@given(policies(), rules(), requests())
def test_the_digest_changes_with_the_meaning_only(
    tree: dict[str, Any], rule: dict[str, Any], request: Requests
) -> None:
    """Where a decision differs the digest differs; a rule written once for each of its entities is the same policy."""
    more = {**tree, "rules": [*tree["rules"], rule]}
    if _actions(_decide(more, request)) != _actions(_decide(tree, request)):
        assert _policy(more).digest != _policy(tree).digest
    split = {
        **tree,
        "rules": [
            {**rule, "entity": [name]} if "entity" in rule else rule
            for rule in tree["rules"]
            for name in rule.get("entity", [None])
        ],
    }
    assert _policy(split).digest == _policy(tree).digest
    assert _actions(_decide(split, request)) == _actions(_decide(tree, request))


@settings(max_examples=300, deadline=None)
@given(policies(), requests())
def test_what_the_analyzer_is_asked_for_is_all_that_matters(tree: dict[str, Any], request: Requests) -> None:
    """Spans of types outside `entity_types` change nothing: they are kept, and no route or refusal hangs on them."""
    engine = Engine(_policy(tree), ENTITY_TYPES, describe=describe)
    segments, rows, options = request
    asked = engine.entity_types() | {"PLUGIN_TYPE"}
    fewer = tuple(tuple(span for span in row if span.entity_type in asked) for row in rows)
    whole = engine.decide(segments, rows, decision_id="d", **options)
    part = engine.decide(segments, fewer, decision_id="d", **options)
    assert (part.route, part.blocked) == (whole.route, whole.blocked)
    dropped = {item.action for row in whole.actions for item in row if item.span.entity_type not in asked}
    assert dropped <= {Action.KEEP}
    kept = [item for row in whole.actions for item in row if item.span.entity_type in asked]
    assert kept == [item for row in part.actions for item in row]


@settings(max_examples=150, deadline=None)
@given(policies(), requests())
def test_deciding_and_explaining_order_the_same(tree: dict[str, Any], request: Requests) -> None:
    """Where a decision leaves words unread, no rule asks for them: route, refusals and actions are the same."""
    engine = Engine(_policy(tree), ENTITY_TYPES, describe=describe)
    segments, rows, options = request
    decided = engine.decide(segments, rows, decision_id="d", **options)
    explained = engine.explain(segments, rows, decision_id="d", **options).decision
    assert (decided.route, decided.blocked, decided.actions) == (explained.route, explained.blocked, explained.actions)
    assert set(decided.data_classes) <= set(explained.data_classes)
