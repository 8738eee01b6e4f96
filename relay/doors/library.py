"""Scrub and restore in a Python program, without a server.

    with relay.open_session(policy="default") as session:
        clean = session.scrub("Write to Maria Gonzalez, maria@example.org")
        answer = session.restore(model_says(clean.text))

Values live in this session's vault only; its keys are shredded when the `with` block ends. A policy that needs a local
route or blocks a text raises PolicyRefused: there is no route here, only a text about to leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from relay import build, shared
from relay.errors import ConfigFault, RelayFault, ScrubFailed
from relay.policy.model import PolicyMode
from relay.request.pipeline import Pipeline
from relay.request.text_request import TextRequest
from relay.response.restore import Restorer
from relay.types import Decision, Encoding, Span
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

    def __init__(self, pipeline: Pipeline, sessions: Sessions) -> None:
        self._pipeline = pipeline
        self._sessions = sessions
        self._session: Session = sessions.open()

    def scrub(self, text: str) -> Clean:
        """Return `text` as it may leave for a frontier route.

        Raises PolicyRefused when policy blocks it or wants it on a local route, SessionClosed after `close`.
        """
        try:
            request = TextRequest(text)
            prepared = self._pipeline.prepare(request, self._session)
            return Clean(request.text(prepared), request.spans(prepared), prepared.decision)
        except RelayFault:
            raise
        except Exception:
            # The cause may hold text.
            raise ScrubFailed("the text could not be scrubbed") from None

    def restore(self, text: str) -> str:
        """Return `text` with this session's placeholders replaced by their values."""
        return self.restorer().restore(text)

    def restorer(self) -> Restorer:
        """Return a restorer for one streamed text: `feed(str) -> str`, then `finish() -> str`."""
        return Restorer(self._session.vault, encoding=Encoding.TEXT, urls=self._pipeline.engine.restores_urls)

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


def open_session(
    policy: str | Path | None = None,
    *,
    recognizers: Iterable[str | Path] = (),
    record: Callable[[Decision], None] | None = None,
) -> TextSession:
    """Open a session under a policy, by its file or its shipped name, with recognizer files of one's own.

    `record` takes every decision before its text is returned; when it raises, `scrub` raises. It may be the `append` of
    a `relay.observe.decision_log.DecisionLog`. Raises ConfigFault, also when the policy only observes.
    """
    added = shared.additions(map(Path, recognizers))
    loaded = build.read_policy(Path(policy) if policy is not None else None, added)
    if loaded.mode is PolicyMode.OBSERVE:
        raise ConfigFault("mode: observe would hand back every text as it is; use a policy that is enforced")
    pipeline = build.pipeline(loaded, added, finder=shared.analyzer(loaded, added), record=record)
    return TextSession(pipeline, build.sessions(loaded, added=added))
