"""Where one exchange may go and goes: what its request needs, which upstreams qualify, and what it is counted with.

An exchange surveys the upstreams each time that its request is opened; policy decides on what the survey shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from relay.policy.conditions.max_tokens import CHARACTERS_PER_TOKEN
from relay.policy.model import Policy, StreamedVerdict
from relay.protocols import Document, Format
from relay.routing import confidence
from relay.routing.choose import Options, RouteRequest, Unavailability
from relay.routing.router import Move, Router, Ticket
from relay.routing.usage import Meter, Usage, expected_output
from relay.types import JSON, Decision, Headers, Leaf, RouteKind

__all__ = ["RoutePlan"]

_NOWHERE = Unavailability.NOT_CONFIGURED
_NOTHING_USED = Usage(0, 0)


class RoutePlan:
    """See the module's description. `policy` is the one that the exchange began with, `client` its client's name.

    `headers` tell the client where its request went, and why where that is not what policy would have first.
    """

    def __init__(self, router: Router, policy: Policy, client: str, format: Format) -> None:
        self._router = router
        self.upstreams = router.upstreams
        self.asks_confidence = policy.confidence.escalate
        self._policy = policy
        self._client = client
        self._format = format
        self._family = format.family.name
        self._need: RouteRequest | None = None
        self._avoid: frozenset[str] = frozenset()
        self._options: Mapping[RouteKind, Options] = {}
        self._unsure = False
        self.decision: Decision | None = None
        self._ticket: Ticket | None = None
        self._meter: Meter | None = None
        self.available: frozenset[RouteKind] = frozenset()
        self.unfit: frozenset[RouteKind] = frozenset()
        self.one_kind = False
        self.headers: Headers = ()
        self.moved_prefix = False
        self.used: Usage | None = None  # by what the client has got, once that is known
        self._taken = False  # by an upstream, as far as is known: what it has read counts
        self.judge: confidence.Judge | None = None  # where the answer's confidence decides whether it is used

    @property
    def meter(self) -> Meter:
        """What reads the answer that the client gets."""
        if self._meter is None:
            self._meter = self.new_meter()
        return self._meter

    # -------------------------------------------------------------------------------------------------------- choosing

    def begin_anew(self, avoid: frozenset[str], *, unsure: bool) -> None:
        """Forget the last try. `avoid` are upstreams where the request failed; `unsure`: local was not sure."""
        self.end(_NOTHING_USED)
        self._avoid = avoid
        self._unsure = unsure
        self._taken = False
        self.judge = None

    def survey(self, document: Document | None) -> None:
        """Look at every upstream for a request, read or without a body, and set `available` and `unfit`."""
        if document is None:
            self._need = RouteRequest(family=self._family, avoid=self._avoid)
        else:
            counts = self._router.counts_cost
            self._need = RouteRequest(
                family=self._family,
                model=document.model,
                tokens=sum([len(segment.text) for segment in document.segments]) // CHARACTERS_PER_TOKEN,
                output_tokens=expected_output(document.tree, self._format.family.tokens) if counts else 0,
                avoid=self._avoid,
                deadline_s=self._policy.deadline_s,
            )
        self._options = options = self._router.options(self._need, self._client)
        self.available = frozenset([kind for kind, found in options.items() if found.names])
        configured = [kind for kind, found in options.items() if found.names or found.obstacle is not _NOWHERE]
        self.one_kind = len(configured) == 1 and not self._avoid and not self._unsure
        if self._unsure:
            self.unfit = frozenset({RouteKind.LOCAL})
        else:
            self.unfit = frozenset([kind for kind, found in options.items() if found.slow])

    def explained(self, decision: Decision) -> Decision:
        """Return `decision` with the reason why it is not where policy would have it first, if it is not."""
        move = self._move(decision)
        if move is None:
            return decision
        reason = f"route {decision.route}: {decision.wanted} is {move}"
        return replace(decision, reasons=(*decision.reasons, reason))

    def follow(self, decision: Decision, *, moves_prefix: bool) -> str:
        """Take `decision` as it is enforced, set `headers`, and return the best upstream, "" for what is blocked.

        Raises RelayBusy for what must stay local and may find room there in a moment, unlike what is refused, and
        RelayFault when no upstream qualifies.
        """
        self.decision = decision
        self.moved_prefix = moves_prefix
        move = None if decision.observed else self._move(decision)
        self.headers = (("x-relay-route", decision.route.value),)
        if move is not None:
            self._router.moved(decision.route, move)
            self.headers = (*self.headers, ("x-relay-route-why", move.value))
        found = self._options[decision.route]
        if decision.required and not found.names and found.obstacle is Unavailability.BUSY:
            raise self._router.fault(found, decision.route, self._family)
        return "" if decision.blocked else self.best(decision.route)

    def best(self, kind: RouteKind) -> str:
        """Return the name of the best upstream of `kind`. Raises RelayFault when none qualifies."""
        found = self._options[kind]
        if not found.names:
            raise self._router.fault(found, kind, self._family)
        return found.names[0]

    def model_at(self, upstream: str, model: str | None) -> str | None:
        """Return what `upstream` calls `model`."""
        return self._router.model_at(upstream, model)

    def ask_confidence(self, document: Document, decision: Decision) -> None:
        """Ask for log-probabilities where the answer's confidence matters, and set who reads them."""
        wanted, fields = self._policy.confidence, self._format.log_probabilities
        if (
            self.asks_confidence
            and not self._unsure
            and not decision.observed
            and not decision.required
            and decision.route is RouteKind.LOCAL
            and self._options[RouteKind.FRONTIER].names
            and fields is not None
            and not (document.stream and wanted.stream is StreamedVerdict.PASS)
        ):
            self.judge = confidence.Judge(fields, keep=not confidence.ask(fields, document.tree))

    def believes(self, mean: float | None) -> bool:
        """Tell whether an answer with this mean token probability is used. One without any cannot be judged."""
        return mean is None or mean >= self._policy.confidence.threshold

    @property
    def must_stay_local(self) -> bool:
        """Tell whether a rule requires local."""
        return self.decision is not None and self.decision.required and self.decision.route is RouteKind.LOCAL

    def may_go_elsewhere(self, avoid: frozenset[str]) -> bool:
        """Tell whether policy allows an upstream that is not among `avoid`, and one qualifies."""
        options = self._router.options(replace(self._asked(), avoid=avoid), self._client)
        decision = self.decision
        kinds = {decision.route} if decision is not None and decision.required else set(options)
        return any(options[kind].names for kind in kinds)

    def _asked(self) -> RouteRequest:
        assert self._need is not None, "survey comes first"
        return self._need

    def _move(self, decision: Decision) -> Move | None:
        """Return why a request does not go where policy wanted; None where it does, or nothing is configured there."""
        if decision.wanted is None or decision.wanted is decision.route:
            return None
        wanted = self._options[decision.wanted]
        if wanted.names:
            return Move.UNSURE if self._unsure else Move.SLOW
        match wanted.obstacle:
            case Unavailability.NOT_CONFIGURED:
                return None
            case Unavailability.OVER_BUDGET:
                return Move.OVER_BUDGET
            case Unavailability.BUSY:
                return Move.BUSY
            case Unavailability.DOWN | Unavailability.FAILED:
                return Move.DOWN

    # -------------------------------------------------------------------------------------------------------- counting

    def begin(self, upstream: str) -> None:
        """Count a request that is about to leave, with what it is expected to cost."""
        need = self._asked()
        if self._router.counts_cost:
            self._ticket = self._router.ticket(upstream, need, self._client)
        else:
            model = need.model or ""
            kind = self.upstreams[upstream].kind
            self._ticket = Ticket(upstream=upstream, route=kind, model=model, input_tokens=need.tokens, hold=None)

    def new_meter(self) -> Meter:
        """Return what reads an answer of the format."""
        return Meter(self._format.family.tokens)

    def taken(self, is_taken: bool) -> None:
        """Note whether an upstream has taken the request: it cannot be reached, or has refused it, where it has not."""
        self._taken = is_taken

    def read(self, tree: JSON, leaves: Sequence[Leaf]) -> None:
        """Count what a decoded answer or event of the client's says, and its texts."""
        added = at_once = 0
        for leaf in leaves:
            if leaf.lane is None:
                at_once += len(leaf.text)
            else:
                added += len(leaf.text)
        self.meter.read(tree, added=added, at_once=at_once)

    def discard(self, meter: Meter) -> None:
        """Count an answer that is not used; `meter` has read it."""
        self.end(meter.usage(self._asked().tokens))

    def end(self, usage: Usage | None = None) -> None:
        """Count what the request used, by default what its answer says so far. May be called more than once."""
        if self._ticket is not None:
            if usage is None:
                usage = self.meter.usage(self._asked().tokens) if self._taken else _NOTHING_USED
            self._router.settle(self._ticket, usage)
            self.used = usage
            self._ticket = None
