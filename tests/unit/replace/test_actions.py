"""Actions: what operators declare, and the one order that follows."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator, Mapping

import pytest

from relay.errors import ConfigFault
from relay.replace import actions
from relay.replace.actions import known_actions, known_operators
from relay.types import Action


def test_the_order_and_what_comes_back() -> None:
    """Mild to strict; only what is sealed comes back; only a mask shows a part."""
    known = known_actions()
    names = [name for name in known if name in ("keep", "placeholder", "surrogate", "mask", "hash", "redact", "block")]
    assert names == ["keep", "placeholder", "surrogate", "mask", "hash", "redact", "block"]
    assert {name for name, action in known.items() if action.seals} == {"placeholder", "surrogate"}
    assert known["mask"].shows_part
    assert not known["redact"].shows_part
    assert set(known_operators()) == set(known.values()) - {Action.BLOCK}


def test_an_action_is_one_object() -> None:
    """Copied, pickled or made again with the same facts it is the same; it is written as its name."""
    for action in known_actions().values():
        assert copy.deepcopy(action) is action
        assert pickle.loads(pickle.dumps(action)) is action
        assert json.loads(json.dumps([action])) == [str(action)]
    assert Action("keep", strictness=0) is Action.KEEP
    assert Action("keep", strictness=1) is not Action.KEEP


def _plugin(name: str, action: Action) -> type:
    return type("Toy", (), {"name": name, "action": action})


@pytest.fixture
def fresh() -> Iterator[None]:
    known_operators.cache_clear()
    yield
    known_operators.cache_clear()


@pytest.mark.parametrize(
    ("plugin", "complaint"),
    [
        (_plugin("toy", Action("toy", strictness=80)), "operator toy: as strict as redact"),
        (_plugin("toy", Action("toy", strictness=100)), "operator toy: as strict as block"),
        (_plugin("toy", Action("toy", strictness=-1)), "operator toy: expected a strictness from 0 to 99"),
        (_plugin("toy", Action("boy", strictness=41)), "operator toy: its action is called boy"),
    ],
)
def test_facts_that_do_not_fit_stop_start_up(
    plugin: type, complaint: str, fresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shared rank would leave it open which of two actions is the stricter."""
    found: Mapping[str, type] = {"redact": _plugin("redact", Action.REDACT), "toy": plugin}
    monkeypatch.setattr(actions, "collect", lambda package, contract: found)
    with pytest.raises(ConfigFault, match=complaint):
        known_operators()
