"""Merge a policy with what it extends, and show the merge.

Rules and exemptions add up, and so do the settings that are lists of what to look for: they are sets, so nothing is
overridden. Any other setting that the extending file states replaces the base's. Since that can loosen,
`loosened` names every such place, and lint shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from relay.policy.keys import Entries, Explains, Names, fields_with, stated
from relay.policy.model import SETTINGS, Policy

__all__ = ["loosened", "merge", "milder_settings", "show"]

_ENTRIES = tuple(fields_with(Policy, Entries))
_EXPLAINS = tuple(fields_with(Policy, Explains))


def merge(policies: Sequence[Policy]) -> Policy:
    """Return what `policies`, the outermost base first, say together. Raises pydantic's ValidationError."""
    if len(policies) == 1:
        return policies[0]
    tree: dict[str, Any] = {}
    for policy in policies:
        said = policy.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for key in (*_EXPLAINS, *_ENTRIES):
            _lay_over(tree, said, (key,), adds=key in _ENTRIES)
        for path, fact in SETTINGS.items():
            _lay_over(tree, said, path, adds=fact.adds)
    tree.pop("extends", None)
    return Policy.model_validate(tree)


def _lay_over(tree: dict[str, Any], said: Any, path: Names, *, adds: bool) -> None:
    """Write what is said at `path` into `tree`."""
    for key in path:
        if key not in said:
            return
        said = said[key]
    *sections, last = path
    for key in sections:
        tree = tree.setdefault(key, {})
    before = tree.get(last)
    if adds and before is not None:
        said = {**before, **said} if isinstance(said, dict) else [*before, *said]
    tree[last] = said


def milder_settings(before: Policy, after: Policy) -> tuple[Names, ...]:
    """Return the paths of the settings that protect less in `after`."""
    old, new = before.settings(), after.settings()
    return tuple(path for path, fact in SETTINGS.items() if fact.milder(old[".".join(path)], new[".".join(path)]))


def loosened(base: Policy, child: Policy) -> tuple[tuple[Names, str], ...]:
    """Return the settings that `child` states milder than `base`: (path, what changes). What adds up is none."""
    old, new = base.settings(), child.settings()
    names = {path: ".".join(path) for path in milder_settings(base, child)}
    return tuple(
        (path, f"{name}: {_word(old[name])} becomes {_word(new[name])}")
        for path, name in names.items()
        if stated(child, path) and not SETTINGS[path].adds
    )


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
                said = entry.model_dump(mode="json", by_alias=True, exclude_unset=True)
                lines += [f"  # {name}", f"  - {_flow(said)}"]
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
