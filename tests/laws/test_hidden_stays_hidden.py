"""What one turn of a conversation hides, the next one hides, behind the same placeholder; nothing is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import relay.detect.analyzer as analyzer_module
import relay.detect.recognizers
from relay import build
from relay.detect.analyzer import Analyzer
from relay.detect.cache import SpanCaches
from relay.detect.distinctive import distinctive
from relay.detect.known import KnownValues
from relay.detect.overlap import LOOKALIKE
from relay.detect.split_values import SEAM
from relay.detect.taxonomy import describe
from relay.exchange import Core
from relay.registry import collect
from relay.request.scrub import moves_prefix, scrub
from relay.types import Action, Role, Segment, Span, SpanAction

# Names that overlap, words that are names or not, values found alone, cut in two, disguised, or beside a label.
PIECES = (
    *("Maria Gonzalez", "Gonzalez Ruiz", "Gonzalez", "maria gonzalez", "Will", "will", "jordan", "Rust", "Rust Rust"),
    *("postgres", "DB_PASSWORD=postgres", "login: main", "git checkout main", "main", "Ana Maria", "JFK", "wingman"),
    *("maria@example.org", "maria&#64;example.org", "mail Maria@Example.org", "a.b@example.org", "%6daria@example.org"),
    *("order 4155552671", "my phone is 4155552671", "4155552671", "W2378156", "gift_card_3491931", "id 4711-AB"),
    *("4111 1111 1111 1111", "4111 1111", "1111 1111", "[PERSON_1]", "see [maria@example.org]", "ssn 536-22-1874"),
    *("536221874", "mgonzalez", "/home/mgonzalez/x", "张伟", "我叫张伟", "Gonzalez, Maria", "Gonza\u200blez"),
)
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join)
MESSAGES = st.lists(
    st.tuples(st.sampled_from([Role.USER, Role.ASSISTANT, Role.TOOL]), st.lists(TEXTS, min_size=1, max_size=2)),
    min_size=2,
    max_size=7,
)
WORDS = ("Maria Gonzalez", "Gonzalez Ruiz", "Gonzalez", "Will", "jordan", "Rust", "W2378156", "Ana Maria", "main")
KNOWN = (("PERSON", "Ana Maria"), ("CUSTOM", "will"), ("PASSWORD", "main"))
TYPES = ("PERSON", "PERSON", "ID_NUMBER", "USERNAME", "ORGANIZATION")


class Fickle:
    """A model that finds a word in one text and not in the next, sure or unsure, under this type or that."""

    labels = ("PERSON", "ID_NUMBER", "USERNAME", "ORGANIZATION")
    version = "fake"

    def find_all(self, texts: Sequence[str], memory: object = None) -> list[list[Span]]:
        return [list(self._find(text)) for text in texts]

    def _find(self, text: str) -> list[Span]:
        found: list[Span] = []
        for word in WORDS:
            mood = blake2b(f"{word} {text}".encode("utf-8", "surrogatepass"), digest_size=3).digest()
            start = text.find(word)
            if start >= 0 and mood[0] % 2:
                score = 0.95 if mood[1] % 3 == 0 else 0.6
                found.append(Span(TYPES[mood[2] % len(TYPES)], start, start + len(word), score, "ner"))
        return found


RECOGNIZERS = [plugin() for plugin in collect(relay.detect.recognizers).values()]
STYLE = build.style(build.read_policy(None))


def analyzer(caches: SpanCaches | None = None) -> Analyzer:
    return Analyzer(RECOGNIZERS, Fickle(), lookalikes=STYLE.lookalikes, caches=caches)


CACHES = [SpanCaches(bytes, clock=lambda: 0.0) for _ in range(2)]
PLAIN, COLD, WARM = analyzer(), *map(analyzer, CACHES)


def conversation(messages: Sequence[tuple[Role, list[str]]]) -> list[Segment]:
    return [
        Segment(pointer=f"/messages/{number}/content/{part}/text", text=text, role=role, message=number)
        for number, (role, texts) in enumerate(messages)
        for part, text in enumerate(texts)
    ]


def ordered(rows: Sequence[Sequence[Span]]) -> list[tuple[SpanAction, ...]]:
    """Return what the default policy orders, in short."""
    return [
        tuple(
            SpanAction(span, Action.PLACEHOLDER if describe(span.entity_type).default else Action.KEEP, "default")
            for span in row
        )
        for row in rows
    ]


def hidden(row: Sequence[SpanAction]) -> set[int]:
    return {place for item in row if item.action is not Action.KEEP for place in range(*item.span[1:3])}


@pytest.fixture(autouse=True)
def nothing_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short requests are searched anew; these stand for long ones."""
    monkeypatch.setattr(analyzer_module, "_SHORT_CHARS", 0)


QUICK = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUICK
@given(MESSAGES)
def test_a_later_message_takes_nothing_back(core: Core, messages: list[tuple[Role, list[str]]]) -> None:
    """Hidden stays hidden, a number stays with its value, and the prefix moves only where that is said."""
    before: tuple[list[set[int]], dict[str, str], list[str]] = ([], {}, [])
    for end in range(1, len(messages) + 1):
        segments = conversation(messages[:end])
        actions = ordered(PLAIN.analyze(segments))
        session = core.sessions.ephemeral()
        session.hold()
        texts = scrub(segments, actions, core.pipeline.operators, session.vault).texts
        behind = {session.vault.open(placeholder): placeholder for placeholder in session.vault.placeholders()}
        assert len(behind) == len(session.vault.placeholders())  # one value, one placeholder
        session.release()
        now = ([*map(hidden, actions)], behind, [texts.get(at, one.text) for at, one in enumerate(segments)])
        for early, late in zip(before[0], now[0], strict=False):
            assert early <= late
        # What stood behind a placeholder and is still replaced stands behind the same; pieces may be parts of more now.
        assert all(behind[value] == placeholder for value, placeholder in before[1].items() if value in behind)
        if before[2] and messages[end - 2][0] is not Role.ASSISTANT is messages[end - 1][0]:
            assert now[2][: len(before[2])] == before[2] or moves_prefix(segments, actions)
        before = now


@QUICK
@given(MESSAGES, st.data())
def test_a_cache_changes_nothing(messages: list[tuple[Role, list[str]]], data: st.DataObject) -> None:
    """Cold, warm, warmed by another conversation, or without: the same spans."""
    CACHES[1].clear()
    for _ in range(3):
        size = data.draw(st.integers(1, len(messages)))
        segments = conversation(messages[:size])
        known = data.draw(st.lists(st.sampled_from(KNOWN)))
        expected = PLAIN.analyze(segments, known=known)
        CACHES[0].clear()
        assert COLD.analyze(segments, known=known) == expected
        assert WARM.analyze(segments, known=known) == expected
        assert WARM.analyze(segments, known=known) == expected


@QUICK
@given(MESSAGES)
def test_no_distinctive_value_is_left_bare(messages: list[tuple[Role, list[str]]]) -> None:
    """What is replaced anywhere, a piece of an overlapped value included, stands in no text that is not replaced."""
    segments = conversation(messages)
    rows = PLAIN.analyze(segments)
    values = {
        (span.entity_type, segment.text[span.start : span.end])
        for segment, row in zip(segments, rows, strict=True)
        for span in row
        if span.recognizer != SEAM and span.entity_type != LOOKALIKE
    }
    known = KnownValues(pair for pair in values if distinctive(*pair))
    for segment, row in zip(segments, rows, strict=True):
        covered = {place for span in row for place in range(span.start, span.end)}
        for span in known.find(segment.text):
            assert covered.intersection(range(span.start, span.end))
