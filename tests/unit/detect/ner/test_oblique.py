"""What passages imply: the head by itself, the model that uses it, and what is remembered of it."""

from __future__ import annotations

import io
import itertools
from typing import Any

import numpy as np
import pytest

from relay import shipped
from relay.detect.analyzer import Analyzer
from relay.detect.cache import SpanCaches
from relay.detect.ner.manifest import Manifest
from relay.detect.ner.model import NerModel
from relay.detect.ner.oblique import OBLIQUE, Oblique, pooled, read_oblique
from relay.detect.ner.tokenizer import Coder
from relay.errors import ConfigFault, ScrubFailed
from relay.types import Role, Segment, Span

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "pills", "help", ".", "weather"]
PILLS = VOCABULARY.index("pills")
# Fires on the token "pills": the largest state is 1 where it occurs. The mean does not count.
HEAD = Oblique(
    outputs=("states",),
    classes=("PHI",),
    inner=np.array([[0.0, 1.0]], dtype=np.float32),
    inner_bias=np.zeros(1, dtype=np.float32),
    outer=np.array([[8.0]], dtype=np.float32),
    outer_bias=np.array([-4.0], dtype=np.float32),
)


class _Session:
    """A network that finds nothing, and whose only state says whether a token is "pills"; it counts its runs."""

    def __init__(self, state: float = 1.0) -> None:
        self.runs: list[tuple[str, ...]] = []
        self._state = state

    def run(self, outputs: list[str], inputs: dict[str, Any]) -> list[Any]:
        self.runs.append(tuple(outputs))
        ids = inputs["ids"]
        logits = np.zeros((*ids.shape, 3), dtype=np.float32)
        logits[..., 0] = 9.0
        states = (ids == PILLS).astype(np.float32)[..., None] * np.float32(self._state)
        return [{"logits": logits, "states": states}[name] for name in outputs]


def _model(session: _Session, head: Oblique | None = HEAD) -> NerModel:
    manifest = Manifest(
        labels=("PERSON",),
        thresholds=(0.5,),
        max_tokens=128,
        overlap=32,
        version="fake-1-0123456789ab",
        languages={},
        digests={},
        screen=None,
        oblique=None,
        tokenizer="wordpiece",
    )
    return NerModel(coder=Coder(VOCABULARY), session=session, manifest=manifest, oblique=head)


def test_states_are_pooled_over_all_windows() -> None:
    """The mean counts every token once, whatever its window; the largest is of all."""
    windows = [[np.array([[1.0], [3.0]], dtype=np.float32)], [np.array([[8.0]], dtype=np.float32)]]
    assert pooled(windows).tolist() == [4.0, 8.0]


def test_states_that_are_no_numbers_raise() -> None:
    """A head does not say "nothing" when it cannot say anything."""
    with pytest.raises(ValueError, match="not all of them numbers"):
        HEAD.verdicts([[np.array([[np.nan]], dtype=np.float32)]], 0, 5)


@pytest.mark.parametrize(
    ("text", "implied"),
    [
        ("the pills help", [("PHI", 0, 14)]),
        ("the weather", []),
        ("", []),
        (" ", []),
        ("pills", [("PHI", 0, 5)]),
    ],
)
def test_a_short_text_is_one_passage(text: str, implied: list[tuple[str, int, int]]) -> None:
    """Its verdict stands behind the entities, over all of it."""
    found = _model(_Session()).implying().find(text)
    assert [tuple(span[:3]) for span in found] == implied
    assert all(span.recognizer == OBLIQUE and span.score > 0.9 for span in found)


def test_a_long_text_says_where() -> None:
    """Only the passages around the word count, and they stand where they are."""
    text = "the weather help. " * 60 + "the pills help. " + "the weather help. " * 60
    found = _model(_Session()).implying().find(text)
    assert 1 <= len(found) <= 3
    assert any("pills" in text[span.start : span.end] for span in found)
    assert all(0 < span.end - span.start <= 420 and abs(span.start - text.index("pills")) < 600 for span in found)


def test_states_are_asked_for_by_who_wants_them_only() -> None:
    """Without it the network computes what it did before, once."""
    session = _Session()
    model = _model(session)
    model.find("the pills help")
    model.implying().find("the pills help")
    assert session.runs == [("logits",), ("logits", "states")]


def test_a_model_without_a_head_cannot_be_asked() -> None:
    """It is refused when it is made ready, not when a request comes."""
    with pytest.raises(ConfigFault, match="cannot tell what texts imply"):
        _model(_Session(), None).implying()


