"""Spans remembered by keyed hash."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import relay.detect.analyzer as analyzer_module
import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.detect.cache import Kept, SpanCache, SpanCaches
from relay.detect.known import KnownValues
from relay.exchange import Exchange
from relay.registry import collect
from relay.types import Segment, Span
from tests.conftest import MakeCore
from tests.support import chat, post

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

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        self.texts += len(texts)
        return [[Span("PERSON", 0, 5, 0.9, "ner")] for _ in texts]


def analyzer(caches: SpanCaches | None, model: CountingModel | None = None) -> Analyzer:
    return Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], model, caches=caches)


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
    cached, turn = analyzer(SpanCaches(bytes, clock=Clock())), [Segment(pointer="/0", text="to a@example.org")]
    first = cached.analyze(turn)
    monkeypatch.setattr(KnownValues, "find", counting)
    assert cached.analyze(turn) == first
    assert len(counted) == searches


def test_a_resent_segment_is_not_read_again() -> None:
    """The second turn reads the new segment only and finds the same."""
    model = CountingModel()
    cached, plain = analyzer(SpanCaches(bytes, clock=Clock()), model), analyzer(None, CountingModel())
    turns = [Segment(pointer=f"/{n}", text=f"Maria wrote to a{n}@example.org") for n in range(4)]
    assert cached.analyze(turns[:3]) == plain.analyze(turns[:3])
    assert model.texts == 3
    assert cached.analyze(turns) == plain.analyze(turns)
    assert model.texts == 4


def test_a_new_value_is_found_in_old_text() -> None:
    """What a later turn gives away is found in the turns that were searched before, copies and other turns included."""
    cached, plain = analyzer(SpanCaches(bytes, clock=Clock())), analyzer(None)
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

    cached = analyzer(SpanCaches(bytes, clock=Clock()))
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
    cached = analyzer(SpanCaches(bytes, clock=Clock()), CountingModel())
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
    """There are never more rows than the limit."""
    cache = SpanCache(KEY, limit=2, clock=Clock())
    for text in "ab":
        cache.put(cache.digest(text), Kept(()))
    cache.get(cache.digest("a"))
    cache.put(cache.digest("c"), Kept(()))
    assert [cache.get(cache.digest(text)) for text in "abc"] == [Kept(()), None, Kept(())]


def test_pieces_are_remembered_beside_texts() -> None:
    """A piece is known in the way it was read, under a name that is no text's."""
    cache = SpanCache(KEY, clock=Clock())
    name, known = cache.recall("Maria", b"piece 0 5")
    assert known is None
    cache.keep(name, (Span("PERSON", 0, 5),))
    assert cache.recall("Maria", b"piece 0 5") == (name, (Span("PERSON", 0, 5),))
    assert cache.recall("Maria", b"piece 0 4")[1] is None
    assert cache.find("Maria")[1] is None


def test_nothing_of_a_text_is_kept() -> None:
    """No string that the cache reaches holds the text."""
    caches = SpanCaches(bytes, clock=Clock())
    analyzer(caches).analyze([Segment(pointer="/0", text="canary-7c1f@example.org")])
    seen, todo = set(), [caches[""]._rows]
    while todo:
        thing = todo.pop()
        if id(thing) not in seen and not isinstance(thing, type):
            seen.add(id(thing))
            assert "canary" not in repr(thing)
            todo.extend(gc.get_referents(thing))


SPAN = Span("PERSON", 0, 5)
SEARCHED = frozenset({b"1", b"2"})


@pytest.mark.parametrize(
    ("kept", "rows"),
    [
        (Kept(()), 1),
        (Kept((SPAN, SPAN)), 3),
        (Kept((), alikes=(SPAN,)), 2),
        (Kept((SPAN,), occurrences=((b"1", 0, 1),) * 3), 5),
        (Kept((), searched=SEARCHED), 3),
    ],
)
def test_the_size_is_that_of_what_is_kept(kept: Kept, rows: int) -> None:
    """It counts spans, occurrences and, once for all texts, what was searched; it ends at nothing."""
    cache = SpanCache(KEY, clock=Clock())
    for name in (b"a", b"b", b"a"):
        cache.put(name, kept)
    cache.amend(b"b", kept)
    assert cache.size == 2 * rows - len(kept.searched)
    cache.evict()
    assert cache.size == rows
    cache.evict()
    cache.evict()
    assert (cache.size, len(cache._searched)) == (0, 0)


def test_a_client_is_not_told_what_another_one_sent() -> None:
    """A text that one client sent is read for another one as if nobody had, and found in no other cache."""
    model = CountingModel()
    caches = SpanCaches(os.urandom, clock=Clock())
    cached = analyzer(caches, model)
    turns = [Segment(pointer=f"/{n}", text=f"Maria wrote to a{n}@example.org") for n in range(3)]
    first = cached.analyze(turns, client="a")
    for client, read in (("a", 3), ("b", 6), ("", 9), ("b", 9)):
        assert cached.analyze(turns, client=client) == first
        assert model.texts == read
    assert len({cache.digest("Maria") for cache in caches.values()}) == len(caches) == 3
    assert not set(caches["a"]._rows) & set(caches["b"]._rows)


def test_an_exchange_reads_with_the_cache_of_its_client(make_core: MakeCore) -> None:
    """The name that the door knows is the name of the cache; without one all exchanges share one."""
    core = make_core()
    caches = core.analyzer._caches
    assert caches is not None
    caches.clear()
    matched = core.directory.find("/v1/chat/completions", ())
    assert matched is not None
    for client in ("a", "b", None):
        exchange = Exchange(core, None, *matched, exchange_id="test", client=client)
        exchange.open(post("/v1/chat/completions", chat("hello there")))
        exchange.close()
    assert {name: len(cache._rows) for name, cache in caches.items()} == {"a": 1, "b": 1, "": 1}


def test_the_client_with_the_most_makes_room() -> None:
    """Whatever one client sends, all together stay within the limit, and the others keep what they have."""
    caches = SpanCaches(os.urandom, limit=100, clock=Clock())
    for number in range(10):
        caches[f"small{number}"].put(b"x", Kept(()))
    for number in range(300):
        caches["large"].put(str(number).encode(), Kept((SPAN,) * (number % 7)))
        assert sum(cache.size for cache in caches.values()) <= 100
    assert all(caches[f"small{number}"].get(b"x") for number in range(10))
    assert caches["large"].size > 80
    caches["large"].put(b"huge", Kept((SPAN,) * 500))
    assert caches["large"].size == 0


def test_threads_of_many_clients_keep_the_count() -> None:
    """Concurrent work on several caches leaves their sizes true and within the limit."""
    caches = SpanCaches(os.urandom, limit=50, clock=Clock())

    def work(client: str) -> None:
        for number in range(300):
            caches[client].put(str(number % 40).encode(), Kept((SPAN,) * (number % 3), searched=SEARCHED))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, ["a", "b", "c"] * 2))
    assert sum(cache.size for cache in caches.values()) <= 50
    for cache in caches.values():
        while cache._rows:
            cache.evict()
        assert cache.size == 0


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_key_must_be_long_enough(size: int) -> None:
    """A short key is refused, and the message tells sizes only."""
    with pytest.raises(ValueError, match=str(size)):
        SpanCache(bytes(size), clock=Clock())
