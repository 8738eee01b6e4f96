"""Prices, budgets by client and day, and the tokens they are counted with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import build
from relay.config import Price
from relay.routing.budget import BudgetLedger, Prices, cost_usd
from relay.routing.usage import Meter, Usage, expected_output
from relay.wire.vendors import families_of

DAY = 86_400.0


def test_first_price_that_fits() -> None:
    """Prices are by model, or upstream and model, in the order of the table."""
    dear, cheap, rest = (Price(input=number, output=number) for number in (3, 1, 2))
    prices = Prices({"azure/gpt-5": dear, "gpt-5*": cheap, "*": rest})
    found = [prices.of(*key) for key in (("azure", "gpt-5"), ("openai", "gpt-5-mini"), ("x", "GPT-5"), ("x", "claude"))]
    assert found == [dear, cheap, cheap, rest]
    assert Prices({"a*": dear}).of("x", "b") is None


def test_cost() -> None:
    """Prices are per million tokens."""
    assert cost_usd(Price(input=1.25, output=10), Usage(2_000_000, 100_000)) == pytest.approx(3.5)


def test_budget_of_a_day() -> None:
    """What is held and what was spent counts until midnight UTC, for each client apart."""
    ledger = BudgetLedger({"desk-*": 1.0, "*": 5.0})
    first = ledger.hold("desk-1", 0.4, 10.0)
    assert ledger.left("desk-1", 20.0) == pytest.approx(0.6)
    assert ledger.left("desk-2", 20.0) == 1.0
    assert ledger.left("lab", 20.0) == 5.0
    ledger.settle(first, 0.9)
    assert ledger.left("desk-1", 30.0) == pytest.approx(0.1)
    late = ledger.hold("desk-1", 0.3, DAY - 1)
    assert ledger.left("desk-1", DAY) == 1.0
    ledger.hold("desk-1", 0.2, DAY + 1)
    ledger.settle(late, 7.0)  # its day is over
    assert ledger.left("desk-1", DAY + 2) == pytest.approx(0.8)


def test_a_clock_that_is_set_back_frees_nothing() -> None:
    """What was spent on a day that was not yet there counts until that is over."""
    ledger = BudgetLedger({"*": 1.0})
    ledger.hold("lab", 0.6, 3 * DAY)
    assert ledger.left("lab", 10.0) == pytest.approx(0.4)
    ledger.hold("lab", 0.3, 20.0)
    assert ledger.left("lab", 30.0) == pytest.approx(0.1)
    assert ledger.left("lab", 4 * DAY) == 1.0


def test_no_budget_no_limit() -> None:
    """A client that no entry names may spend anything."""
    assert BudgetLedger({"desk": 1.0}).left("lab", 0.0) == float("inf")
    assert not BudgetLedger({})


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=20))
def test_settled_is_what_was_used(rows: list[tuple[float, float]]) -> None:
    """Whatever was expected, the sum of a day is what was used, in any order of settling."""
    ledger = BudgetLedger({"*": 1000.0})
    holds = [ledger.hold("c", expected, 0.0) for expected, _ in rows]
    for hold, (_, used) in reversed(list(zip(holds, rows, strict=True))):
        ledger.settle(hold, used)
    assert ledger.left("c", 0.0) == pytest.approx(1000.0 - sum(used for _, used in rows))


FAMILIES = families_of(build.formats())


@pytest.mark.parametrize(
    ("family", "tree", "expected"),
    [
        ("openai", {}, 500),
        ("openai", {"max_tokens": 20}, 20),
        ("openai", {"max_tokens": 100_000}, 500),
        ("openai", {"max_completion_tokens": 7, "max_tokens": 20}, 7),
        ("openai", {"max_output_tokens": 9}, 9),
        ("openai", {"max_output_tokens": "many", "max_tokens": 20}, 20),
        ("openai", {"max_tokens": True}, 500),
        ("openai", [], 500),
        ("anthropic", {"max_tokens": 20}, 20),
        ("gemini", {"generationConfig": {"maxOutputTokens": 11}}, 11),
        ("gemini", {"generation_config": {"max_output_tokens": 11}}, 11),
        ("gemini", {"max_tokens": 11}, 500),
        ("ollama", {"options": {"num_predict": 12}}, 12),
        ("ollama", {"options": {"num_predict": -1}}, 500),
        ("ollama", {"options": 7}, 500),
    ],
)
def test_expected_output(family: str, tree: Any, expected: int) -> None:
    """What an answer is expected to cost: its limit, or the usual where that is less."""
    assert expected_output(tree, FAMILIES[family].tokens) == expected


@pytest.mark.parametrize(
    ("family", "trees", "usage"),
    [
        ("openai", [{"usage": {"prompt_tokens": 3, "completion_tokens": 4}}], (3, 4)),
        ("openai", [{"usage": {"prompt_tokens": 3, "completion_tokens": 4, "cache_read_input_tokens": 2}}], (3, 4)),
        (
            "openai",
            [{"type": "response.completed", "response": {"usage": {"input_tokens": 3, "output_tokens": 4}}}],
            (3, 4),
        ),
        ("anthropic", [{"usage": {"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": 10}}], (13, 4)),
        # Anthropic counts up while it streams.
        (
            "anthropic",
            [
                {"type": "message_start", "message": {"usage": {"input_tokens": 3, "output_tokens": 1}}},
                {"type": "message_delta", "usage": {"output_tokens": 9}},
            ],
            (3, 9),
        ),
        (
            "gemini",
            [{"usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 4, "thoughtsTokenCount": 5}}],
            (3, 9),
        ),
        ("ollama", [{"done": False}, {"done": True, "prompt_eval_count": 3, "eval_count": 4}], (3, 4)),
        ("openai", [{"choices": []}, {"choices": []}], (100, 10)),  # nothing said: estimated from 20 characters each
        ("openai", [{"usage": None}, {"usage": {"prompt_tokens": "x", "completion_tokens": -1}}], (100, 10)),
        ("openai", [[], "text", {"usage": 7}], (100, 15)),
        ("ollama", [[], "text", {}], (100, 15)),
        ("openai", [], (100, 0)),  # no answer yet
    ],
)
def test_meter(family: str, trees: list[Any], usage: tuple[int, int]) -> None:
    """The latest that the upstream said counts; odd figures are no figures."""
    meter = Meter(FAMILIES[family].tokens)
    for tree in trees:
        meter.read(tree, added=20, at_once=30)
    found = meter.usage(100)
    assert (found.input_tokens, found.output_tokens) == usage
