"""The line that every request takes before it leaves, and the one place that knows the order.

    read      the source's own bytes → a document of segments
    detect    segments → spans
    decide    spans → route, data classes and an action for each span
    replace   spans → placeholders, whose values are sealed in the session's vault
    strip     what goes with the text (headers, path, query), built from allow-lists
    egress    what is about to leave, read once more for every value that was replaced

Egress reads spellings that detection does not, base64 glued to a word for one. What it finds is replaced in a further
round, with the request read anew, so that nothing is refused for it.

Every door runs this: the server, the library and the command line. A door brings a `Source`, which reads its own kind
of request, and a `Plan`, which knows where requests of that kind can go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol

from relay.detect.analyzer import Analyzer
from relay.detect.overlap import resolve
from relay.errors import ClientFault, PolicyRefused, RelayFault, ScrubFailed
from relay.policy.engine import Engine
from relay.process.slices import end_slice
from relay.protocols import Document, Operator
from relay.request import egress, egress_rounds, opaque_content
from relay.request.replay import scrub_new
from relay.request.scrub import NOTHING_SCRUBBED, Scrubbed, moves_prefix, scrub
from relay.request.signatures import Signatures
from relay.types import Action, Analysis, Decision, RouteKind, Span
from relay.vault.sessions import Session
from relay.wire.stops import cuts

__all__ = ["Pipeline", "Plan", "Prepared", "Source"]

# Spans that egress found in earlier rounds, by segment.
More = Mapping[int, Sequence[Span]]


class Plan(Protocol):
    """Where a request can go. `relay.routing.route_plan.RoutePlan` is the one of the server."""

    available: frozenset[RouteKind]  # the kinds of route that have an upstream for it; set by `survey`
    unfit: frozenset[RouteKind]  # the kinds that should give way to the other one
    one_kind: bool  # whether upstreams of one kind only can have answered this conversation

    def survey(self, document: Document) -> None:
        """Find out which upstreams qualify for `document`."""
        ...

    def explained(self, decision: Decision) -> Decision:
        """Return `decision` with the reason why it is not where policy would have it first, if it is not."""
        ...

    def follow(self, decision: Decision, *, moves_prefix: bool) -> str:
        """Take `decision` as it is enforced and return the name of the upstream, "" when policy blocks the request.

        Raises RelayFault when there is none, or none with room.
        """
        ...


class Source(Protocol):
    """A request of one kind, in the client's own bytes."""

    @property
    def plan(self) -> Plan:
        """Where it can go."""
        ...

    @property
    def client(self) -> str | None:
        """The name of the client that sent it, where clients have names."""
        ...

    @property
    def decision_id(self) -> str:
        """The id that its decision gets; "": a random one."""
        ...

    def read(self, wrote: Callable[[str], bool]) -> Document:
        """Read the request from the start. `wrote` tells of a signature whether its destination can have written it."""
        ...

    def strip(self, prepared: Prepared) -> str:
        """Build what goes with the document, and return what of it egress has to read: the part clients can write."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A request that is ready for one upstream. `decided` is what policy ordered, `decision` what is enforced of it.

    They differ under `mode: observe` only; `fault` is the refusal that such a policy would have made of the content.
    """

    document: Document
    decided: Decision
    decision: Decision
    upstream: str
    scrubbed: Scrubbed = NOTHING_SCRUBBED
    fault: ClientFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """What all requests under one policy share: immutable and thread-safe. Pure CPU work, off the event loop."""

    analyzer: Analyzer
    engine: Engine
    operators: Mapping[Action, Operator]
    signatures: Signatures
    random_bytes: Callable[[int], bytes] = field(repr=False)
    # Takes every decision before anything leaves; when it raises, nothing does. None: decisions are not recorded.
    record: Callable[[Decision], None] | None = None

    def prepare(self, source: Source, session: Session) -> Prepared:
        """Scrub `source` into `session`'s vault and return it as it may leave.

        Raises RelayFault: PolicyRefused for what policy blocks, ScrubFailed when a value cannot be removed.
        """
        more: More = {}
        left: Sequence[tuple[str, str]] = ()
        for _ in range(egress_rounds.ROUNDS):
            reading = self._read(source, session, more)
            prepared = self._replace(reading, session)
            head = source.strip(prepared)
            left = self._egress(prepared, head, session)
            if not left:
                self._record(prepared.decided, source, prepared.document, prepared.upstream)
                return prepared
            more = egress_rounds.merged(more, prepared.document, prepared.decision, prepared.scrubbed, left)
            session.renew()
        names = ", ".join(sorted({entity_type for entity_type, _ in left}))
        raise ScrubFailed(f"values that had to be removed were still in the request: {names}")

    def _read(self, source: Source, session: Session, more: More) -> Prepared:
        """Read the request and decide; once more when the upstream it goes to did not write what is pinned."""
        signatures = self.signatures
        reading = self._decided(source, session, more, signatures.is_one)
        if reading.document.signatures:
            wrote = signatures.written_by(reading.upstream, reading.decision.route, one_kind=source.plan.one_kind)
            if not all(map(wrote, reading.document.signatures)):
                reading = self._decided(source, session, more, wrote)
        return reading

    def _decided(self, source: Source, session: Session, more: More, wrote: Callable[[str], bool]) -> Prepared:
        document = source.read(wrote)
        fault = self._settle_content(document)
        found = self._detect(document, session, source.client, more)
        decided, decision, upstream = self._decide(source, document, found, more)
        return Prepared(document=document, decided=decided, decision=decision, upstream=upstream, fault=fault)

    def _settle_content(self, document: Document) -> ClientFault | None:
        """Refuse, open or drop content that cannot be read, as policy says; return what observing would refuse."""
        if not document.refused and not document.unknown_fields:
            return None
        fault = opaque_content.unreadable(document, self.engine)
        if self.engine.observes:
            return fault
        if fault is not None:
            raise fault
        opaque_content.settle(document, self.engine)
        return None

    def _detect(self, document: Document, session: Session, client: str | None, more: More) -> Analysis:
        known = () if session.ephemeral else session.vault.values()  # that of a request begins empty
        found = self.analyzer.read(document.segments, known=known, client=client or "")
        spans = list(found.spans)
        for index, added in more.items():
            spans[index] = resolve([*spans[index], *added], document.segments[index].text)
        if any(spans):
            end_slice()
        return replace(found, spans=tuple(spans))

    def _decide(
        self, source: Source, document: Document, found: Analysis, more: More
    ) -> tuple[Decision, Decision, str]:
        """Return what policy decides, what of it is enforced, and the upstream. Raises PolicyRefused."""
        engine, plan = self.engine, source.plan
        plan.survey(document)
        decided = engine.decide(
            document.segments,
            found.spans,
            decision_id=source.decision_id or self.random_bytes(8).hex(),
            available=plan.available,
            client=source.client,
            model=document.model,
            unfit=plan.unfit,
            legible=partial(self.analyzer.legible, source.client or ""),
            implied=found.implied,
        )
        if decided.wanted is not None and decided.wanted is not decided.route:
            decided = plan.explained(decided)
        decision = engine.enforced(decided, plan.available) if engine.observes else decided
        moved = any(decision.actions) and moves_prefix(document.segments, decision.actions)
        try:
            upstream = plan.follow(decision, moves_prefix=moved)
            if decision.blocked:
                reasons = sorted({f"{rule} ({subject})" for rule, subject in decision.blocked})
                raise PolicyRefused("policy refuses this request: " + "; ".join(reasons))
        except RelayFault:
            self._record(decided, source, document)
            raise
        return decided, egress_rounds.without_masks(decision) if more else decision, upstream

    def _record(self, decided: Decision, source: Source, document: Document, upstream: str = "") -> None:
        if self.record is not None:
            self.record(replace(decided, client=source.client or "", model=document.model or "", upstream=upstream))

    def _replace(self, reading: Prepared, session: Session) -> Prepared:
        """Replace what was decided, in the document itself."""
        document, actions = reading.document, reading.decision.actions
        if session.ephemeral or self.engine.observes:
            if not any(actions):
                return reading
            end_slice()
            scrubbed = scrub(document.segments, actions, self.operators, session.vault)
        else:
            scrubbed = scrub_new(document, actions, self.operators, session.vault, reading.upstream)
        if document.stops and not self.engine.observes:
            _check_stops(document, scrubbed, session)
        document.replace(scrubbed.texts)
        return Prepared(
            document=document,
            decided=reading.decided,
            decision=reading.decision,
            upstream=reading.upstream,
            scrubbed=scrubbed,
            fault=reading.fault,
        )

    def _egress(self, prepared: Prepared, head: str, session: Session) -> Sequence[tuple[str, str]]:
        """Return what had to be removed and still stands in what is about to leave."""
        removed = prepared.scrubbed.removed
        if not removed:
            return ()
        end_slice()
        issued = frozenset(session.vault.placeholders())
        return egress.left(prepared.document.free_texts(), head, removed, issued=issued)


def _check_stops(document: Document, scrubbed: Scrubbed, session: Session) -> None:
    """Refuse stop strings that would cut placeholders: the answer would end where the client never asked it to."""
    placeholders = session.vault.placeholders()
    for index in document.stops:
        segment = document.segments[index]
        if cuts(scrubbed.texts.get(index, segment.text), placeholders):
            raise ClientFault(
                f"{segment.pointer} can match inside a placeholder that stands for a value of this conversation, "
                "and would cut it; stop at another text"
            )
