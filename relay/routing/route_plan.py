"""Where one exchange may go and goes: what its request needs, which upstreams qualify, and what it is counted with.

An exchange surveys the upstreams each time that its request is opened; policy decides on what the survey shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from relay.policy.conditions.max_tokens import CHARACTERS_PER_TOKEN
from relay.policy.model import Policy, StreamedVerdict
from relay.protocols import Document
from relay.routing import confidence
from relay.routing.choose import Options, RouteRequest, Unavailability
from relay.routing.router import Move, Router, Ticket
from relay.routing.usage import Meter, Usage, expected_output
from relay.types import Decision, Headers, RouteKind

__all__ = ["RoutePlan"]


class RoutePlan:
    """See the module's description. `policy` is the one that the exchange began with, `client` its client's name."""

    def __init__(self, router: Router, policy: Policy, client: str, family: str, format_name: str) -> None:
        self._router = router
        self._policy = policy
        self._client = client
        self._format_name = format_name
        self._need = RouteRequest(family=family)
        self._options: Mapping[RouteKind, Options] = {}
        self._unsure = False
        self._decision: Decision | None = None
        self._ticket: Ticket | None = None
        self.meter = Meter()  # reads the answer that the client gets
        self.judge: confidence.Judge | None = None  # where the answer's confidence decides whether it is used

    # -------------------------------------------------------------------------------------------------------- choosing

    def survey(self, document: Document | None, avoid: frozenset[str], *, unsure: bool) -> None:
        """Look at every upstream for a request, read or without a body. `avoid` and `unsure` as for Exchange.open."""
        self.end(Usage(0, 0))
        self._unsure = unsure
        self.judge = None
        if document is None:
            self._need = replace(self._need, avoid=avoid)
        else:
            self._need = RouteRequest(
                family=self._need.family,
                model=document.model,
                tokens=sum([len(segment.text) for segment in document.segments]) // CHARACTERS_PER_TOKEN,
                output_tokens=expected_output(document.tree),
                avoid=avoid,
                deadline_s=self._policy.deadline_s,
            )
        self._options = self._router.options(self._need, self._client)

    @property
    def available(self) -> frozenset[RouteKind]:
        """The kinds of which an upstream qualifies."""
        return frozenset([kind for kind, found in self._options.items() if found.names])

    @property
    def unfit(self) -> frozenset[RouteKind]:
        """The kinds that give way to the other one: their best upstream is slow, or local was not sure."""
        if self._unsure:
            return frozenset({RouteKind.LOCAL})
        return frozenset([kind for kind, found in self._options.items() if found.slow])

    def explained(self, decision: Decision) -> Decision:
        """Return `decision` with the reason why it is not where policy would have it first, if it is not."""
        move = self._move(decision)
        if move is None:
            return decision
        reason = f"route {decision.route}: {decision.wanted} is {move}"
        return replace(decision, reasons=(*decision.reasons, reason))

    def follow(self, decision: Decision) -> Headers:
        """Take `decision` as it is carried out. Return the headers that tell the route, and why where it moved."""
        self._decision = decision
        move = None if decision.observed else self._move(decision)
        if move is None:
            return (("x-relay-route", decision.route.value),)
        self._router.moved(decision.route, move)
        return (("x-relay-route", decision.route.value), ("x-relay-route-why", move.value))

    def check_room(self, decision: Decision) -> None:
        """Raise RelayBusy for what must stay local and may find room there in a moment, unlike what is refused."""
        found = self._options[decision.route]
        if decision.required and not found.names and found.obstacle is Unavailability.BUSY:
            raise self._router.fault(found, decision.route, self._need.family)

    def best(self, kind: RouteKind) -> str:
        """Return the name of the best upstream of `kind`. Raises RelayFault when none qualifies."""
        found = self._options[kind]
        if not found.names:
            raise self._router.fault(found, kind, self._need.family)
        return found.names[0]

    def ask_confidence(self, document: Document, decision: Decision) -> None:
        """Ask for log-probabilities where the answer's confidence matters, and set who reads them."""
        wanted = self._policy.confidence
        if (
            wanted.escalate
            and not self._unsure
            and not decision.observed
            and not decision.required
            and decision.route is RouteKind.LOCAL
            and self._options[RouteKind.FRONTIER].names
            and self._format_name in confidence.FORMATS
            and not (document.stream and wanted.stream is StreamedVerdict.PASS)
        ):
            self.judge = confidence.Judge(keep=not confidence.ask(self._format_name, document.tree))

    def believes(self, mean: float | None) -> bool:
        """Tell whether an answer with this mean token probability is used. One without any cannot be judged."""
        return mean is None or mean >= self._policy.confidence.threshold

    @property
    def must_stay_local(self) -> bool:
        """Tell whether a rule requires local."""
        return self._decision is not None and self._decision.required and self._decision.route is RouteKind.LOCAL

    def may_go_elsewhere(self, avoid: frozenset[str]) -> bool:
        """Tell whether policy allows an upstream that is not among `avoid`, and one qualifies."""
        options = self._router.options(replace(self._need, avoid=avoid), self._client)
        decision = self._decision
        kinds = {decision.route} if decision is not None and decision.required else set(options)
        return any(options[kind].names for kind in kinds)

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
        self._ticket = self._router.ticket(upstream, self._need, self._client)

    def discard(self, meter: Meter) -> None:
        """Count an answer that is not used; `meter` has read it."""
        self.end(meter.usage(self._need.tokens))

    def end(self, usage: Usage | None = None) -> None:
        """Count what the request used, by default what its answer says. May be called more than once."""
        if self._ticket is not None:
            self._router.settle(self._ticket, self.meter.usage(self._need.tokens) if usage is None else usage)
            self._ticket = None
