"""A password of a setting is its value alone: not its name, not the next field, and no word that is code."""

from __future__ import annotations

import pytest

from relay import build
from relay.detect.analyzer import Analyzer
from relay.types import Segment


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return build.analyzer(build.read_policy(None))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("DB_PASSWORD=Zx9-quietRiver77", ["Zx9-quietRiver77"]),
        ("MYSQL_ROOT_PASSWORD=Zx9-quietRiver77\n", ["Zx9-quietRiver77"]),
        ("PGPASSWORD=Zx9-quietRiver77 psql\nDB_PASSWORD=Zx9-quietRiver77\n", ["Zx9-quietRiver77"] * 2),
        ("passwd=Zx9-quietRiver77&x=1", ["Zx9-quietRiver77"]),
        ("the db password is hunter2Xq9!zz, host db01.", ["hunter2Xq9!zz"]),
        ("password is hunter2Xq9!zz, port 5432.", ["hunter2Xq9!zz"]),
        ("POSTGRES_PASSWORD: ephemeral\n", ["ephemeral"]),
        ('environment:\n  DB_PASSWORD: postgres\n  PGPASSWORD: "postgres"\n', ["postgres", "postgres"]),
        ("password=ephemeral", ["ephemeral"]),
        # near misses
        ("def f(password: str) -> None:\n    password = pw\n", []),
        ("  password: string;", []),
        ("connect(\n    password=settings\n)", []),
        ("  DB_PASSWORD: password, // from the form", []),
    ],
)
def test_the_value_alone(analyzer: Analyzer, text: str, values: list[str]) -> None:
    """Pattern and model agree on where the value begins and ends."""
    (spans,) = analyzer.analyze([Segment(pointer="", text=text)])
    assert [text[span.start : span.end] for span in spans if span.entity_type == "PASSWORD"] == values
