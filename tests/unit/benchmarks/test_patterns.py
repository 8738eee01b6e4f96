"""The benchmark of patterns: its counting and its page."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.patterns import report
from benchmarks.patterns.noise import NOISE, noise
from benchmarks.patterns.sides import accuracy
from benchmarks.patterns.texts import Find, false_alarms


def finds(word: str, entity_type: str = "EMAIL_ADDRESS") -> Find:
    """Return a side that finds every `word`."""

    def find(text: str) -> list[tuple[int, int, str]]:
        places = [place for place in range(len(text)) if text.startswith(word, place)]
        return [(place, place + len(word), entity_type) for place in places]

    return find


def test_what_is_covered_and_what_is_false() -> None:
    """A planted value counts when it is covered whole, a span when it touches none."""
    scores = accuracy({"relay": finds("192.168.1.20", "IP_ADDRESS"), "presidio": finds("e")})
    assert scores["relay"]["covered"] == 1
    assert scores["relay"]["false"] == 0
    assert scores["presidio"]["covered"] == 0
    assert scores["presidio"]["false"] > 100
    assert scores["missed"] == 0


def test_false_alarms_are_counted_by_size() -> None:
    """One alarm in a text of 20 KB is half an alarm for 10 KB; noise is the same in every run."""
    alarms = false_alarms(finds(noise("uuids")[:36], "PHONE_NUMBER"))
    assert alarms["uuids"]["alarms"] == 1
    assert alarms["uuids"]["per_10k"] == round(10_000 / len(noise("uuids")), 2)
    assert {kind for kind in alarms if alarms[kind]["alarms"]} == {"uuids"}
    assert noise("cards in groups") == noise("cards in groups")
    assert set(NOISE) < set(alarms)


def test_the_page(tmp_path: Path) -> None:
    """Goals are judged, every table is there, and a bar in a unit does not break its table."""
    times = [
        {"text": text, "characters": 1300, "relay": (0.3, 0.25), "presidio": (9.0, 5.0), "times": 20.0}
        for text in ("personal data in prose", "only personal data")
    ]
    added = {"personal data in prose": {"before_ms": 0.25, "after_ms": 0.26, "share": 0.04}}
    result = {
        "python": "3.11",
        "quick": True,
        "times": times,
        "vectors": {
            **{side: {"planted": 9, "covered": 9, "false": 0} for side in ("relay", "presidio")},
            "missed": 0,
            "checksum": {"types": 1, "values": 9, "recall": 1.0, "precision": 1.0},
        },
        "false_alarms": {"log": {"characters": 10_000, "alarms": 2, "per_10k": 2.0}},
        "growth": [{"unit": "a|", "characters": 1000, "seconds": 0.1, "ratio": 2.0}],
        "known": {"values": 1000, "made_s": 0.1, "added": added},
        "turns": {"mixed": {"characters": 10, "first_ms": 10.0, "second_ms": 0.4, "share": 0.04}},
        "without_hyperscan": {"prose": {"hyperscan_ms": 0.01, "re2_ms": 0.02}},
    }
    result["goals"] = report.goals(result)
    assert {row["what"]: row["met"] for row in result["goals"]} == {
        "1,300 characters with personal data, ms": True,
        "checksummed types on the vectors: recall": True,
        "checksummed types on the vectors: precision": True,
        "false alarms per 10 KB, worst kind": False,
        "hostile text: twice the size, times the time, worst": True,
        "1,000 known values: share added, personal data in prose": True,
        "second turn of a mixed conversation, share of the first": True,
        "times faster than Presidio, personal data in prose": False,
        "times faster than Presidio, only personal data": False,
        "planted values that Presidio finds and relay does not": True,
    }
    report.write(result, tmp_path)
    report.plot(result, tmp_path)
    assert json.loads((tmp_path / "patterns.json").read_text(encoding="utf-8"))["goals"] == result["goals"]
    page = (tmp_path / "patterns.md").read_text(encoding="utf-8")
    assert "| `a\\|` | 0.10 | 2.00 |" in page
    assert page.count("\n## ") == 8
    assert (tmp_path / "patterns.svg").exists()
    assert (tmp_path / "patterns.png").exists()
