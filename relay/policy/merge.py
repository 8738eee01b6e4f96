"""Merge a policy with what it extends, and show the merge.

Rules and exemptions add up, and so do `detect: on` and `trade_secrets`: they are sets, so there is nothing to override.
A setting (the defaults, `prefer`, `opaque`, …) that the extending file states replaces the base's, key by key. Since
that can loosen, `loosened` names every such place, and lint shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import yaml
from pydantic import BaseModel

from relay.policy.model import Answers, Opaque, OpaqueHandling, Policy, PolicyMode, UnknownFields
from relay.types import RouteKind

__all__ = ["loosened", "merge", "show"]

_ENTRIES = ("rules", "exemptions")
# Settings that are lists of what there is to look for: they add up, too.
_SUMS = ("detect", "trade_secrets")


def merge(policies: Sequence[Policy]) -> Policy:
    """Return what `policies`, the outermost base first, say together. Raises pydantic's ValidationError."""
    if len(policies) == 1:
        return policies[0]
    tree: dict[str, Any] = {"version": 1}
    for policy in policies:
        _lay_over(tree, policy)
    tree.pop("extends", None)
    return Policy.model_validate(tree)


def _lay_over(tree: dict[str, Any], policy: Policy) -> None:
    stated = policy.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for key, value in stated.items():
        if key in _ENTRIES:
            tree[key] = [*tree.get(key, []), *value]
        elif key in _SUMS:
            before = tree.get(key, {})
            tree[key] = {**before, **{part: [*before.get(part, []), *items] for part, items in value.items()}}
        elif isinstance(value, dict):
            tree[key] = {**tree.get(key, {}), **value}
        else:
            tree[key] = value


# How settings rank, mild first. A setting that is not here has no strictness (style, model).
_HANDLING = (
    OpaqueHandling.PASS,
    OpaqueHandling.REENCODE,
    OpaqueHandling.SCRUB,
    OpaqueHandling.DROP,
    OpaqueHandling.REFUSE,
)
_UNKNOWN = (UnknownFields.SCRUB, UnknownFields.DROP, UnknownFields.REFUSE)


def loosened(base: Policy, child: Policy) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Return the settings of `child` that are milder than those of `base`: (path, what changes)."""
    found: list[tuple[tuple[str, ...], str]] = []

    def compare(path: tuple[str, ...], before: Any, after: Any, milder: bool) -> None:
        if milder and _states(child, path):
            found.append((path, f"{'.'.join(path)}: {_word(before)} becomes {_word(after)}"))

    for route in RouteKind:
        before, after = getattr(base.default, route.value), getattr(child.default, route.value)
        compare(("default", route.value), before, after, after.strictness < before.strictness)
    compare(("mode",), base.mode, child.mode, base.mode is PolicyMode.ENFORCE and child.mode is not base.mode)
    for kind in Opaque.model_fields:
        before, after = getattr(base.opaque, kind), getattr(child.opaque, kind)
        compare(("opaque", kind), before, after, _HANDLING.index(after) < _HANDLING.index(before))
    unknown = (base.unknown_fields, child.unknown_fields)
    compare(("unknown_fields",), *unknown, _UNKNOWN.index(unknown[1]) < _UNKNOWN.index(unknown[0]))
    compare(("prefer",), base.prefer, child.prefer, base.prefer is RouteKind.LOCAL and child.prefer is not base.prefer)
    old, new = base.confidence, child.confidence
    compare(("confidence", "escalate"), old.escalate, new.escalate, new.escalate > old.escalate)
    compare(("confidence", "threshold"), old.threshold, new.threshold, new.threshold > old.threshold)
    sooner = child.deadline_s is not None and (base.deadline_s is None or child.deadline_s < base.deadline_s)
    compare(("deadline_s",), base.deadline_s, child.deadline_s, sooner)
    compare(("restore", "urls"), base.restore.urls, child.restore.urls, child.restore.urls > base.restore.urls)
    order = tuple(Answers)
    compare(("answers",), base.answers, child.answers, order.index(child.answers) < order.index(base.answers))
    compare(("sessions",), base.sessions, child.sessions, child.sessions > base.sessions)
    compare(("span_cache",), base.span_cache, child.span_cache, child.span_cache > base.span_cache)
    for key, more in (("tools", True), ("withhold", False)):
        before, after = set(getattr(base.restore, key)), set(getattr(child.restore, key))
        compare(("restore", key), sorted(before), sorted(after), bool(after - before if more else before - after))
    return tuple(found)


def _states(policy: Policy, path: Sequence[str]) -> bool:
    current: Any = policy
    for key in path:
        if not isinstance(current, BaseModel) or key not in current.model_fields_set:
            return False
        current = getattr(current, key)
    return True


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"[{', '.join(value)}]" if isinstance(value, list) else str(value)


def show(layers: Iterable[tuple[str, Policy]]) -> str:
    """Return the merged policy as YAML, each part with the file it is from. Reading it gives the same digest."""
    named = list(layers)
    whole = merge([policy for _, policy in named])
    tree = whole.model_dump(mode="json", by_alias=True, exclude_none=True)
    lines = [f"# digest {whole.digest}, merged from {', '.join(name for name, _ in named)}"]
    for key, value in tree.items():
        if key in _ENTRIES:
            continue
        names = [name for name, policy in named if key in policy.model_fields_set]
        lines += [f"# {', '.join(names) if names else 'not stated: the default'}", f"{key}: {_flow(value)}"]
    for key in _ENTRIES:
        if tree[key]:
            lines.append(f"{key}:")
        for name, policy in named:
            for entry in getattr(policy, key):
                stated = entry.model_dump(mode="json", by_alias=True, exclude_unset=True)
                lines += [f"  # {name}", f"  - {_flow(stated)}"]
    return "\n".join(lines) + "\n"


class _Plain(yaml.SafeDumper):
    """Writes no anchors: the language has none."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _flow(value: Any) -> str:
    """Return `value` on one line."""
    text: str = yaml.dump(
        [value], Dumper=_Plain, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=True
    )
    return text.strip()[1:-1]
