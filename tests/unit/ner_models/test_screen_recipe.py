"""The recipe of the screen: its texts are the same for a seed, it learns, and its graph is the network."""

from __future__ import annotations

import importlib.util
import random
import re
from pathlib import Path

import numpy as np
import pytest

from ner_models.train.machine_text import KINDS, Machine
from ner_models.train.names import Lists, read_lists
from ner_models.train.rows import TYPES
from ner_models.train.screen_texts import texts

DATA = Path(__file__).parents[4] / "shared/data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the checkout")
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None or importlib.util.find_spec("onnx") is None,
    reason="ner_models/train/requirements.txt is not installed",
)
LISTS = Lists(
    people={"ES": (["Maria"], ["Gonzalez"]), "CN": (["Wei"], ["Chen"])},
    us_first=[],
    us_last=[],
    cities={},
    countries=[],
    companies=[],
    us_streets=[],
    odd_addresses=[],
    given_names=frozenset(),
    family_names=frozenset(),
)


@pytest.mark.parametrize("kind", KINDS)
def test_what_programs_write_is_invented_from_a_seed(kind: str) -> None:
    """Equal seeds give equal texts, and every slot is filled."""
    one, other = (Machine(LISTS, 7).text(kind, 40) for _ in range(2))
    assert one == other != Machine(LISTS, 8).text(kind, 40)
    assert not re.search(r"\{(?:word|num|first|last|user|sentence|iso)\}", one)


def test_some_of_it_names_people() -> None:
    """A few lines in a hundred, and not in every text."""
    machine = Machine(LISTS, 7)
    named = [len(re.findall(r"(?i)maria|gonzalez|wei|chen", machine.text("json", 100))) for _ in range(30)]
    assert min(named) < 3
    assert 3 < max(named) < 60


@needs_data
def test_texts_are_the_same_for_a_seed() -> None:
    """Another seed gives others, and a share gives fewer."""
    lines: list[str] = []
    one = texts(DATA, 1, lines.append, share=0.002)
    assert one == texts(DATA, 1, lines.append, share=0.002) != texts(DATA, 2, lines.append, share=0.002)
    assert any(line.startswith("screen: machine: 7 rows") for line in lines)
    assert read_lists(DATA / "lists").people.keys() >= {"ES", "DE"}
    assert random.Random(1).choice(one)


@needs_torch
def test_the_graph_is_the_network() -> None:
    """Up to the rounding of its word vectors to eight bits."""
    import onnxruntime
    import torch

    from ner_models.train.screen import CONVOLUTIONS, WIDTH, Screen
    from ner_models.train.screen_graph import build_screen

    torch.manual_seed(1)
    screen = Screen(torch.randn(50, WIDTH)).eval()
    ids, types = torch.randint(0, 50, (1, 60)), torch.randint(0, 12, (1, 60))
    with torch.no_grad():
        expected = screen(ids, types).numpy()
    weights = {name: value.numpy() for name, value in screen.state_dict().items()}
    graph = build_screen(weights, [step for _, _, step in CONVOLUTIONS]).SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"ids": ids.numpy(), "types": types.numpy()})
    assert found.shape == (1, len(TYPES), 60)
    assert np.abs(found - expected).max() < 0.1


@needs_torch
def test_the_screen_learns() -> None:
    """A piece that is always found scores above one that never is, after a few steps on invented tokens."""
    import torch

    from ner_models.train.screen import WIDTH, Screen, ScreenConfig, fit_screen
    from ner_models.train.screen_labels import Taught

    rng = np.random.default_rng(1)
    ids = rng.integers(0, 50, 40_000)
    taught = Taught(
        ids=ids, types=np.zeros_like(ids), found=(ids == 7).astype(np.uint16), ends=np.arange(400, 40_001, 400)
    )
    torch.manual_seed(1)
    screen = Screen(torch.randn(50, WIDTH))
    config = ScreenConfig(epochs=3, batch=8, threads=1)
    fit_screen(screen, taught, config, seed=1, unknown=0, log=lambda _line: None)
    with torch.no_grad():
        scores = screen(torch.tensor([[3, 9, 7, 4, 5]]), torch.zeros(1, 5, dtype=torch.int64))[0, 0]
    assert int(scores.argmax()) == 2
