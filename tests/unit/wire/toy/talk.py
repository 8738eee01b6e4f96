"""Toy's one conversation format, whole and streamed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from relay.wire.toy.family import ToyFormat

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.types import JSON, Event
from relay.wire import strict_json
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.stream import Lane, TableReader
from relay.wire.table_format import PathEndpoint

TABLE = """
[request]
say                   S   role=user
{model,stream,brief}  P

[response]
reply                 R
piece                 R   lane=piece
{over,used}           P
fault                 R
"""


class ToyTalk(ToyFormat):
    """`POST /v1/talk`."""

    name: ClassVar[str] = "toy_talk"
    log_probabilities: ClassVar[LogProbabilities | None] = None
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="talk", upstream_path="/v1/talk"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream."""
        return TalkReader(self.section("response"))


class TalkReader(TableReader):
    """The pieces are one lane, which the event that says `over` ends."""

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return `()`, which is all lanes, for the last event."""
        if type(tree) is dict and "over" in tree:
            self.whole = True
            yield ()

    def flush(self, lane: Lane, text: str) -> Event:
        """Return an event with one piece."""
        return Event(strict_json.encode({"piece": text}).decode())

    def is_end(self, event: Event) -> bool:
        """Tell whether this is the last event."""
        return (event.data or "").startswith('{"over"')


PLUGINS = (ToyTalk,)
