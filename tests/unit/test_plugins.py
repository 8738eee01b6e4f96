"""One test holds every plug-in to its contract."""

import re

import pytest

import relay.detect.recognizers
import relay.policy.conditions
import relay.policy.values
import relay.replace.operators
import relay.replace.styles
import relay.routing.kinds
import relay.wire
from relay import build
from relay.detect import taxonomy
from relay.errors import ConfigFault
from relay.policy.condition import RouteCondition
from relay.policy.value_condition import ValueCondition
from relay.protocols import Format, Operator, Recognizer, Route, Style
from relay.registry import collect, collect_families
from relay.types import RouteKind

KINDS = {
    "recognizer": (collect(relay.detect.recognizers), Recognizer),
    "operator": (collect(relay.replace.operators), Operator),
    "style": (collect(relay.replace.styles), Style),
    "route": (collect(relay.routing.kinds), Route),
    "condition": (collect(relay.policy.conditions), RouteCondition),
    "value": (collect(relay.policy.values), ValueCondition),
    "format": (collect_families(relay.wire), Format),
}
PLUGINS = [(kind, name, plugin) for kind, (found, _) in KINDS.items() for name, plugin in found.items()]


@pytest.mark.parametrize(("kind", "name", "plugin"), PLUGINS, ids=[f"{kind}:{name}" for kind, name, _ in PLUGINS])
def test_every_plug_in_meets_its_contract(kind: str, name: str, plugin: type) -> None:
    """It satisfies its protocol, is called what the registry calls it, and needs no arguments but parameters."""
    assert isinstance(plugin if hasattr(plugin, "Parameters") else plugin(), KINDS[kind][1])
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)


def test_there_is_one_route_for_every_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decision's route can always be looked up, and no file takes another's place in silence."""
    assert build.routes().keys() == set(RouteKind)
    found = dict(collect(relay.routing.kinds))
    monkeypatch.setattr(
        build, "collect", lambda package, contract: {**found, "near": type("Near", (), {"kind": RouteKind.LOCAL})}
    )
    with pytest.raises(ConfigFault, match="two routes are of the kind local; the second is near"):
        build.routes()


RECOGNIZERS = list(collect(relay.detect.recognizers).values())


@pytest.mark.parametrize("plugin", RECOGNIZERS, ids=lambda plugin: plugin.name)
def test_every_recognizer_declares_known_types_and_its_source(plugin: type[Recognizer]) -> None:
    """Types have a place in the taxonomy; a rule says where it comes from; scores are between 0 and 1."""
    assert plugin.source
    for entity_type in plugin.entity_types:
        assert (
            taxonomy.describe(entity_type).group is not taxonomy.Group.OTHER or entity_type == "PLACEHOLDER_LOOKALIKE"
        )
    for pattern in plugin.patterns:
        assert 0 < pattern.score <= 1
        assert pattern.max_chars > 0


@pytest.mark.parametrize("name", sorted(collect(relay.replace.styles)))
def test_every_style_recognises_what_it_writes(name: str) -> None:
    """A placeholder is plain ASCII without characters that JSON or HTML writers escape, and a look-alike of itself."""
    style = collect(relay.replace.styles)[name]()
    for entity_type in ("PERSON", "US_SSN", "EMAIL_ADDRESS"):
        for number in (1, 2, 10, 12345):
            text = style.render(entity_type, number)
            assert text.isascii()
            assert not set(text) & set('"\\<>&/')
            assert list(style.lookalikes(f"a {text} b")) == [(2, 2 + len(text))]
