"""The cost report: arithmetic that can be checked by hand, the command that prints it, and its picture."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relay.doors.cli import app
from relay.errors import ConfigFault
from relay.observe.metrics import Metrics, read
from relay.routing.costs import Hardware, Row, report
from relay.types import RouteKind

MILLION = 1_000_000
# 10 USD a day for the machine, 2.40 for its electricity; 8.64 million tokens a day.
MACHINE = Hardware(
    hardware_usd=14_600, lifetime_years=4, power_w=1000, usd_per_kwh=0.1, hours_per_day=24, tokens_per_s=100
)
YAML = "hardware_usd: 14600\nlifetime_years: 4\npower_w: 1000\nusd_per_kwh: 0.1\ntokens_per_s: 100\n"


def row(route: str, tokens: int, usd: float = 0.0) -> Row:
    return Row(upstream=f"some-{route}", route=route, requests=1, input_tokens=tokens, output_tokens=0, usd=usd)


def test_machine() -> None:
    """What a machine costs and can do in a day, and how many of them a volume takes."""
    assert MACHINE.usd_per_day == pytest.approx(12.4)
    assert MACHINE.tokens_per_day == 8_640_000
    assert [MACHINE.machines(tokens) for tokens in (0, 8_640_000, 8_640_001, 20_000_000)] == [1, 1, 2, 3]


@pytest.mark.parametrize(
    ("usd_per_million", "break_even"),
    [
        (12.4, 1.0),  # a million tokens a day pay for one machine
        (1.55, 8.0),  # just what one machine can do
        (1.5, 8.2667),
        (1.4, None),  # a machine at work all day costs 1.435 for each million
        (0.01, None),
    ],
)
def test_break_even(usd_per_million: float, break_even: float | None) -> None:
    """The volume at which one's own machines cost as much as the frontier, or none."""
    found = report([row("frontier", 2 * MILLION, 2 * usd_per_million)], {}, 1.0, MACHINE)
    assert found.usd_per_million == pytest.approx(usd_per_million)
    tokens = found.break_even_tokens
    assert (tokens and tokens / MILLION) == (break_even and pytest.approx(break_even, rel=1e-3))


def test_whole() -> None:
    """Costs are of the frontier, local is for all that was asked, over the days of the counters."""
    rows = [row("frontier", 20 * MILLION, 50.0), row("local", 40 * MILLION)]
    found = report(rows, {}, 2.0, MACHINE)
    assert (found.frontier_usd, found.frontier_tokens, found.usd_per_million) == (50.0, 20 * MILLION, 2.5)
    assert found.machines == 4  # thirty million a day
    assert found.local_usd == pytest.approx(4 * 12.4 * 2)
    assert found.unpriced == ()


def test_nothing_to_compare() -> None:
    """Without use, without prices or without hardware nothing is made up."""
    assert report([], {}, 1.0, MACHINE).break_even_tokens is None
    unpriced = report([row("frontier", 5)], {}, 1.0, MACHINE)
    assert (unpriced.unpriced, unpriced.break_even_tokens) == (("some-frontier",), None)
    assert report([row("frontier", 5, 1.0)], {}, 1.0).local_usd is None


@pytest.fixture
def scrape(tmp_path: Path) -> Path:
    """A saved scrape of a relay that has worked."""
    metrics = Metrics(formats=["openai_chat"], entity_types=["PERSON"], clock=lambda: 0.0)
    metrics.declare({"openai": RouteKind.FRONTIER, "rack": RouteKind.LOCAL})
    metrics.used("openai", 3 * MILLION, MILLION, 49.6)
    metrics.used("rack", MILLION, MILLION, 0.0)
    metrics.outcome("openai", "answered")
    metrics.outcome("openai", "error")
    metrics.outcome("rack", "answered")
    metrics.moved(RouteKind.LOCAL, "down")
    path = tmp_path / "metrics.txt"
    path.write_bytes(metrics.render())
    return path


def test_read(scrape: Path) -> None:
    """What relay counts can be read back."""
    found = read(scrape.read_text())
    assert [(item.upstream, item.route, item.requests) for item in found.upstreams] == [
        ("openai", "frontier", 2),
        ("rack", "local", 1),
    ]
    assert (found.upstreams[0].input_tokens, found.upstreams[0].usd) == (3 * MILLION, 49.6)
    assert found.moves == {"local, down": 1}


@pytest.mark.parametrize("text", ["", "<html>", "up 1\n", "relay_uptime_seconds{ 1\n"])
def test_read_something_else(text: str) -> None:
    """What is no scrape of relay's is refused."""
    with pytest.raises(ConfigFault, match="not the metrics of a relay"):
        read(text)


def test_command(scrape: Path, tmp_path: Path) -> None:
    """The table says what went where, and the picture is one that any viewer draws."""
    hardware, svg = tmp_path / "machine.yaml", tmp_path / "costs.svg"
    hardware.write_text(YAML)
    arguments = ["report", "costs", str(scrape), "--hardware", str(hardware), "--days", "1"]
    told = CliRunner().invoke(app, [*arguments, "--svg", str(svg)], catch_exceptions=False).output
    assert "openai    frontier         2  3,000,000   1,000,000  49.60" in told
    assert "frontier: 49.60 USD for 4,000,000 tokens, 12.40 per million tokens" in told
    assert "local, for all of it: 12.40 USD on 1 machine" in told
    assert "break-even: 1.00 million tokens a day" in told
    assert "moved to local, down: 1" in told
    tree = json.loads(CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False).output)
    assert tree["break_even_tokens"] == pytest.approx(MILLION)
    texts = [element.text for element in ET.fromstring(svg.read_text()).iter() if element.tag.endswith("text")]
    assert {"break-even", "measured"} <= set(texts)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("hardware_usd: 1\npower_w: 1\nusd_per_kwh: 1\n", "tokens_per_s"),
        (YAML.replace("power_w", "power"), "unknown key"),
        (YAML.replace("0.1", "-1"), "usd_per_kwh"),
        (f"{YAML}hours_per_day: 25\n", "hours_per_day"),
        ("", ""),
    ],
)
def test_odd_hardware(scrape: Path, tmp_path: Path, text: str, place: str) -> None:
    """A file that cannot be used is refused with its place."""
    hardware = tmp_path / "machine.yaml"
    hardware.write_text(text)
    with pytest.raises(ConfigFault, match=r"machine\.yaml") as caught:
        CliRunner().invoke(
            app,
            ["report", "costs", str(scrape), "--hardware", str(hardware)],
            catch_exceptions=False,
            standalone_mode=False,
        )
    assert place in caught.value.public
