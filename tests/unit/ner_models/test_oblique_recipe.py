"""The recipe of the heads for what passages imply: its texts, its graph, its fit and its scale."""

from __future__ import annotations

import importlib.util
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ner_models.train.oblique_code import code_passages
from ner_models.train.oblique_texts import APART, CLASSES, other_texts, read_labelled
from relay import shipped
from relay.policy.implied import BESIDE_WORDS, SURE

needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("onnx") is None,
    reason="ner_models/train/requirements.txt is not installed",
)


def test_the_texts_are_many_and_varied() -> None:
    """Styles and languages, about half without a class, each class in each language, and none of them twice."""
    rows = read_labelled()
    assert len(rows) >= 1_200
    assert len({row.style for row in rows}) >= 10
    assert len(APART & {row.style for row in rows}) >= 3
    assert {row.language for row in rows} == {"en", "de", "fr", "es", "zh", "ru"}
    assert 0.4 < sum(not row.classes for row in rows) / len(rows) < 0.6
    assert all(sum(letter in row.classes and row.language == "ru" for row in rows) > 10 for letter in CLASSES)
    twice = [text for text, count in Counter(row.text for row in rows).items() if count > 1]
    assert len(twice) < len(rows) / 100


@pytest.mark.parametrize("line", ["H", "X text", "HN", "text without a class"])
def test_a_line_that_is_none_is_refused(line: str, tmp_path: Path) -> None:
    """By its place, not by its text."""
    (tmp_path / "chat.txt").write_text(f"[en]\nH fine\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^chat\.txt:3: expected classes, a blank and a text$"):
        read_labelled(tmp_path)


def test_texts_of_others_are_not_needed(tmp_path: Path) -> None:
    """Without corpora there are none; code is there with any Python."""
    assert list(other_texts(tmp_path, latin=True)) == []
    assert code_passages(5) == code_passages(5)
    assert all(40 < len(passage) <= 380 for passage in code_passages(5))


@needs_torch
def test_a_head_learns_and_its_scale_is_where_it_is_precise() -> None:
    """.5 is reached where nearly all that reach it have the class, and texts of others do not."""
    from ner_models.train.oblique_fit import chosen, fit_head, left_out

    draw = np.random.default_rng(1)
    labels = (draw.random((400, 4)) < 0.3).astype(np.float32)
    features = np.concatenate([labels, draw.random((400, 8))], axis=1).astype(np.float32)
    logits = left_out(features, labels, [str(place % 4) for place in range(400)])
    labels[300:] = np.nan
    head = chosen(fit_head(features[:300], labels[:300]), logits, labels, np.ones((400, 4), dtype=bool))
    scores = 1 / (1 + np.exp(-head.logits(features[:300])))
    found, truth = scores >= SURE, labels[:300] > 0
    assert (found & truth).sum() / found.sum() > 0.9
    assert BESIDE_WORDS < SURE


@needs_torch
def test_states_are_added_once_and_change_nothing(tmp_path: Path) -> None:
    """The graph that ships has them; asked for by name, the logits are what they were."""
    import onnx

    from ner_models.train.oblique_graph import state_outputs, with_states

    graph = onnx.load(shipped.model("fast") / "model.onnx")
    before = graph.SerializeToString()
    assert with_states(graph).SerializeToString() == before
    assert [output.name for output in graph.output] == ["logits", *state_outputs(graph)]


@needs_torch
def test_the_smoke_run_writes_a_head_that_loads(tmp_path: Path) -> None:
    """Every step, on every tenth text."""
    from ner_models.train.oblique import LATIN, add_oblique
    from relay.detect.ner.model import NerModel

    folder = shutil.copytree(shipped.model("fast"), tmp_path / "fast")
    add_oblique(folder, tmp_path, LATIN, log=lambda line: None, share=0.1)
    NerModel.load(folder).implying().find("She stopped taking them in August.")
