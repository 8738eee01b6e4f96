"""One request with its response: the straight line, and the only object that the server talks to.

    exchange = Exchange(core, session, format, endpoint, exchange_id=…)
    outbound = exchange.open(request)              # pure CPU, off the event loop; fails closed
    head = exchange.start(status, headers)         # response head, rebuilt
    data = exchange.feed(chunk)                    # zero or more restored bytes
    data = exchange.finish()                       # the rest; a request-scoped vault is shredded here
    exchange.close()                               # always, whatever happened

Before `start` the request may be opened again, when the upstream it was for failed (`avoid`) or was not sure of its
answer (`unsure`). It is then read, decided and scrubbed anew from the client's bytes, for whatever route policy allows
now: nothing that was prepared for one route is ever used for another.

Nothing here does I/O. If anything unplanned happens before `open` returns, ScrubFailed is raised and there is nothing
to send.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from relay.detect.analyzer import Analyzer
from relay.detect.overlap import resolve
from relay.errors import (
    AuthenticationFailed,
    ClientFault,
    MethodNotAllowed,
    PolicyRefused,
    RelayFault,
    ScrubFailed,
)
from relay.observe import logs
from relay.observe.metrics import Metrics
from relay.policy.engine import Engine
from relay.protocols import Document, Endpoint, Format, Operator, Writer
from relay.request import egress, opaque_content, replay, strip
from relay.request.egress_rounds import ROUNDS, Reading, merged, without_masks
from relay.request.scrub import Scrubbed, moves_prefix, scrub
from relay.request.signatures import Signatures, signatures_in
from relay.response import citation_offsets
from relay.response.answer import Answer, PassedAnswer, ScrubbedThenRestored, StreamedAnswer, WholeAnswer
from relay.response.answer_scrubber import AnswerDetector, AnswerScrubber
from relay.response.recording import RecordingWriter
from relay.response.restorers import Restorers
from relay.routing.route_plan import RoutePlan
from relay.routing.router import Router
from relay.types import JSON, Action, CitationOffset, Decision, Head, Headers, Leaf, Outbound, Request, RouteKind, Span
from relay.vault.sessions import Session, Sessions
from relay.wire import vendors
from relay.wire.framing import ArrayStream, Framing, framing_of
from relay.wire.protocol_words import is_id
from relay.wire.stops import cuts
from relay.wire.transformations import changed_prefixes

__all__ = ["Core", "Exchange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Everything that exchanges share, immutable and thread-safe. `build.core` makes it."""

    formats: tuple[Format, ...]
    analyzer: Analyzer
    engine: Engine
    operators: Mapping[Action, Operator]
    router: Router
    sessions: Sessions
    credentials: Mapping[str, str] = field(repr=False)  # upstream name -> the operator's key, already resolved
    pseudonym_key: bytes = field(repr=False)
    random_bytes: Callable[[int], bytes] = field(repr=False)
    clock: Callable[[], float] = field(repr=False)
    metrics: Metrics
    signatures: Signatures
    # Takes every decision before anything leaves; when it raises, nothing does. None: decisions are not recorded.
    record: Callable[[Decision], None] | None = None

    def match(self, method: str, path: str, headers: Headers) -> tuple[Format, Endpoint] | None:
        """Return the format and endpoint that serve `path`, or None when nobody does."""
        return vendors.find(self.formats, method, path, headers)

    def pseudonym(self, value: str) -> str:
        """Return a stable stand-in for an identifying string: the same for the life of this process, no longer."""
        return blake2b(value.encode("utf-8", "surrogatepass"), key=self.pseudonym_key, digest_size=12).hexdigest()


