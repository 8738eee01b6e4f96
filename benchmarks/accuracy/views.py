"""Run the real pipeline over texts and keep what three kinds of user would see.

Each text is a request of its own, as in `relay detect`: in one request a value found in one text is searched in all.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum

from relay import build
from relay.policy.model import Model
from relay.types import Action, RouteKind, Segment, Span

__all__ = ["Found", "View", "Views", "run"]

# Characters of text in one piece of work: about a second.
_PIECE_CHARS = 40_000


class View(StrEnum):
    """What is looked at."""

    PATTERNS = "patterns"  # what the default policy replaces when there is no model
    DEFAULT = "default"  # what the default policy replaces towards a provider: `relay detect --policy`
    EVERYTHING = "everything"  # what is found, replaced or not: `relay detect`


Found = dict[View, list[tuple[Span, ...]]]


class Views:
    """The analyzers and the engine of the default policy, with the model `model`."""

    def __init__(self, model: Model = Model.FAST) -> None:
        policy = build.read_policy(build.DEFAULT_POLICY).model_copy(update={"model": model})
        self._engine = build.engine(policy)
        self._whole = build.analyzer(policy)
        self._patterns = build.analyzer(policy.model_copy(update={"model": Model.NONE}))

    def find(self, text: str) -> dict[View, tuple[Span, ...]]:
        """Return the spans of `text` in every view."""
        segments = (Segment(pointer="", text=text),)
        everything = self._whole.analyze(segments)
        return {
            View.PATTERNS: self._replaced(segments, self._patterns.analyze(segments)),
            View.DEFAULT: self._replaced(segments, everything),
            View.EVERYTHING: everything[0],
        }

    def _replaced(self, segments: Sequence[Segment], spans: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
        (actions,) = self._engine.actions(segments, spans, RouteKind.FRONTIER)
        return tuple(item.span for item in actions if item.action is not Action.KEEP)


def run(groups: dict[str, list[str]], *, jobs: int, model: Model = Model.FAST) -> Iterator[tuple[str, Found]]:
    """Yield `(group, spans of its texts)` for each group in order, from `jobs` processes with one model each."""
    pieces = {name: list(_pieces(texts)) for name, texts in groups.items()}
    if jobs == 1:
        views = Views(model)
        for name, work in pieces.items():
            yield name, _join([[views.find(text) for text in piece] for piece in work])
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=(model,)) as pool:
        answers = {name: [pool.submit(_work, piece) for piece in work] for name, work in pieces.items()}
        for name, futures in answers.items():
            yield name, _join([future.result() for future in futures])


_views: Views


def _start(model: Model) -> None:
    global _views
    _views = Views(model)


def _work(texts: Sequence[str]) -> list[dict[View, tuple[Span, ...]]]:
    return [_views.find(text) for text in texts]


def _pieces(texts: Sequence[str]) -> Iterator[list[str]]:
    piece: list[str] = []
    size = 0
    for text in texts:
        piece.append(text)
        size += len(text)
        if size >= _PIECE_CHARS:
            yield piece
            piece, size = [], 0
    if piece:
        yield piece


def _join(pieces: Sequence[Sequence[dict[View, tuple[Span, ...]]]]) -> Found:
    return {view: [found[view] for piece in pieces for found in piece] for view in View}
