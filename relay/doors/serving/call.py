"""One exchange in work, and what log and trace say of it: never a word of its text."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from relay.doors.serving.turns import Turn
from relay.errors import RelayFault, UpstreamFault
from relay.exchange import Exchange
from relay.observe import logs
from relay.observe.attributes import Attribute
from relay.observe.traces import Span, Trace
from relay.protocols import Endpoint, Format

__all__ = ["Call"]


@dataclass(slots=True)
class Call:
    """One exchange in work. `exchange` is there once it has begun."""

    format: Format
    endpoint: Endpoint
    client: str
    caller: str
    trace: Trace
    turn: Turn | None = None
    exchange: Exchange | None = None

    @property
    def begun(self) -> Exchange:
        """The exchange, once it has begun."""
        assert self.exchange is not None
        return self.exchange

    def close(self) -> None:
        """Close the exchange, if it has begun."""
        if self.exchange is not None:
            self.exchange.close()
        if self.turn is not None:
            self.turn.close()

    def describe(self) -> None:
        """Say in the trace what is asked for; nothing of it is a word of the request's."""
        assert self.trace.recorded is not None, "only what is traced is described"
        whole = self.trace.recorded.whole
        if self.client:
            whole.set(Attribute.CLIENT, logs.Name(self.client))
        whole.set(Attribute.FORMAT, logs.Name(self.format.name))
        whole.set(Attribute.PROVIDER, logs.Name(self.format.family.name))
        whole.set(Attribute.ENDPOINT, logs.Name(self.endpoint.name))

    def describe_scrubbed(self, span: Span) -> None:
        """Say in the trace where the request goes, and how much was replaced."""
        for attribute, value in self.begun.described:
            span.set(attribute, value)

    def describe_used(self) -> None:
        """Say in the trace what the answer cost, once it is over."""
        recorded, used = self.trace.recorded, self.begun.plan.used
        if recorded is not None and used is not None:
            recorded.whole.set(Attribute.INPUT_TOKENS, used.input_tokens)
            recorded.whole.set(Attribute.OUTPUT_TOKENS, used.output_tokens)

    def log(self, error: BaseException) -> None:
        """Log how the exchange ended, without a word of its text."""
        fields: dict[str, logs.Value] = {"exchange": self.trace.id}
        if isinstance(error, RelayFault):
            fields |= {"status": error.status, "code": logs.Name(error.code)}
        if self.client:
            fields["client"] = logs.Name(self.client)
        if self.exchange is not None:
            fields |= self.exchange.log_fields
        match error:
            case asyncio.CancelledError() | ConnectionError():
                event = logs.LogEvent.DISCONNECTED
            case UpstreamFault():
                event = logs.LogEvent.UPSTREAM_FAILED
            case RelayFault():
                event = logs.LogEvent.REFUSED
            case _:
                event = logs.LogEvent.FAILED
        logs.event(event, logging.INFO, **fields)
