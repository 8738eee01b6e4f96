"""What passages imply makes a data class: which score is enough, what a rule does with it, and what reasons say."""

from __future__ import annotations

import pytest

from relay.detect.taxonomy import ENTITY_TYPES, describe
from relay.errors import ConfigFault, ScrubFailed
from relay.policy.engine import Engine
from relay.policy.loader import parse
from relay.types import Role, RouteKind, Segment, Span

BOTH = set(RouteKind)
POLICY = """
version: 1
implied: [PHI, NPI, PRIVILEGED, TRADE_SECRET]
rules:
  - {class: [PHI, NPI, PRIVILEGED, TRADE_SECRET], require: local, why: w}
"""


def _engine(policy: str = POLICY) -> Engine:
    return Engine(parse(policy, "p.yaml"), ENTITY_TYPES, describe=describe)


def _said(text: str) -> Segment:
    return Segment(pointer="/messages/0/content", text=text, role=Role.USER, message=0)


# (text, class, score, is it enough). Words of the class help; a word of another class does not.
ENOUGH = [
    ("nothing of the kind", "PHI", 0.5, True),
    ("nothing of the kind", "PHI", 0.49, False),
    ("since the chemotherapy", "PHI", 0.49, True),
    ("since the chemotherapy", "PHI", 0.25, True),
    ("since the chemotherapy", "PHI", 0.24, False),
    ("since the payslip", "PHI", 0.3, False),
    ("since the payslip", "NPI", 0.3, True),
    ("dear client", "PRIVILEGED", 0.3, True),
    ("the weather", "PRIVILEGED", 0.3, False),
    ("our competitors", "TRADE_SECRET", 0.3, True),
    ("our neighbours", "TRADE_SECRET", 0.3, False),
]


@pytest.mark.parametrize(("text", "name", "score", "enough"), ENOUGH)
def test_what_is_enough(text: str, name: str, score: float, enough: bool) -> None:
    """From .5 on by itself, from .25 on beside words of the class; no person is needed."""
    row = (Span(name, 0, len(text), score, "oblique"),)
    decision = _engine().decide((_said(text),), ((),), decision_id="d", available=BOTH, implied=(row,))
    assert decision.data_classes == ((name,) if enough else ())
    assert decision.route is (RouteKind.LOCAL if enough else RouteKind.FRONTIER)


def test_weak_passages_do_not_add_up() -> None:
    """A long conversation is as much as its strongest passage."""
    segments = (_said("nothing of the kind"),) * 50
    rows = ((Span("PHI", 0, 19, 0.45, "oblique"),),) * 50
    decision = _engine().decide(segments, ((),) * 50, decision_id="d", available=BOTH, implied=rows)
    assert decision.data_classes == ()


def test_reasons_hold_no_place_and_no_word() -> None:
    """They go into the decision log; places and lengths are for `relay policy explain`."""
    segments = (_said("first of all"), _said("the second text"))
    rows = ((Span("PHI", 2, 9, 0.61, "oblique"),), (Span("PHI", 0, 15, 0.93, "oblique"),))
    found = _engine().explain(segments, ((), ()), decision_id="d", available=BOTH, implied=rows)
    assert found.decision.reasons[0] == "class PHI: implied by 2 passages, score 0.93"
    assert [(part.start, part.end, part.score) for part in found.evidence[0].passages] == [(0, 15, 0.93), (2, 9, 0.61)]
    assert "/messages" not in repr(found)


def test_a_class_that_the_policy_does_not_ask_for_is_ignored() -> None:
    """`implied` says which; a policy without it decides as before, whatever it is given."""
    row = (Span("NPI", 0, 5, 0.99, "oblique"),)
    for policy in ("version: 1", "version: 1\nimplied: PHI"):
        decision = _engine(policy).explain((_said("hello"),), ((),), decision_id="d", available=BOTH, implied=(row,))
        assert decision.evidence == ()


@pytest.mark.parametrize(("policy", "refused"), [(POLICY, True), ("version: 1", False)])
def test_without_a_verdict_nothing_is_decided(policy: str, refused: bool) -> None:
    """A policy that asks is not answered with silence."""
    arguments = {"decision_id": "d", "available": BOTH}
    if not refused:
        assert not _engine(policy).decide((_said("hello"),), ((),), **arguments).blocked
        return
    with pytest.raises(ScrubFailed, match="no model has read them"):
        _engine(policy).decide((_said("hello"),), ((),), **arguments)


@pytest.mark.parametrize(
    ("policy", "complaint"),
    [
        ("version: 1\nimplied: PCI", "implied"),
        ("version: 1\nimplied: SICKNESS", "implied"),
        ("version: 1\nimplied: true", "implied"),
        ("version: 1\nimplied: PHI\nmodel: none", "needs"),
    ],
)
def test_what_cannot_be_implied_is_refused(policy: str, complaint: str) -> None:
    """Classes that are made of values, words that are no class, and a policy without a model."""
    with pytest.raises(ConfigFault, match=complaint):
        parse(policy, "p.yaml")


@pytest.mark.parametrize("policy", ["version: 1\nimplied: []", "version: 1\nimplied: []\nmodel: none"])
def test_an_empty_list_means_what_its_absence_means(policy: str) -> None:
    """The digest of a policy that does not ask stays."""
    assert parse(policy, "p.yaml").digest == parse(policy.replace("\nimplied: []", ""), "p.yaml").digest
