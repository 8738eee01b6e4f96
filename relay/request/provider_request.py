"""A client's request in a provider's format: how it is read, where it can go, and what leaves with its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import assert_never

from relay.config import Store, UpstreamConfig
from relay.errors import AuthenticationFailed, ScrubFailed
from relay.protocols import ContractHeaders, Document, Endpoint, Format
from relay.request import egress, strip
from relay.request.pipeline import Prepared
from relay.request.start_line import decoded
from relay.routing.route_plan import RoutePlan
from relay.types import CitationOffset, Outbound, Request, RouteKind
from relay.wire import strict_json
from relay.wire.contract_headers import less
from relay.wire.protocol_words import ID

__all__ = ["ProviderRequest", "check_route", "forcing"]

# Lets offsets into texts that a request brings back count in the scrubbed texts.
MoveBack = Callable[[Sequence[CitationOffset], Prepared], None]


class ProviderRequest:
    """A `relay.request.pipeline.Source` of a request over HTTP, opened for one try.

    `outbound` is what may leave, once `strip` has built it. `credentials` are the operator's keys by upstream.
    """

    def __init__(
        self,
        format: Format,
        endpoint: Endpoint,
        request: Request,
        plan: RoutePlan,
        *,
        client: str | None,
        credentials: Mapping[str, str],
        pseudonym: Callable[[str], str],
        move_back: MoveBack,
        exchange_id: str,
    ) -> None:
        self.plan = plan
        self.client = client
        self.decision_id = exchange_id  # one id from the client to the decision to the upstream
        self.outbound: Outbound | None = None
        self.dropped_words = 0  # of the client's headers: no API version, and no beta flag
        self._format = format
        self._endpoint = endpoint
        self._request = request
        self._credentials = credentials
        self._move_back = move_back
        # Decodes the body strictly and reads it by the format's table; raises ClientFault.
        self.read: Callable[[Callable[[str], bool]], Document] = partial(format.read, endpoint, request.body, pseudonym)

    def strip(self, prepared: Prepared) -> str:
        """Build `outbound`. Egress reads what of its start line and headers no list has: a client can write that.

        A beta flag that holds a value is dropped. The name of a model is the provider's word, where it is written like
        one; one that reads like a value by itself is refused at once (`relay.request.start_line`).
        """
        document, name = prepared.document, prepared.upstream
        mark = self._format.citation_mark
        if mark and mark in self._request.body and not prepared.decision.observed:
            self._move_back(self._format.sent_citations(document), prepared)
        document.force(forcing(self._endpoint, self.plan.upstreams[name]))
        if self.plan.asks_confidence:
            self.plan.ask_confidence(document, prepared.decision)
        model, path = self._named(document, name)
        contract = self._contract(prepared.scrubbed.removed)
        headers = strip.request_headers(
            self._format, contract.headers, self._key(name), has_body=True, stream=document.stream
        )
        self.outbound = self._addressed(
            Outbound(
                upstream=name,
                route=prepared.decision.route,
                method=self._endpoint.method,
                path=path,
                headers=headers,
                body=strict_json.encode(document.tree),
                stream=document.stream,
            ),
            model,
        )
        return "\n".join((*contract.unlisted, *self._start_line(self.outbound, document.model)))

    def _named(self, document: Document, name: str) -> tuple[str | None, str]:
        """Return what upstream `name` calls the model, written into the document, and the path with it."""
        model = self.plan.model_at(name, document.model) if self.plan.upstreams[name].models else document.model
        if model is None or model == document.model:
            return model, self._endpoint.upstream_path
        return model, self._format.rename(self._endpoint, document, model)

    def _start_line(self, outbound: Outbound, model: str | None) -> Iterable[str]:
        """Return what egress has to read of the start line."""
        if model and not ID.fullmatch(model):
            return outbound.path, outbound.query
        return () if self._endpoint in self._format.endpoints else decoded(outbound.path)

    def bodiless(self, route: RouteKind, name: str) -> Outbound:
        """Return what leaves of a request without a body, a list of models: nothing of the client's but the page."""
        contract = self._contract(())
        headers = strip.request_headers(self._format, contract.headers, self._key(name), has_body=False, stream=False)
        outbound = Outbound(
            upstream=name,
            route=route,
            method=self._endpoint.method,
            path=self._endpoint.upstream_path,
            query=strip.page_query(self._request.query),
            headers=headers,
        )
        return self._addressed(outbound, None)

    def _contract(self, removed: Iterable[tuple[str, str]]) -> ContractHeaders:
        """Return what may pass of the client's headers, which holds none of the `removed` values."""
        contract = self._format.request_headers(self._request.headers)
        if contract.unlisted and removed:
            values = egress.private(removed, issued=())
            contract = less(contract, [word for word in contract.unlisted if egress.holds(word, values)])
        self.dropped_words = contract.dropped
        return contract

    def _addressed(self, outbound: Outbound, model: str | None) -> Outbound:
        """Return `outbound` as its upstream is addressed. Raises ScrubFailed when it was made for another route."""
        upstream = self.plan.upstreams[outbound.upstream]
        check_route(outbound, upstream.kind)
        if not upstream.addressing:
            return outbound
        return self._format.addressed(outbound, upstream.addressing, model, self._request.query)

    def _key(self, name: str) -> str | None:
        """Return the credential to present to upstream `name`. Raises AuthenticationFailed."""
        upstream = self.plan.upstreams[name]
        if upstream.credential == "none":
            return None
        if upstream.credential != "client":
            return self._credentials[name]
        key = self._format.credential(self._request.headers, self._request.query)
        if key is None and upstream.kind is RouteKind.FRONTIER and not self._format.family.keyless:
            raise AuthenticationFailed(
                "no API key: the upstream takes the client's own; the configuration key is upstreams.<name>.credential"
            )
        return key


def forcing(endpoint: Endpoint, upstream: UpstreamConfig) -> bool | None:
    """Return whether `upstream` gets the field that keeps it from storing a request (`Document.force`).

    Unless the configuration says it: yes where the provider stores by default, no on one's own machine, and elsewhere
    only where the client sent the field itself, which tells that the upstream knows it.
    """
    match upstream.store:
        case Store.FORCE:
            return True
        case Store.OMIT:
            return False
        case Store.AUTO:
            if upstream.kind is not RouteKind.FRONTIER:
                return False
            host = upstream.host
            for domain in endpoint.stored_at:
                if domain in ("*", host) or host.endswith(f".{domain}"):
                    return True
            return None
    assert_never(upstream.store)


def check_route(outbound: Outbound, destination: RouteKind) -> None:
    """Raise ScrubFailed when `outbound` was scrubbed for another kind of route than its destination is."""
    if outbound.route is not destination:
        raise ScrubFailed(f"a request prepared for {outbound.route.value} was about to go to {destination.value}")
