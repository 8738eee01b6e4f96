"""One request with its response: the straight line, and the only object that a door talks to.

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
from pathlib import Path

from relay.detect.analyzer import Analyzer
from relay.errors import MethodNotAllowed, RelayFault, ScrubFailed
from relay.observe import logs
from relay.observe.attributes import Attribute
from relay.observe.metrics import Metrics
from relay.observe.traces import Telemetry
from relay.policy.engine import Engine
from relay.protocols import Endpoint, Format, Writer
from relay.request import start_line, strip
from relay.request.pipeline import Pipeline, Prepared
from relay.request.provider_request import ProviderRequest
from relay.request.signatures import signatures_in
from relay.response import citation_offsets
from relay.response.answer import Answer, PassedAnswer, ScrubbedThenRestored, StreamedAnswer, WholeAnswer
from relay.response.answer_scrubber import AnswerDetector, AnswerScrubber
from relay.response.recording import RecordingWriter
from relay.response.restorers import Restorers
from relay.routing.route_plan import RoutePlan
from relay.routing.router import Router
from relay.types import JSON, Action, CitationOffset, Head, Headers, Leaf, Outbound, Request
from relay.vault.sessions import Session, Sessions
from relay.vault.stored_sessions import StoredSessions
from relay.wire import vendors
from relay.wire.framing import ArrayStream, Framing, framing_of
from relay.wire.transformations import changed_prefixes

__all__ = ["Core", "Exchange"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Everything that exchanges share, immutable and thread-safe. `build.core` makes it."""

    formats: tuple[Format, ...]
    directory: vendors.Directory
    pipeline: Pipeline
    router: Router
    sessions: Sessions
    stored: StoredSessions | None = None  # explicit sessions, where they are kept elsewhere
    credentials: Mapping[str, str] = field(repr=False)  # upstream name -> the operator's key, already resolved
    pseudonym_key: bytes = field(repr=False)
    random_bytes: Callable[[int], bytes] = field(repr=False)
    clock: Callable[[], float] = field(repr=False)
    metrics: Metrics
    telemetry: Telemetry | None = None  # where traces and metrics go beside
    by_policy: Mapping[Path, Core] = field(default_factory=dict, repr=False)  # of clients that have one of their own

    def under(self, policy: Path | None) -> Core:
        """Return the core under the policy of a client, or this one for None. Raises KeyError for one never loaded."""
        return self if policy is None else self.by_policy[policy]

    @property
    def analyzer(self) -> Analyzer:
        """What finds entities."""
        return self.pipeline.analyzer

    @property
    def engine(self) -> Engine:
        """What decides by the policy in force."""
        return self.pipeline.engine

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
        self._id = exchange_id
        if session is None:
            self._session = core.sessions.ephemeral()
        else:
            self._session = session
            session.hold()
        self._closed = False
        self._opened = self._counted = False
        self._prepared: Prepared | None = None
        self._decision_headers: Headers = ()
        self._query = ""
        self._upstream = ""
        self._restorers: Restorers | None = None
        self._detector: AnswerDetector | None = None
        self._answer: Answer | None = None
        self.plan = RoutePlan(core.router, core.engine.policy, client or "", format)
        self.streaming = False

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
        endpoint, core = self._endpoint, self._core
        if request.method != endpoint.method:
            raise MethodNotAllowed(f"relay takes only {endpoint.method} at this path")
        begun = core.clock()
        if not endpoint.has_body or endpoint not in self._format.endpoints:
            start_line.check(endpoint, request.query, core.analyzer, core.engine)
        if self._opened or avoid or unsure:
            self.plan.begin_anew(avoid, unsure=unsure)
        self._opened = True
        source = ProviderRequest(
            self._format,
            endpoint,
            request,
            self.plan,
            client=self._client,
            credentials=core.credentials,
            pseudonym=core.pseudonym,
            move_back=self._move_back,
            exchange_id=self._id,
        )
        if not endpoint.has_body:
            listed = self._bodiless(source)
            self._report_dropped(source)
            return listed
        self._query = request.query
        self._restorers = None
        self._prepared = prepared = core.pipeline.prepare(source, self._session)
        outbound = source.outbound
        assert outbound is not None
        self._upstream = outbound.upstream
        self._report(prepared, core.clock() - begun)
        self._report_dropped(source)
        self.plan.begin(outbound.upstream)
        return outbound

    def _bodiless(self, source: ProviderRequest) -> Outbound:
        # Lists of models and the like: no text leaves, so the default route of the policy serves them.
        self.plan.survey(None)
        route = self._core.engine.bodiless_route(self.plan.available)
        self._upstream = self.plan.best(route)
        self.plan.headers = (("x-relay-route", route.value),)
        return source.bodiless(route, self._upstream)

    def _report(self, prepared: Prepared, seconds: float) -> None:
        """Count and log the request that is about to leave; one that is opened again counts once."""
        core, document, decision = self._core, prepared.document, prepared.decision
        if not self._counted:
            self._counted = True
            if core.engine.observes:
                core.metrics.observed(prepared.decided, prepared.fault.code if prepared.fault is not None else "")
            core.metrics.scrubbed(
                self._format.name,
                decision,
                segments=len(document.segments),
                unknown=document.unknown,
                seconds=seconds,
            )
        if logs.logger.isEnabledFor(logging.DEBUG):
            logs.event(
                logs.LogEvent.SCRUBBED,
                logging.DEBUG,
                exchange=logs.Id(self._id),
                decision=logs.Id(decision.id),
                route=decision.route,
                segments=len(document.segments),
                replaced=len(prepared.scrubbed.removed),
            )

    def _report_dropped(self, source: ProviderRequest) -> None:
        """Log that words of the client's headers stay here: a beta flag that is none makes a feature fail silently."""
        if source.dropped_words:
            logs.event(logs.LogEvent.WORDS_DROPPED, exchange=logs.Id(self._id), count=source.dropped_words)

    @property
    def log_fields(self) -> dict[str, logs.Value]:
        """What a line in the log says of the exchange: where it went, and the decision's id that the client saw."""
        decision = self.plan.decision
        return {
            **({"upstream": logs.Name(self._upstream)} if self._upstream else {}),
            **({"decision": logs.Id(decision.id)} if decision is not None else {}),
        }

    @property
    def described(self) -> tuple[tuple[Attribute, object], ...]:
        """What a trace says of the request that is about to leave: counts, and where to."""
        prepared, decision = self._prepared, self.plan.decision
        upstream = ((Attribute.UPSTREAM, logs.Name(self._upstream)),)
        if prepared is None or decision is None:
            return upstream
        return (
            *upstream,
            (Attribute.ROUTE, decision.route),
            (Attribute.SEGMENTS, len(prepared.document.segments)),
            (Attribute.REPLACED, len(prepared.scrubbed.removed)),
            (Attribute.STREAM, prepared.document.stream),
        )

    @property
    def response_headers(self) -> Headers:
        """What relay says of the exchange in every response to it."""
        decision = self.plan.decision
        engine = self._core.engine
        if decision is None and not self.plan.headers:
            return ()
        # For a policy that only observes, a word that is not taken for protection.
        policy = f"{engine.digest}; mode=observe" if engine.observes else engine.digest
        return (
            *((("x-relay-decision", decision.id),) if decision is not None else ()),
            *self.plan.headers,
            ("x-relay-policy", policy),
            *((("x-relay-prefix", "moved"),) if self.plan.moved_prefix else ()),
        )

    @property
    def alters_nothing(self) -> bool:
        """True when policy only observes: not a byte of the answer may be changed or added."""
        return self._core.engine.observes

    # ------------------------------------------------------------------------------------------------------ response

    def start(self, status: int, headers: Headers) -> Head:
        """Take the upstream's status and headers and return the head for the client."""
        content_type = next((value for name, value in headers if name == "content-type"), "")
        framing: Framing | None = framing_of(content_type) if status == 200 and self._prepared is not None else None
        if status == 401:
            logs.event(
                logs.LogEvent.UPSTREAM_REFUSED_KEY, logging.WARNING, exchange=logs.Id(self._id), **self.log_fields
            )
        passed = strip.response_headers(headers)
        if framing is not None and self._format.streams_array(self._query):
            framing = ArrayStream(framing)
            passed = tuple((key, framing.content_type if key == "content-type" else value) for key, value in passed)
        self.streaming = framing is not None
        self._answer = self._answer_of(status, framing)
        return Head(status=status, headers=(*passed, *self.response_headers))

    def _answer_of(self, status: int, framing: Framing | None) -> Answer:
        """Return what restores an answer of this status and framing (None: it comes whole)."""
        if self._core.engine.observes and not isinstance(framing, ArrayStream):
            return PassedAnswer(streaming=self.streaming)
        document = self._prepared.document if self._prepared is not None else None
        if framing is not None and document is not None:
            reader = self._format.reader(self._endpoint, document)
            return StreamedAnswer(self._writer, reader, framing, self._read, self._move)
        note = self._no_such_model() if status == 404 else ""
        return WholeAnswer(
            self._writer, self._format, self._endpoint, document, status, self._read, self._move, note=note
        )

    def _no_such_model(self) -> str:
        """Return what an upstream's 404 does not say: that relay chose the upstream, and what renames models there."""
        if self._prepared is None or self._prepared.document.model is None:
            return ""
        kind = self._core.router.upstreams[self._upstream].kind.value
        return (
            f" (relay asked its {kind} upstream, which serves no such model; the configuration key "
            "upstreams.<name>.models says what a model is called there)"
        )

    def feed(self, chunk: bytes) -> bytes:
        """Take bytes from the upstream and return zero or more restored bytes.

        Raises UpstreamBadStream; what came before the fault is then `unsent`, and `fail` returns it.
        """
        assert self._answer is not None, "start comes before feed"
        return self._answer.feed(chunk)

    def finish(self) -> bytes:
        """Return the rest of a response that ended cleanly. Raises UpstreamBadStream when it is not complete."""
        assert self._answer is not None, "start comes before finish"
        data = self._answer.finish()
        self.close()
        return data

    @property
    def unsent(self) -> bool:
        """Whether something of the answer came before the fault that ended it and was not returned yet."""
        return self._answer is not None and self._answer.unsent

    def fail(self, fault: RelayFault) -> bytes:
        """Return what a stream says when `fault` ends it: what came before, text held back, the error."""
        assert self._answer is not None, "start comes before fail"
        held, error = self._answer.abandon(), self._answer.encode(self._format.error_event(fault))
        self.close()
        return held + error

    def close(self) -> None:
        """Drop what this exchange holds; a request-scoped vault is shredded. May be called more than once."""
        self.plan.end()
        self._prepared = None
        self._query = ""  # a key may stand in it
        self._answer = None
        self._detector = None
        self._restorers = None
        if not self._closed:
            self._closed = True
            self._session.release()

    def _restoring(self, prepared: Prepared | None) -> Restorers:
        """Return what restores the texts of this exchange, made when the first of them is there."""
        if self._restorers is None:
            vault, engine = self._session.vault, self._core.engine
            if prepared is None:
                self._restorers = Restorers(vault, engine)
            else:
                segments, scrubbed = prepared.document.segments, prepared.scrubbed
                self._restorers = Restorers(vault, engine, segments, scrubbed.texts, scrubbed.urls)
        return self._restorers

    def _writer(self, leaf: Leaf) -> Writer | None:
        """Return what the text of `leaf` goes through, or None where it stays as it is."""
        if self._core.engine.observes:
            return None  # only the framing of a stream that the client wants as an array is changed
        writer: Writer | None = None if leaf.hosted else self._restoring(self._prepared).for_leaf(leaf)
        if self._core.engine.policy.answers is not Action.KEEP:
            writer = ScrubbedThenRestored(AnswerScrubber(self._found_in_answers(), leaf.encoding), writer)
        if self._session.ephemeral:
            return writer  # no request will bring the answer back to this vault
        return RecordingWriter(writer, self._session.vault, self._upstream, leaf.encoding)

    def _found_in_answers(self) -> AnswerDetector:
        if self._detector is None:
            core = self._core
            self._detector = AnswerDetector(core.analyzer, core.engine, core.pipeline.operators, self._session.vault)
        return self._detector

    def _read(self, tree: JSON, leaves: Sequence[Leaf]) -> None:
        """Look at a decoded answer or event and its texts before anything is put back."""
        self.plan.read(tree, leaves)
        for signature in signatures_in(tree):
            self._core.pipeline.signatures.note(self._upstream, signature)
        changed = changed_prefixes(tree)
        if changed:
            self._core.metrics.changed_prefixes(changed)

    def _move(self, citations: Sequence[CitationOffset]) -> bool:
        """Let the offsets of an answer count in what the client has."""
        if not citations or self._core.engine.observes:
            return False
        return citation_offsets.move(citations, self._restoring(self._prepared).for_citation)

    def _move_back(self, citations: Sequence[CitationOffset], prepared: Prepared) -> None:
        """Let the offsets that a request brings back count in what the upstream gets."""
        citation_offsets.move_back(citations, self._restoring(prepared).for_citation)
