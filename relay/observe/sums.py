"""Sum the metrics of several processes: one exposition for all workers and the process that supervises them.

Counters and histograms are added up, and those of a process that has ended stay in the sums. A gauge says what is now:
it is added up over the processes that live, except where that is no sum. The number of series does not depend on how
many processes there are or were.

Not counted: what a process has counted since it last told, when it is killed; that is about a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import generate_latest
from prometheus_client.core import Metric

from relay.observe.metrics import Family

__all__ = ["Sums"]

# Of these the process that supervises tells all there is to know.
_OWN = frozenset({"relay_policy_info", "relay_uptime_seconds"})
# Of these the highest: whether anybody finds an upstream down.
_HIGHEST = frozenset({"relay_upstream_open"})
_CREATED = "_created"  # when a counter began: of several the first

_Key = tuple[str, tuple[tuple[str, str], ...]]
_Values = dict[_Key, float]


class Sums:
    """The latest that each process has told, by its number, and the counters of those that have ended."""

    def __init__(self) -> None:
        self._latest: dict[int, Sequence[Family]] = {}
        self._ended: dict[str, tuple[str, str, _Values]] = {}

    def told(self, process: int, families: Sequence[Family]) -> None:
        """Take what a process has counted so far, in place of what it told before."""
        self._latest[process] = families

    def ended(self, process: int) -> None:
        """Keep the counters of a process that has ended, and forget its gauges."""
        counted = (family for family in self._latest.pop(process, ()) if family[1] != "gauge")
        _add(self._ended, counted)

    def render(self, own: Sequence[Family]) -> bytes:
        """Return the exposition format; `own` is what the process that asks has counted itself."""
        sums = {name: (kind, text, dict(values)) for name, (kind, text, values) in self._ended.items()}
        _add(sums, own)
        for families in self._latest.values():
            _add(sums, (family for family in families if family[0] not in _OWN))
        return generate_latest(_Collected(sums))


class _Collected:
    """What the library renders: anything with `collect`."""

    def __init__(self, sums: dict[str, tuple[str, str, _Values]]) -> None:
        self._sums = sums

    def collect(self) -> Iterator[Metric]:
        for name, (kind, text, values) in self._sums.items():
            metric = Metric(name, text, kind)
            for (sample, labels), value in values.items():
                metric.add_sample(sample, dict(labels), value)
            yield metric


def _add(sums: dict[str, tuple[str, str, _Values]], families: Iterable[Family]) -> None:
    for name, kind, text, samples in families:
        values = sums.setdefault(name, (kind, text, {}))[2]
        for sample, labels, value in samples:
            key = (sample, tuple(labels.items()))
            before = values.get(key)
            if before is None:
                values[key] = value
            elif sample.endswith(_CREATED):
                values[key] = min(before, value)
            elif name in _HIGHEST:
                values[key] = max(before, value)
            else:
                values[key] = before + value
