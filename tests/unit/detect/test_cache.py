"""Spans remembered by keyed hash."""

from __future__ import annotations

import gc
from collections.abc import Sequence

import pytest

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.detect.cache import Kept, SpanCache
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


def test_a_resent_segment_is_not_read_again() -> None:
    """The second turn reads the new segment only and finds the same."""
    model = CountingModel()
    cached, plain = analyzer(SpanCache(KEY, clock=Clock()), model), analyzer(None, CountingModel())
    turns = [Segment(pointer=f"/{n}", text=f"Maria wrote to a{n}@example.org") for n in range(4)]
    assert cached.analyze(turns[:3]) == plain.analyze(turns[:3])
    assert model.texts == 3
    assert cached.analyze(turns) == plain.analyze(turns)
    assert model.texts == 4


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
