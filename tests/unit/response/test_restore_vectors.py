"""The corpus of alterations that models make: what must be restored, and what must not."""

from pathlib import Path

import pytest
import yaml

from relay.replace.styles.bracketed import Bracketed
from relay.response.restore import Restorer
from relay.types import Encoding
from tests.table_vault import TableVault

FOLDER = Path(__file__).parents[2] / "vectors" / "restore"
VALUES: dict[str, str] = yaml.safe_load((FOLDER / "values.yaml").read_text(encoding="utf-8"))
FILES = {"text": Encoding.TEXT, "destinations": Encoding.TEXT, "json": Encoding.JSON}
ROWS = [
    (encoding, row["text"], row.get("restored", row["text"]))
    for name, encoding in FILES.items()
    for row in yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("encoding", "text", "restored"), ROWS, ids=[f"{row[0].value}:{row[1]!r}" for row in ROWS])
def test_vector(encoding: Encoding, text: str, restored: str) -> None:
    """The text comes out as the corpus says, whole, cut at any place, and one character at a time."""
    assert Restorer(TableVault(VALUES), encoding=encoding).restore(text) == restored
    cuts = [(text[:cut], text[cut:]) for cut in range(len(text) + 1)]
    for pieces in (*cuts, tuple(text)):
        restorer = Restorer(TableVault(VALUES), encoding=encoding)
        assert "".join(map(restorer.feed, pieces)) + restorer.finish() == restored


@pytest.mark.parametrize("text", [row[1] for row in ROWS if row[0] is Encoding.TEXT and row[1] != row[2]], ids=repr)
def test_what_is_restored_is_a_lookalike(text: str) -> None:
    """Without the ranges that the style names there is nothing to restore, so a user's own text always comes back."""
    left = list(text)
    for start, end in Bracketed().lookalikes(text):
        left[start:end] = "." * (end - start)
    rest = "".join(left)
    assert Restorer(TableVault(VALUES), urls=True).restore(rest) == rest


def test_the_corpus_is_large_enough() -> None:
    """At least 150 alterations, a third of them near misses or destinations."""
    assert len(ROWS) >= 150
    assert sum(text == restored for _, text, restored in ROWS) >= len(ROWS) // 3
    assert len({(encoding, text) for encoding, text, _ in ROWS}) == len(ROWS)
