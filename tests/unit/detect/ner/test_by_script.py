"""Each stretch goes to the model for its script, once, and what that finds comes back in its place."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.detect.cache import SpanCache
from relay.detect.ner.by_script import ByScript, _Later
from relay.detect.ner.model import LANGUAGES, NerModel
from relay.errors import ConfigFault
from relay.types import Span

MODELS = Path(__file__).parents[4] / "ner_models"


@cache
def shipped() -> ByScript:
    return ByScript(NerModel.load(MODELS / "fast"), MODELS / "world")


class Words:
    """Finds every word as an entity, and remembers what it was given."""

    labels = ("PERSON",)
    version = "words-1"
    languages = dict.fromkeys(LANGUAGES, ("any",))

    def __init__(self, kind: str) -> None:
        self.kind, self.read = kind, list[str]()

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        self.read += texts
        return [[Span(self.kind, *word.span(), 1.0, "ner") for word in re.finditer(r"\w+", text)] for text in texts]


class Loaded(_Later):
    def __init__(self, model: Words) -> None:
        self.version, self.languages, self.model = model.version, model.languages, model

    def get(self) -> Words:
        return self.model


def both() -> tuple[ByScript, Words, Words]:
    latin, other = Words("LATIN"), Words("OTHER")
    return ByScript(latin, Loaded(other)), latin, other


def test_latin_text_is_read_as_it_is() -> None:
    """And the other model is not asked."""
    models, latin, other = both()
    assert [len(row) for row in models.find_all(["John Smith", "α"])] == [2, 1]
    assert latin.read == ["John Smith", "α"]
    assert other.read == []


def test_each_model_is_believed_in_its_letters() -> None:
    """Spans have the offsets of the whole text, in order, with whole texts beside it."""
    models, latin, other = both()
    text = "Позвоните завтра, please call me when back.\nИван"
    rows = models.find_all(["one", text, "王伟 12"])
    assert [(text[span.start : span.end], span.entity_type) for span in rows[1]] == [
        *((word, "OTHER") for word in ("Позвоните", "завтра")),
        *((word, "LATIN") for word in ("please", "call", "me", "when", "back")),
        ("Иван", "OTHER"),
    ]
    assert [[span.entity_type for span in rows[place]] for place in (0, 2)] == [["LATIN"], ["OTHER", "OTHER"]]
    assert latin.read == ["one", text]
    assert other.read == ["Позвоните завтра, ", "Иван", "王伟 12"]


class Finds(Words):
    """Finds what it is told to."""

    def __init__(self, kind: str, *values: str) -> None:
        super().__init__(kind)
        self.values = values

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        self.read += texts
        return [
            [
                Span(self.kind, text.index(value), text.index(value) + len(value), 1.0, "ner")
                for value in sorted(self.values, key=text.find)
                if value in text
            ]
            for text in texts
        ]


@pytest.mark.parametrize(
    ("text", "latin", "other", "expected"),
    [
        ("mimo 병렬로 분석", (), ("mimo",), []),
        ("John Smith 병렬로 분석", ("John Smith",), ("Smith",), ["John Smith"]),
        ("김민수 병렬로 분석", ("분석",), ("김민수",), ["김민수"]),
        ("김민수 mimo 병렬로", (), ("김민수", "mimo"), ["김민수"]),
        ("A5 병렬로, 12 병렬로", (), ("12",), ["12"]),
        ("Анна Smith звонит", ("Smith",), ("Анна Smith",), ["Анна Smith"]),
        ("Smith Анна звонит", ("Smith",), ("Smith Анна",), ["Smith Анна"]),
    ],
)
def test_what_is_in_both_letters(
    text: str, latin: tuple[str, ...], other: tuple[str, ...], expected: list[str]
) -> None:
    """The model for other scripts knows few words of Latin ones, and the other one none of its."""
    first = Finds("PERSON", *latin)
    models = ByScript(first, Loaded(Finds("PERSON", *other)))
    assert [text[span.start : span.end] for span in models.find(text)] == expected
    assert len(first.read) <= 1


def test_a_missing_model_is_refused_at_once(tmp_path: Path) -> None:
    """Before any text in its scripts comes."""
    with pytest.raises(ConfigFault, match=r"cannot read .*model\.yaml"):
        ByScript(NerModel.load(MODELS / "fast"), tmp_path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Меня зовут Анна Петрова, я из Казани.", "Анна Петрова"),
        ("我叫王伟，请把合同发给我。", "王伟"),
        ("担当の佐藤健一です。よろしくお願いします。", "佐藤健一"),
        ("안녕하세요, 저는 김민수입니다.", "김민수"),
        ("اسمي أحمد الحسيني وأعمل في القاهرة.", "أحمد الحسيني"),
        ("मेरा नाम राहुल शर्मा है।", "राहुल शर्मा"),
        ("Με λένε Γιώργο Παπαδόπουλο.", "Γιώργο Παπαδόπουλο"),
        ("\u200fاسمي أحمد الحسيني\u200f وأعمل في القاهرة.", "أحمد الحسيني"),
        ("\ufeffМеня зовут Анна\u00a0Петрова, я из Казани.", "Анна\u00a0Петрова"),
        ("ผมชื่อสมชาย ใจดี ครับ", "สมชาย ใจดี"),
        ("Hi, please translate: Меня зовут Анна Петрова", "Анна Петрова"),
    ],
)
def test_people_in_other_scripts(text: str, value: str) -> None:
    """With the models that ship."""
    models = shipped()
    covered = {at for span in models.find(text) if span.entity_type == "PERSON" for at in range(span.start, span.end)}
    start = text.index(value)
    assert (
        set(range(start, start + len(value))) - {start + at for at, char in enumerate(value) if char == " "} <= covered
    )


def test_what_one_model_remembers_is_not_the_other_ones() -> None:
    """Both may read the same piece of a long text."""
    memory = SpanCache(bytes(16), clock=lambda: 0.0)
    models = ByScript(NerModel.load(MODELS / "fast"), MODELS / "world")
    text = "Вчера в Москве Владимир Кузнецов встретился с коллегами и обсудил план. See page 2. " * 12
    assert models.find(text, memory) == models.find(text)
    assert any(span.entity_type == "PERSON" for span in models.find(text, memory))


ODD = "aé Ж中𠮷𪚥अ\u0905\u094dกا\u064bב\u05b0\u200f\u202e\u200d\u0378\U000e0001\ud7ff가ა😀.\n1"


@given(
    st.lists(st.text(alphabet=ODD, min_size=1, max_size=8), min_size=1, max_size=24), st.sampled_from((" ", "", "\n"))
)
@settings(max_examples=40, deadline=None)
def test_odd_text(words: list[str], between: str) -> None:
    """Scripts mixed inside words, marks of direction, unassigned code points, rare planes: spans are in order."""
    text = between.join(words)
    spans = shipped().find(text)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))


def test_each_stretch_is_read_once() -> None:
    """A text that changes its script at every word costs each model no more than its own letters."""
    models, latin, other = both()
    text = " ".join(("Anna", "Анна", "王伟", "Smith", "احمد")[place % 5] for place in range(1_000))
    models.find(text)
    assert sum(map(len, other.read)) <= len(text)
    assert latin.read == [text]
