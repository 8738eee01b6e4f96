"""How sure a local model was: ask for log-probabilities, take the mean token probability, take them out again.

What asks for them and where they stand, each format states (`relay.types.LogProbabilities`). Formats without them are
never judged, nor are answers of a server that gives none.

The mean is of probabilities, not of their logarithms: one surprising token does not sink a long answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from relay.errors import RelayFault
from relay.protocols import Format, LogProbabilities
from relay.routing.usage import CHARACTERS_PER_TOKEN, Meter
from relay.types import JSON, Headers
from relay.wire import strict_json
from relay.wire.framing import framing_of

__all__ = ["Judge", "ask", "read_verdict", "unjudged"]


def unjudged(formats: Iterable[Format]) -> tuple[str, ...]:
    """Return which families of `formats` have no log-probabilities at all: their answers are used as they are."""
    judged: dict[str, bool] = {}
    for format in formats:
        name = format.family.name
        judged[name] = judged.get(name, False) or format.log_probabilities is not None
    return tuple(name for name, found in judged.items() if not found)


def ask(fields: LogProbabilities, tree: JSON) -> bool:
    """Ask for log-probabilities in the request `tree`. Return whether its client did not ask for them itself."""
    asked = tree.get(next(iter(fields.ask)))
    if asked is not None and asked is not False:
        return False
    tree.update(fields.ask)
    return True


class Judge:
    """Reads an answer, whole or event by event, and takes out the log-probabilities that only relay asked for."""

    def __init__(self, fields: LogProbabilities, *, keep: bool) -> None:
        self._fields = fields
        self._keep = keep
        self._sum = 0.0
        self.count = 0  # of tokens with a probability

    @property
    def mean(self) -> float | None:
        """The mean token probability, from 0 to 1; None when the server gave no log-probabilities."""
        return self._sum / self.count if self.count else None

    def read(self, tree: JSON) -> bool:
        """Look at one decoded answer or event. Return whether something was taken out of it."""
        fields, changed = self._fields, False
        for holder in _all(tree, fields.holders):
            found = holder.get(fields.field) if type(holder) is dict else None
            if found is None:
                continue
            for logprob in (each for path in fields.values for each in _all(found, path)):
                if _is_number(logprob):  # the first of an echoed prompt is null
                    self._sum += math.exp(min(logprob, 0.0))
                    self.count += 1
            if not self._keep:
                if fields.nullable:
                    holder[fields.field] = None
                else:
                    del holder[fields.field]
                changed = True
        return changed


def _all(value: JSON, path: tuple[str, ...]) -> list[JSON]:
    """Return everything that `path` leads to; arrays on the way, and at its end, are gone through."""
    found = value if type(value) is list and path else [value]
    for key in path:
        found = [each[key] for each in found if type(each) is dict and key in each]
        found = [each for one in found for each in (one if type(one) is list else (one,))]
    return found


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and not math.isnan(value)


def read_verdict(judge: Judge, body: bytes, headers: Headers, meter: Meter) -> bytes:
    """Let `judge` and `meter` read a whole answer, streamed or not, and return it as the client may have it.

    What is not JSON stays as it is: restoring it will fail.
    """
    framing = framing_of(next((value for name, value in headers if name == "content-type"), ""))
    if framing is None:
        return _read(judge, body, meter)
    out = []
    for event in (*framing.feed(body), *framing.finish()):
        if event.data is not None and event.data.startswith("{"):
            data = _read(judge, event.data.encode("utf-8", "surrogatepass"), meter).decode("utf-8", "surrogatepass")
            event = replace(event, data=data)
        out.append(framing.encode(event))
    return b"".join(out)


def _read(judge: Judge, data: bytes, meter: Meter) -> bytes:
    try:
        tree = strict_json.decode(data)
    except RelayFault:
        return data
    before = judge.count
    changed = judge.read(tree)
    meter.read(tree, added=(judge.count - before) * CHARACTERS_PER_TOKEN)
    return strict_json.encode(tree) if changed else data
