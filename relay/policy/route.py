"""Which way a request goes: local if a rule requires it, else what is preferred, where there is a fit upstream."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from relay.types import RouteKind

__all__ = ["TO_FRONTIER", "RouteChoice", "choose_route"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteChoice:
    """The route that policy wants, the one that is taken, and why."""

    wanted: RouteKind
    taken: RouteKind
    reasons: tuple[str, ...]


_UNREQUIRED = "route frontier: no rule requires local"
# What `choose_route` returns when nothing speaks for local and the frontier is fit.
TO_FRONTIER = RouteChoice(wanted=RouteKind.FRONTIER, taken=RouteKind.FRONTIER, reasons=(_UNREQUIRED,))


def choose_route(
    *,
    required_by: Iterable[str],
    preferred_by: Iterable[str],
    prefers_local: bool,
    available: Collection[RouteKind],
    unfit: Collection[RouteKind] = (),
) -> RouteChoice:
    """Choose, given the labels of the rules that hold and require or prefer local, and what the policy prefers.

    `available` are the kinds that have an upstream; those that are `unfit` give way to one that is not, unless a rule
    requires them. A local route that is required is taken whether it is available or not.
    """
    local, frontier = RouteKind.LOCAL, RouteKind.FRONTIER
    if labels := sorted(set(required_by)):
        missing = () if local in available else ("refused: no local upstream is available",)
        reasons = (*(f"route local: required by {label}" for label in labels), *missing)
        return RouteChoice(wanted=local, taken=local, reasons=reasons)
    rules = sorted(set(preferred_by))
    prefers = bool(rules) or prefers_local
    by = f" by {rules[0]}" if rules else ""
    wanted, other = (local, frontier) if prefers else (frontier, local)
    if other in available and wanted not in available:
        why = f"local is preferred{by} but not available" if prefers else "no frontier is available"
        return RouteChoice(wanted=wanted, taken=other, reasons=(f"route {other}: {why}",))
    if other in available and wanted in unfit and other not in unfit:
        reason = f"route {other}: {wanted} is preferred{by} but not fit"
        return RouteChoice(wanted=wanted, taken=other, reasons=(reason,))
    reason = f"route local: preferred{by}" if prefers else _UNREQUIRED
    return RouteChoice(wanted=wanted, taken=wanted, reasons=(reason,))
