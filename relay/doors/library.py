"""Scrub and restore in a Python program, without a server.

    with relay.open_session(policy="policies/default.yaml") as session:
        clean = session.scrub("Write to Maria Gonzalez, maria@example.org")
        answer = session.restore(model_says(clean.text))

Values live in this session's vault only; its keys are shredded when the `with` block ends. A policy that needs a local
route or blocks a text raises PolicyRefused: there is no route here, only a text about to leave.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from relay import build
from relay.detect.analyzer import Analyzer
from relay.errors import ConfigFault, PolicyRefused
from relay.policy.engine import Engine
from relay.policy.model import PolicyMode
from relay.request.scrub import scrub
from relay.response.restore import Restorer
from relay.types import Decision, Encoding, RouteKind, Segment, Span
from relay.vault.sessions import Receipt, Session, Sessions

__all__ = ["Clean", "TextSession", "open_session"]


@dataclass(frozen=True, slots=True)
class Clean:
    """A scrubbed text, where the entities stood in the original (code points), and the decision behind it."""

    text: str
    spans: tuple[Span, ...] = field(repr=False)
    decision: Decision = field(repr=False)


class TextSession:
    """One vault for any number of texts. Equal values get equal placeholders until the session is closed."""

    def __init__(self, analyzer: Analyzer, engine: Engine, sessions: Sessions) -> None:
        self._analyzer = analyzer
        self._engine = engine
        self._sessions = sessions
        self._operators = build.operators(engine.policy)
        self._session: Session = sessions.open()

    def scrub(self, text: str) -> Clean:
        """Return `text` as it may leave for a frontier route.

        Raises PolicyRefused when policy blocks it or wants it on a local route, SessionClosed after `close`.
        """
        segments = (Segment(pointer="", text=text),)
        vault = self._session.vault
        spans = self._analyzer.analyze(segments, known=vault.values())
        decision = self._engine.decide(
            segments, spans, decision_id=os.urandom(8).hex(), available=frozenset({RouteKind.FRONTIER})
        )
        if decision.blocked:
            reasons = sorted({f"{rule} ({subject})" for rule, subject in decision.blocked})
            raise PolicyRefused("policy refuses this text: " + "; ".join(reasons))
        scrubbed = scrub(segments, decision.actions, self._operators, vault)
        return Clean(scrubbed.texts.get(0, text), spans[0], decision)

    def restore(self, text: str) -> str:
        """Return `text` with this session's placeholders replaced by their values."""
        return self.restorer().restore(text)

    def restorer(self) -> Restorer:
        """Return a restorer for one streamed text: `feed(str) -> str`, then `finish() -> str`."""
        return Restorer(self._session.vault, encoding=Encoding.TEXT, urls=self._engine.restores_urls)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield (placeholder, value) for everything sealed so far, for a caller that keeps a sealed map of its own."""
        vault = self._session.vault
        for placeholder in vault.placeholders():
            yield placeholder, vault.open(placeholder)

    def close(self) -> Receipt:
        """Shred the keys and every value; the receipt holds counts only."""
        return self._sessions.close(self._session.id)

    def __enter__(self) -> TextSession:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sessions.close_all()


def open_session(policy: str | Path | None = None, *, recognizers: Iterable[str | Path] = ()) -> TextSession:
    """Open a session under a policy file (none: the default policy), with recognizer files of one's own.

    Raises ConfigFault, also when the policy only observes.
    """
    added = build.additions(map(Path, recognizers))
    loaded = build.read_policy(Path(policy) if policy is not None else None, added)
    if loaded.mode is PolicyMode.OBSERVE:
        raise ConfigFault("mode: observe would hand back every text as it is; use a policy that is enforced")
    return TextSession(
        build.analyzer(loaded, added=added), build.engine(loaded, added), build.sessions(loaded, added=added)
    )
