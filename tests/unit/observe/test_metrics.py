"""Metrics have closed label sets, so that no series can hold a value."""

from relay.observe.metrics import Metrics
from relay.types import Action, Decision, RouteKind, Span, SpanAction


def decision(entity_type: str) -> Decision:
    row = (SpanAction(Span(entity_type, 0, 3), Action.PLACEHOLDER, "default"),)
    return Decision(id="d", policy="p", route=RouteKind.FRONTIER, data_classes=(), actions=(row, row), reasons=())


def test_a_scrubbed_request_is_counted_by_type_and_action() -> None:
    """Spans, segments, unknown fields and exchanges are counted."""
    metrics = Metrics(formats=["openai_chat"], entity_types=["PERSON"], clock=lambda: 0.0)
    metrics.scrubbed("openai_chat", decision("PERSON"), segments=2, unknown=1, seconds=0.01)
    metrics.refused("policy_refused")
    text = metrics.render().decode()
    assert 'relay_entities_total{action="placeholder",entity_type="PERSON"} 2.0' in text
    assert 'relay_exchanges_total{format="openai_chat",route="frontier"} 1.0' in text
    assert "relay_segments_inspected_total 2.0" in text
    assert "relay_unknown_fields_total 1.0" in text
    assert 'relay_refusals_total{code="policy_refused"} 1.0' in text


def test_a_label_outside_its_set_becomes_other() -> None:
    """A type or format that nobody declared cannot make a series of its own."""
    metrics = Metrics(formats=["openai_chat"], entity_types=["PERSON"], clock=lambda: 0.0)
    metrics.scrubbed("CANARY_FORMAT", decision("CANARY_TYPE"), segments=1, unknown=0, seconds=0)
    text = metrics.render().decode()
    assert "CANARY" not in text
    assert 'entity_type="other"' in text