class Exchange:
    """See the module's description. Not thread-safe: one caller at a time, though not always the same thread."""

    def __init__(
        self,
        core: Core,
        session: Session | None,
        format: Format,
        endpoint: Endpoint,
        *,
        exchange_id: str,
        client: str | None = None,
    ) -> None:
        self._core = core
        self._client = client
        self._format = format
        self._endpoint = endpoint
        self._id = logs.Id(exchange_id)
        self._session = session if session is not None else core.sessions.ephemeral()
        self._session.hold()
        self._closed = False
        self._document: Document | None = None
        self._answer: Answer | None = None
        self._emitted: AnswerDetector | None = None
        self.plan = RoutePlan(core.router, core.engine.policy, client or "", format.family, format.name)
        self._counted = False
        self.response_headers: Headers = ()
        self.streaming = False
        self._restorers = Restorers(self._session.vault, core.engine)
        self._streams_array = False
        self._upstream_name = ""

    # ------------------------------------------------------------------------------------------------------- request

    def open(self, request: Request, *, avoid: frozenset[str] = frozenset(), unsure: bool = False) -> Outbound:
        """Scrub `request` and return what may leave. Raises RelayFault; anything unplanned becomes ScrubFailed.

        `avoid` are upstreams where it has failed; `unsure`: a local answer was not good enough.
        """
        try:
            return self._open(request, avoid, unsure)
        except RelayFault:
            raise
        except Exception:
            # The cause may hold text, so it is cut off here; where it came from is for a debugger, not for a log.
            raise ScrubFailed("the request could not be scrubbed, so nothing was sent") from None

    def _open(self, request: Request, avoid: frozenset[str], unsure: bool) -> Outbound:
        if request.method != self._endpoint.method:
            raise MethodNotAllowed(f"relay takes only {self._endpoint.method} at this path")
        if not self._endpoint.has_body:
            return self._bodiless(request, avoid)
        begun = self._core.clock()
        more: Mapping[int, Sequence[Span]] = {}
        for _ in range(ROUNDS):
            reading = self._read_for_route(request, avoid, more, unsure=unsure)
            outbound, scrubbed = self._scrubbed(request, reading)
            left = self._left(outbound, reading, scrubbed)
            if not left:
                self._report(reading, scrubbed, self._core.clock() - begun)
                self.plan.begin(outbound.upstream)
                return outbound
            # A value stands in the text in a spelling that detection does not read: that is hidden, too.
            more = merged(more, reading, scrubbed, left)
            self._renew_session()
        names = ", ".join(sorted({entity_type for entity_type, _ in left}))
        raise ScrubFailed(f"values that had to be removed were still in the request: {names}")

    def _read_for_route(
        self, request: Request, avoid: frozenset[str], more: Mapping[int, Sequence[Span]], *, unsure: bool
    ) -> Reading:
        """Read the request and decide where it goes; once more when the upstream there did not write what is pinned."""
        signatures = self._core.signatures
        reading = self._decided(request, avoid, more, signatures.is_one, unsure=unsure)
        wrote = signatures.written_by(reading.upstream, reading.decision.route)
        if not all(map(wrote, reading.document.signatures)):
            reading = self._decided(request, avoid, more, wrote, unsure=unsure)
        return reading

    def _decided(
        self,
        request: Request,
        avoid: frozenset[str],
        more: Mapping[int, Sequence[Span]],
        wrote: Callable[[str], bool],
        *,
        unsure: bool,
    ) -> Reading:
        """Read the request, find what is in it and let policy decide. Raises PolicyRefused."""
        core, format = self._core, self._format
        document = format.read(self._endpoint, request.body, core.pseudonym, wrote)
        self._document = document
        self._streams_array = format.streams_array(request.query)
        fault = opaque_content.unreadable(document, core.engine)
        if not core.engine.observes:
            if fault is not None:
                raise fault
            opaque_content.settle(document, core.engine)
        spans = list(core.analyzer.analyze(document.segments, known=self._session.vault.values()))
        for index, found in more.items():
            spans[index] = resolve([*spans[index], *found], document.segments[index].text)
        self.plan.survey(document, avoid, unsure=unsure)
        decided, decision = self._decide(document, spans)
        if more:
            decision = without_masks(decision)
        return Reading(document, decided, decision, self.plan.best(decision.route), fault)

    def _scrubbed(self, request: Request, reading: Reading) -> tuple[Outbound, Scrubbed]:
        """Replace what was decided and return what may leave, once egress has read it."""
        core, vault, document, name = self._core, self._session.vault, reading.document, reading.upstream
        decision, observing = reading.decision, core.engine.observes
        self._upstream_name = name
        if self._session.ephemeral or observing:
            scrubbed = scrub(document.segments, decision.actions, core.operators, vault)
        else:
            scrubbed = replay.scrub_new(document, decision.actions, core.operators, vault, name)
        self._restorers = Restorers(vault, core.engine, document.segments, scrubbed.texts, scrubbed.urls)
        if not observing:
            self._check_stops(document, scrubbed.texts)
        document.replace(scrubbed.texts)
        if not observing:
            citation_offsets.move_back(
                self._format.sent_citations(document, request.body), self._restorers.for_citation
            )
        document.force(strip.forcing(self._format, self._endpoint, core.router.upstreams[name]))
        self.plan.ask_confidence(document, decision)
        outbound = Outbound(
            upstream=name,
            route=decision.route,
            method=self._endpoint.method,
            path=self._renamed(document, name),
            headers=strip.request_headers(
                self._format, request.headers, self._key(name, request), has_body=True, stream=document.stream
            ),
            body=document.encode(),
            stream=document.stream,
        )
        outbound = self._addressed(outbound, request, core.router.model_at(name, document.model))
        egress.check_route(outbound, core.router.upstreams[name].kind)
        return outbound, scrubbed

    def _left(self, outbound: Outbound, reading: Reading, scrubbed: Scrubbed) -> list[tuple[str, str]]:
        """Return what had to be removed and still stands in what is about to leave."""
        # Path and headers are the format's own, but for the name of a model, which is a word of the protocol, too.
        issued = frozenset(self._session.vault.placeholders())
        model = outbound.path if reading.document.model and not is_id(reading.document.model) else ""
        return egress.left(reading.document.free_texts(), model, scrubbed.removed, issued=issued)

    def _renew_session(self) -> None:
        """Begin anew with an empty vault where nothing was promised yet, so that numbers follow the text again."""
        if self._session.ephemeral:
            self._session.release()
            self._session = self._core.sessions.ephemeral()
            self._session.hold()

    def _report(self, reading: Reading, scrubbed: Scrubbed, seconds: float) -> None:
        """Record the decision, and count and log the request that is about to leave."""
        core, document, decision = self._core, reading.document, reading.decision
        if core.record is not None:
            core.record(reading.decided)
        if not self._counted:
            self._counted = True
            if core.engine.observes:
                core.metrics.observed(reading.decided, reading.fault.code if reading.fault is not None else "")
            core.metrics.scrubbed(
                self._format.name,
                decision,
                segments=len(document.segments),
                unknown=document.unknown,
                seconds=seconds,
            )
        logs.event(
            logs.LogEvent.SCRUBBED,
            logging.DEBUG,
            exchange=self._id,
            decision=logs.Id(decision.id),
            route=decision.route,
            segments=len(document.segments),
            replaced=len(scrubbed.removed),
        )

    def _decide(self, document: Document, spans: Sequence[Sequence[Span]]) -> tuple[Decision, Decision]:
        """Return what policy decides, and what of it is carried out: the same, or nothing for `mode: observe`."""
        core, plan = self._core, self.plan
        decided = core.engine.decide(
            document.segments,
            spans,
            decision_id=core.random_bytes(8).hex(),
            available=plan.available,
            client=self._client,
            model=document.model,
            unfit=plan.unfit,
        )
        decided = plan.explained(decided)
        decision = core.engine.enforced(decided, plan.available)
        self.response_headers = (
            ("x-relay-decision", decision.id),
            *plan.follow(decision),
            ("x-relay-policy", self._policy_header()),
            *((("x-relay-prefix", "moved"),) if moves_prefix(document.segments, decision.actions) else ()),
        )
        try:
            # What has to stay local and finds no room there now is blocked, too, but may be asked again.
            plan.check_room(decision)
            if decision.blocked:
                reasons = sorted({f"{rule} ({subject})" for rule, subject in decision.blocked})
                raise PolicyRefused("policy refuses this request: " + "; ".join(reasons))
        except RelayFault:
            if core.record is not None:
                core.record(decided)
            raise
        return decided, decision

    def _bodiless(self, request: Request, avoid: frozenset[str]) -> Outbound:
        # Lists of models and the like: no text leaves, so the default route of the policy serves them.
        self.plan.survey(None, avoid, unsure=False)
        route = self._core.engine.bodiless_route(self.plan.available)
        name = self.plan.best(route)
        self.response_headers = (("x-relay-route", route.value), ("x-relay-policy", self._policy_header()))
        outbound = Outbound(
            upstream=name,
            route=route,
            method=self._endpoint.method,
            path=self._endpoint.upstream_path,
            query=strip.page_query(request.query),
            headers=strip.request_headers(
                self._format, request.headers, self._key(name, request), has_body=False, stream=False
            ),
        )
        outbound = self._addressed(outbound, request, None)
        egress.check_route(outbound, self._core.router.upstreams[name].kind)
        return outbound

    def _policy_header(self) -> str:
        """Return the digest, and for a policy that only observes a word that nobody takes for protection."""
        engine = self._core.engine
        return f"{engine.digest}; mode=observe" if engine.observes else engine.digest

    def _check_stops(self, document: Document, texts: Mapping[int, str]) -> None:
        """Refuse stop strings that would cut placeholders: the answer would end where the client never asked it to."""
        placeholders = self._session.vault.placeholders() if document.stops else ()
        for index in document.stops:
            segment = document.segments[index]
            if cuts(texts.get(index, segment.text), placeholders):
                raise ClientFault(
                    f"{segment.pointer} can match inside a placeholder that stands for a value of this conversation, "
                    "and would cut it; stop at another text"
                )

    # --------------------------------------------------------------------------------------------------------- routing

    def _key(self, name: str, request: Request) -> str | None:
        upstream = self._core.router.upstreams[name]
        if upstream.credential == "none":
            return None
        if upstream.credential != "client":
            return self._core.credentials[name]
        key = self._format.credential(request.headers, request.query)
        if key is None and upstream.kind is RouteKind.FRONTIER and not self._format.keyless:
            raise AuthenticationFailed(
                "no API key: the upstream takes the client's own; the configuration key is upstreams.<name>.credential"
            )
        return key

    @property
    def alters_nothing(self) -> bool:
        """True when policy only observes: not a byte of the answer may be changed or added."""
        return self._core.engine.observes

    def _renamed(self, document: Document, name: str) -> str:
        """Let the request ask for the model as upstream `name` calls it, and return the path."""
        model = self._core.router.model_at(name, document.model)
        if model is None or model == document.model:
            return self._endpoint.upstream_path
        return self._format.rename(self._endpoint, document, model)

    def _addressed(self, outbound: Outbound, request: Request, model: str | None) -> Outbound:
        """Return `outbound` as its upstream is addressed."""
        addressing = self._core.router.upstreams[outbound.upstream].addressing
        return self._format.addressed(outbound, addressing, model, request.query)

    # ------------------------------------------------------------------------------------------------------ response

    def start(self, status: int, headers: Headers) -> Head:
        """Take the upstream's status and headers and return the head for the client."""
        content_type = next((value for name, value in headers if name == "content-type"), "")
        framing: Framing | None = framing_of(content_type) if status == 200 and self._document is not None else None
        passed = strip.response_headers(headers)
        if framing is not None and self._streams_array:
            framing = ArrayStream(framing)
            passed = tuple((key, framing.content_type if key == "content-type" else value) for key, value in passed)
        self.streaming = framing is not None
        if self._core.engine.observes and not isinstance(framing, ArrayStream):
            self._answer = PassedAnswer(streaming=self.streaming)
        elif framing is not None and self._document is not None:
            reader = self._format.reader(self._endpoint, self._document)
            self._answer = StreamedAnswer(self._writer, reader, framing, self._read, self._move)
        else:
            self._answer = WholeAnswer(
                self._writer,
                self._format,
                self._endpoint,
                self._document,
                status,
                self._read,
                self._move,
                note=self._no_such_model() if status == 404 else "",
            )
        return Head(status=status, headers=(*passed, *self.response_headers))

    def _no_such_model(self) -> str:
        """Return what an upstream's 404 does not say: that relay chose the upstream, and what renames models there."""
        if self._document is None or self._document.model is None:
            return ""
        kind = self._core.router.upstreams[self._upstream_name].kind.value
        return (
            f" (relay asked its {kind} upstream, which serves no such model; the configuration key "
            "upstreams.<name>.models says what a model is called there)"
        )

    def feed(self, chunk: bytes) -> bytes:
        """Take bytes from the upstream and return zero or more restored bytes. Raises UpstreamBadStream."""
        assert self._answer is not None, "start comes before feed"
        return self._answer.feed(chunk)

    def finish(self) -> bytes:
        """Return the rest of a response that ended cleanly. Raises UpstreamBadStream when it is not complete."""
        assert self._answer is not None, "start comes before finish"
        data = self._answer.finish()
        self.close()
        return data

    def fail(self, fault: RelayFault) -> bytes:
        """Return what a stream says when `fault` ends it: text held back, then the format's error event."""
        assert self._answer is not None, "start comes before fail"
        held, error = self._answer.abandon(), self._answer.encode(self._format.error_event(fault))
        self.close()
        return held + error

    def close(self) -> None:
        """Drop what this exchange holds; a request-scoped vault is shredded. May be called more than once."""
        self.plan.end()
        self._document = None
        self._answer = None
        self._emitted = None
        if not self._closed:
            self._closed = True
            self._session.release()

    def _writer(self, leaf: Leaf) -> Writer | None:
        """Return what the text of `leaf` goes through, or None where it stays as it is."""
        if self._core.engine.observes:
            return None  # only the framing of a stream that the client wants as an array is changed
        writer: Writer | None = None if leaf.hosted else self._restorers.for_leaf(leaf)
        if self._core.engine.policy.answers is not Action.KEEP:
            writer = ScrubbedThenRestored(AnswerScrubber(self._found_in_answers(), leaf.encoding), writer)
        if self._session.ephemeral:
            return writer  # nobody will send the answer back to this vault
        return RecordingWriter(writer, self._session.vault, self._upstream_name, leaf.encoding)

    def _found_in_answers(self) -> AnswerDetector:
        if self._emitted is None:
            core = self._core
            self._emitted = AnswerDetector(core.analyzer, core.engine, core.operators, self._session.vault)
        return self._emitted

    def _read(self, tree: JSON) -> None:
        """Look at a decoded answer or event before anything is put back."""
        self.plan.meter.read(tree)
        for signature in signatures_in(tree):
            self._core.signatures.note(self._upstream_name, signature)
        changed = changed_prefixes(tree)
        if changed:
            self._core.metrics.changed_prefixes(changed)

    def _move(self, quotes: Sequence[CitationOffset]) -> bool:
        """Let the offsets of an answer count in what the client has."""
        return (
            bool(quotes)
            and not self._core.engine.observes
            and citation_offsets.move(quotes, self._restorers.for_citation)
        )
