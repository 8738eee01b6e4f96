"""The decision log that a configuration asks for."""

from __future__ import annotations

import time

from relay.config import Config
from relay.observe.decision_log import DecisionLog

__all__ = ["decision_log", "recorded_models"]


def decision_log(config: Config, *, threaded: bool = True) -> DecisionLog | None:
    """Return the log that a configuration asks for, begun. Raises ConfigFault when nothing can be written to it."""
    if config.decision_log is None:
        return None
    after, models = config.decision_log.after, recorded_models(config)
    return DecisionLog(config.decision_log.fd, time.time, after=after, models=models, threaded=threaded)


def recorded_models(config: Config) -> frozenset[str]:
    """Return the names of models that the decision log may hold because they are the operator's."""
    renamed = [name for upstream in config.upstreams.values() for pair in upstream.models.items() for name in pair]
    return frozenset(renamed) - {"*"}
