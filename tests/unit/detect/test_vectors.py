"""Every recognizer, by tables: hits beside near misses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from relay.detect.recognizers import secrets_tokens
from relay.detect.taxonomy import describe
from relay.types import Segment
from tests.support import patterns_only

ANALYZER = patterns_only()
VECTORS = Path(__file__).parents[2] / "vectors" / "detect"
ROWS = [
    pytest.param(row["text"], row["find"], id=f"{path.stem}-{place}")
    for path in sorted(VECTORS.glob("*.yaml"))
    for place, row in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")))
]


def find(text: str) -> list[list[Any]]:
    """Return `[value, type]` of what is found in `text` and on by default."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    return [[text[s.start : s.end], s.entity_type] for s in spans if describe(s.entity_type).default]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_what_is_found(text: str, expected: list[list[str]]) -> None:
    """Exactly the listed values are found."""
    assert find(text) == expected


@pytest.mark.parametrize(("text", "expected"), [row for row in ROWS if row.values[1]])
def test_found_among_other_text(text: str, expected: list[list[str]]) -> None:
    """The same values are found between lines in other scripts, at offsets that still slice to them."""
    assert find(f"日本語 \U0001f600 é\n{text}\nтекст") == expected


@pytest.mark.parametrize("row", secrets_tokens._ROWS, ids=lambda row: row[1])
@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_every_token_form(row: tuple[str, str, str], data: st.DataObject) -> None:
    """Any string of a listed form is found, whole, as a secret."""
    _, prefix, tail = row
    token = data.draw(
        st.from_regex(
            re.compile(f"(?:{prefix}){tail}", re.ASCII), fullmatch=True, alphabet=st.characters(codec="ascii")
        )
    )
    if len(set(token[-16:])) <= 8:
        return
    value = token.partition("=")[2] if prefix.endswith("Key=") else token
    assert any(value.startswith(found) or found in value for found, _ in find(f"it is {token} now"))


def test_work_is_linear_per_hit() -> None:
    """A recognizer is asked once for each candidate: ten times the text, ten times the candidates."""
    text = "card 4111 1111 1111 1111, mail a@example.org, SSN 536-22-1234; "
    few, many = (len(ANALYZER._patterns._scanner.candidates(text * times)) for times in (10, 100))
    assert many <= 11 * few
