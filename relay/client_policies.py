"""Policies of single clients, beside the one of the relay: made at start, and read anew with it.

They share what the relay has: the model, the compiled patterns where policies find the same, the key that must have
signed them, the decision log, and the style, since sessions hold placeholders of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from relay import build, shipped
from relay.build import PolicySource
from relay.config import Config, read_clients
from relay.errors import ConfigFault
from relay.exchange import Core

__all__ = ["reloaded", "with_policies"]


def with_policies(core: Core, config: Config, source: PolicySource, before: Mapping[Path, Core] | None = None) -> Core:
    """Return `core` with a core under each policy that a client has, or raise ConfigFault when one cannot be used.

    `before` are those in force, whose compiled patterns are used again where they are the same.
    """
    made: dict[Path, Core] = {}
    for path in _wanted(config):
        try:
            own = replace(source, path=shipped.policy(path))
            if own.read().style != core.engine.policy.style:
                raise ConfigFault("style: must be that of the relay's policy, whose placeholders sessions hold")
            made[path] = build.reloaded((before or {}).get(path, core), config, own)
        except ConfigFault as fault:
            raise ConfigFault(f"policy {path} of a client: {fault.public}") from None
    return replace(core, by_policy=made)


def reloaded(core: Core, config: Config, source: PolicySource) -> Core:
    """Return `core` under every policy as it is now: all of them, or ConfigFault."""
    fresh = replace(build.reloaded(core, config, source), by_policy={})
    return with_policies(fresh, config, source, core.by_policy)


def _wanted(config: Config) -> list[Path]:
    entries = (*config.clients, *(read_clients(config.clients_file) if config.clients_file is not None else ()))
    return list(dict.fromkeys(entry.policy for entry in entries if entry.policy is not None))
