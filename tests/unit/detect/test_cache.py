"""Spans remembered by keyed hash."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Any

import pytest

import relay.detect.analyzer as analyzer_module
import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.detect.cache import Kept, SpanCache
from relay.detect.known import KnownValues
from relay.registry import collect
from relay.types import Segment, Span

KEY = bytes(range(32))


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class CountingModel:
    """Counts the texts that it reads."""

    labels = ("PERSON",)
    version = "fake"

    def __init__(self) -> None:
        self.texts = 0

    def find_all(self, texts: Sequence[str]) -> list[list[Span]]:
        self.texts += len(texts)
        return [[Span("PERSON", 0, 5, 0.9, "ner")] for _ in texts]


def analyzer(cache: SpanCache | None, model: CountingModel | None = None) -> Analyzer:
    return Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], model, cache=cache)


@pytest.fixture(autouse=True)
def nothing_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short requests are searched anew; the texts of these tests stand for long ones."""
    monkeypatch.setattr(analyzer_module, "_SHORT_CHARS", 0)


@pytest.mark.parametrize(("limit", "searches"), [(40, 1), (0, 0)])
def test_short_requests_are_searched_anew(monkeypatch: pytest.MonkeyPatch, limit: int, searches: int) -> None:
    """Below the limit nothing is remembered of a search, and the same is found."""
    counted: list[str] = []
    search = KnownValues.find

    def counting(self: KnownValues, text: str, *rest: Any) -> list[Span]:
        counted.append(text)
        return search(self, text, *rest)

    monkeypatch.setattr(analyzer_module, "_SHORT_CHARS", limit)
    cached, turn = analyzer(SpanCache(KEY, clock=Clock())), [Segment(pointer="/0", text="to a@example.org")]
    first = cached.analyze(turn)
    monkeypatch.setattr(KnownValues, "find", counting)
    assert cached.analyze(turn) == first
    assert len(counted) == searches


def test_a_resent_segment_is_not_read_again() -> None:
    """The second turn reads the new segment only and finds the same."""
    model = CountingModel()
    cached, plain = analyzer(SpanCache(KEY, clock=Clock()), model), analyzer(None, CountingModel())
    turns = [Segment(pointer=f"/{n}", text=f"Maria wrote to a{n}@example.org") for n in range(4)]
    assert cached.analyze(turns[:3]) == plain.analyze(turns[:3])
    assert model.texts == 3
    assert cached.analyze(turns) == plain.analyze(turns)
    assert model.texts == 4


def test_a_new_value_is_found_in_old_text() -> None:
    """What a later turn gives away is found in the turns that were searched before, copies and other turns included."""
    cached, plain = analyzer(SpanCache(KEY, clock=Clock())), analyzer(None)
    turns = [
        Segment(pointer="/0", text="order 4155552671 for maria&#64;example.org"),
        Segment(pointer="/1", text="nothing"),
        Segment(pointer="/2", text="my phone is 4155552671, mail maria@example.org or jo@example.org"),
        Segment(pointer="/3", text="jo&#64;example.org"),
    ]
    assert cached.analyze(turns[:1])[0][0].start != 6
    for last in (2, 3, 4, 4, 2, 3):  # with the phone number, and without it again
        assert cached.analyze(turns[:last]) == plain.analyze(turns[:last])
    assert cached.analyze(turns)[0][0] == Span("PHONE_NUMBER", 6, 16, 1.0, "known", since=2)
    assert cached.analyze(turns, known=[("CUSTOM", "nothing")])[1] == (Span("CUSTOM", 0, 7, 1.0, "known"),)
    assert cached.analyze(turns)[1] == ()


def test_a_searched_text_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same values a resent text costs no search; a new value is searched by itself."""
    searches: list[int] = []
    search = KnownValues.find

    def counted(self: KnownValues, text: str, *rest: Any) -> list[Span]:
        searches.append(len(text))
        return search(self, text, *rest)

    cached = analyzer(SpanCache(KEY, clock=Clock()))
    turns = [Segment(pointer=f"/{n}", text="x" * n + " a@example.org") for n in range(3)]
    monkeypatch.setattr(KnownValues, "find", counted)
    cached.analyze(turns[:2])
    assert searches == [14, 15]
    searches.clear()
    cached.analyze(turns)
    assert searches == [16]
    searches.clear()
    cached.analyze([*turns, Segment(pointer="/3", text="b@example.org")])
    assert searches == [14, 15, 16, 13]


def test_contract_text_is_another_text() -> None:
    """The model's spans of a message do not come back for the same words in a tool description."""
    cached = analyzer(SpanCache(KEY, clock=Clock()), CountingModel())
    assert cached.analyze([Segment(pointer="/0", text="Maria")])[0]
    assert not cached.analyze([Segment(pointer="/0", text="Maria", contract=True)])[0]


def test_old_entries_are_forgotten() -> None:
    """An entry lives for its time, however often it is used."""
    clock = Clock()
    cache = SpanCache(KEY, life_s=10, clock=clock)
    cache.put(cache.digest("a"), Kept((Span("PERSON", 0, 1),)))
    clock.now = 10
    assert cache.get(cache.digest("a")) == Kept((Span("PERSON", 0, 1),))
    cache.amend(cache.digest("a"), Kept(()))
    cache.amend(cache.digest("b"), Kept(()))
    assert cache.get(cache.digest("a")) == Kept(())
    assert cache.get(cache.digest("b")) is None
    clock.now = 10.1
    assert cache.get(cache.digest("a")) is None


def test_the_least_used_entry_makes_room() -> None:
    """There are never more entries than the limit."""
    cache = SpanCache(KEY, limit=2, clock=Clock())
    for text in "ab":
        cache.put(cache.digest(text), Kept(()))
    cache.get(cache.digest("a"))
    cache.put(cache.digest("c"), Kept(()))
    assert [cache.get(cache.digest(text)) for text in "abc"] == [Kept(()), None, Kept(())]


def test_nothing_of_a_text_is_kept() -> None:
    """No string that the cache reaches holds the text."""
    cache = SpanCache(KEY, clock=Clock())
    analyzer(cache).analyze([Segment(pointer="/0", text="canary-7c1f@example.org")])
    seen, todo = set(), [cache._rows]
    while todo:
        thing = todo.pop()
        if id(thing) not in seen and not isinstance(thing, type):
            seen.add(id(thing))
            assert "canary" not in repr(thing)
            todo.extend(gc.get_referents(thing))


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_key_must_be_long_enough(size: int) -> None:
    """A short key is refused, and the message tells sizes only."""
    with pytest.raises(ValueError, match=str(size)):
        SpanCache(bytes(size), clock=Clock())
