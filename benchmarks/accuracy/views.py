"""Run the real pipeline over texts and keep what each kind of user would see; Presidio's patterns stand beside it.

Each text is a request of its own, as in `relay detect`: in one request a value found in one text is searched in all.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from enum import StrEnum
from pathlib import Path

from benchmarks.patterns.sides import presidio
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
    FLOAT = "float"  # the same with the weights before they were made int8, where they are at hand
    PRESIDIO = "presidio"  # Presidio's own patterns behind a blank pipeline, where it is installed


ALWAYS = (View.PATTERNS, View.DEFAULT, View.EVERYTHING)
Found = dict[View, list[tuple[Span, ...]]]


class Views:
    """The analyzers and the engine of the default policy, with the model `model`.

    `float_model` is a folder with the same model in float, `rival` whether Presidio reads the texts, too.
    """

    def __init__(self, model: Model = Model.FAST, float_model: Path | None = None, *, rival: bool = False) -> None:
        policy = build.read_policy(build.DEFAULT_POLICY).model_copy(update={"model": model})
        self._engine = build.engine(policy)
        # With its screen the model reads only what the default policy needs.
        unscreened = policy.model_copy(update={"screen": False})
        self._whole = build.analyzer(unscreened)
        self._default = build.analyzer(policy, model=self._whole.model)
        self._patterns = build.analyzer(policy.model_copy(update={"model": Model.NONE}))
        self._float = build.analyzer(unscreened, float_model) if float_model is not None else None
        self._rival = presidio() if rival else None

    def find(self, text: str) -> dict[View, tuple[Span, ...]]:
        """Return the spans of `text` in every view."""
        segments = (Segment(pointer="", text=text),)
        everything = self._whole.analyze(segments)
        found = {
            View.PATTERNS: self._replaced(segments, self._patterns.analyze(segments)),
            View.DEFAULT: self._replaced(segments, self._default.analyze(segments)),
            View.EVERYTHING: everything[0],
        }
        if self._float is not None:
            found[View.FLOAT] = self._float.analyze(segments)[0]
        if self._rival is not None:
            found[View.PRESIDIO] = tuple(Span(kind, start, end) for start, end, kind in self._rival(text))
        return found

    def _replaced(self, segments: Sequence[Segment], spans: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
        (actions,) = self._engine.actions(segments, spans, RouteKind.FRONTIER)
        return tuple(item.span for item in actions if item.action is not Action.KEEP)


def run(
    groups: dict[str, list[str]],
    *,
    jobs: int,
    model: Model = Model.FAST,
    float_model: Path | None = None,
    rival: bool = False,
) -> Iterator[tuple[str, Found]]:
    """Yield `(group, spans of its texts)` for each group in order, from `jobs` processes with models of their own."""
    pieces = {name: list(_pieces(texts)) for name, texts in groups.items()}
    if jobs == 1:
        views = Views(model, float_model, rival=rival)
        for name, work in pieces.items():
            yield name, _join([[views.find(text) for text in piece] for piece in work])
        return
    context = multiprocessing.get_context("spawn")
    start = (model, float_model, rival)
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_start, initargs=start) as pool:
        answers = {name: [pool.submit(_work, piece) for piece in work] for name, work in pieces.items()}
        for name, futures in answers.items():
            yield name, _join([future.result() for future in futures])


_views: Views


def _start(model: Model, float_model: Path | None, rival: bool) -> None:
    global _views
    _views = Views(model, float_model, rival=rival)


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
    views = next((tuple(found) for piece in pieces for found in piece), ALWAYS)
    return {view: [found[view] for piece in pieces for found in piece] for view in views}