def _npz(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        _npz(inner=np.zeros((3, 2)), inner_bias=np.zeros(3), outer=np.zeros((1, 3))),
        _npz(inner=np.zeros((3, 2)), inner_bias=np.zeros(3), outer=np.zeros((2, 3)), outer_bias=np.zeros(2)),
        _npz(inner=np.zeros((3, 2)), inner_bias=np.zeros(2), outer=np.zeros((1, 3)), outer_bias=np.zeros(1)),
        _npz(inner=np.zeros(3), inner_bias=np.zeros(3), outer=np.zeros((1, 3)), outer_bias=np.zeros(1)),
    ],
)
def test_a_file_that_is_no_head_is_refused(data: bytes) -> None:
    """Another number of classes, other arrays, or none."""
    with pytest.raises(ConfigFault, match=r"oblique\.npz"):
        read_oblique(data, ["states"], ["PHI"])


def _caches() -> SpanCaches:
    return SpanCaches(lambda size: b"k" * size, clock=itertools.count().__next__)


def _said(text: str, role: Role = Role.USER, *, contract: bool = False) -> Segment:
    return Segment(pointer="/0", text=text, role=role, message=0, contract=contract)


@pytest.mark.parametrize(
    ("segment", "counts"),
    [
        (_said("the pills help"), True),
        (_said("the pills help", Role.TOOL), True),
        (_said("the pills help", Role.SYSTEM), False),
        (_said("the pills help", Role.ASSISTANT), False),
        (_said("the pills help", contract=True), False),
        (_said(""), False),
    ],
)
def test_what_was_said_counts(segment: Segment, counts: bool) -> None:
    """What a person or a tool said; no instruction, answer or description."""
    model = _model(_Session())
    for caches in (None, _caches()):
        analyzer = Analyzer((), model, caches=caches, implying=model.implying())
        for _ in range(2):
            found = analyzer.read((segment,))
            assert found.implied is not None
            assert [span.entity_type for span in found.implied[0]] == ["PHI"] * counts
            assert found.spans == ((),)


def test_what_is_remembered_is_not_read_again() -> None:
    """A text that comes again costs no run; one that was an answer before is read for it once."""
    session = _Session()
    model = _model(session)
    analyzer = Analyzer((), model, caches=_caches(), implying=model.implying())
    answer, question = _said("the pills help", Role.ASSISTANT), _said("the pills help")
    for segment, runs in ((answer, 1), (answer, 1), (question, 2), (question, 2), (answer, 2)):
        analyzer.read((segment,))
        assert len(session.runs) == runs


def test_an_analyzer_that_does_not_ask_says_so() -> None:
    """None is not the same as nothing."""
    assert Analyzer((), _model(_Session())).read((_said("the pills help"),)).implied is None


def test_a_head_that_fails_stops_the_request() -> None:
    """What it raises holds no text and becomes the failure of a detector."""
    model = _model(_Session(float("nan")))
    with pytest.raises(ScrubFailed, match="model"):
        Analyzer((), model, implying=model.implying()).read((_said("the pills help"),))


@pytest.mark.parametrize("name", ["fast", "accurate", shipped.OTHER_SCRIPTS])
def test_the_shipped_heads_fit_their_graphs(name: str) -> None:
    """Each names outputs that its graph has, and finds the same entities with and without being asked."""
    model = NerModel.load(shipped.model(name))
    text = "Maria Gonzalez has not slept since they changed her tablets."
    found = model.implying().find(text)
    assert [span for span in found if span.recognizer != OBLIQUE] == model.find(text)
    assert all(isinstance(span, Span) and 0 <= span.score <= 1 for span in found)


# (text, what it implies), with near misses. None of the first ones has a value or needs a name.
IMPLIED = [
    ("He hasn't got out of bed since they doubled his tablets.", "PHI"),
    ("My daughter faints every morning and the nurse says her blood is too thin.", "PHI"),
    ("I am twelve weeks along and there was some bleeding last night.", "PHI"),
    ("Seit der neuen Dosis zittern meine Hände und ich kann nicht schlafen.", "PHI"),
    ("After rent and the two loans I have 140 left until payday.", "NPI"),
    ("The bank turned us down because of my overdraft and her student debt.", "NPI"),
    ("Our lawyer says we should not mention the second contract in the reply.", "PRIVILEGED"),
    ("Our prototype lasts 40 hours and nobody outside the lab has seen it.", "TRADE_SECRET"),
    ("We plan to buy the dealer in March, the owner doesn't know yet.", "TRADE_SECRET"),
    ("What are the symptoms of the flu?", None),
    ("How does a mortgage work?", None),
    ("What is the difference between a barrister and a solicitor?", None),
    ("The new phone is in stores and costs 799.", None),
    ("def get_patient(patient_id): return session.get(Patient, patient_id)", None),
    ("Please fix the failing test in billing and run the suite again.", None),
    ("A patent protects an invention for twenty years.", None),
]


def test_the_shipped_head_tells_what_is_meant() -> None:
    """Most of a list: the head is fitted anew with each new model, and some of these are close."""
    model = NerModel.load(shipped.model("fast")).implying()
    right = 0
    for text, name in IMPLIED:
        found = {span.entity_type for span in model.find(text) if span.recognizer == OBLIQUE and span.score >= 0.5}
        right += found == ({name} if name else set())
    assert right >= len(IMPLIED) - 4
