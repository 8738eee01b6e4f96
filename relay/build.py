"""The one place that creates and connects objects."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import relay.detect.recognizers
import relay.operators
import relay.routes
import relay.styles
import relay.wire.formats
from relay.config import Config, SessionConfig
from relay.detect import taxonomy
from relay.detect.analyzer import Analyzer
from relay.detect.cache import SpanCache
from relay.detect.ner_onnx import NerModel
from relay.errors import ConfigFault
from relay.exchange import Core
from relay.metrics import Metrics
from relay.policy import loader
from relay.policy.engine import Engine
from relay.policy.model import Policy
from relay.protocols import Format, Operator, Recognizer, Route, Style
from relay.registry import collect
from relay.types import Action, RouteKind
from relay.upstream import credentials
from relay.upstream.client import UpstreamClient
from relay.vault.sessions import Sessions

__all__ = [
    "DEFAULT_POLICY",
    "MODELS",
    "analyzer",
    "client",
    "core",
    "engine",
    "formats",
    "operators",
    "read_policy",
    "sessions",
    "sources",
    "style",
]

_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_POLICY = _ROOT / "policies" / "default.yaml"
MODELS = _ROOT / "ner_models"


def read_policy(path: Path | None) -> Policy:
    """Load a policy file (none: the default one). Raises ConfigFault."""
    return loader.load(path or DEFAULT_POLICY, known_types=taxonomy.ENTITY_TYPES)


def engine(policy: Policy) -> Engine:
    """Return the decision engine of a policy."""
    return Engine(policy, taxonomy.ENTITY_TYPES, describe=taxonomy.describe)


def style(policy: Policy) -> Style:
    """Return the placeholder style that a policy names."""
    made: Style = collect(relay.styles)[policy.style](taxonomy.ENTITY_TYPES)
    return made


def analyzer(policy: Policy, model_dir: Path | None = None) -> Analyzer:
    """Return an analyzer with every recognizer and the model that a policy names (`none`: patterns only)."""
    recognizers: list[Recognizer] = [plugin() for plugin in collect(relay.detect.recognizers).values()]
    model = None if policy.model == "none" else NerModel.load(model_dir or MODELS / policy.model)
    cache = SpanCache(os.urandom(32), clock=time.monotonic) if policy.span_cache else None
    return Analyzer(recognizers, model, lookalikes=style(policy).lookalikes, cache=cache)


def sources() -> Mapping[str, str]:
    """Return, for each entity type, which recognizers find it and where their rules come from."""
    found: dict[str, list[str]] = {}
    for plugin in collect(relay.detect.recognizers).values():
        for entity_type in plugin.entity_types:
            found.setdefault(entity_type, []).append(f"{plugin.name}: {plugin.source}")
    return {entity_type: "; ".join(lines) for entity_type, lines in found.items()}


def operators() -> Mapping[Action, Operator]:
    """Return one operator for each action."""
    return {plugin.action: plugin() for plugin in collect(relay.operators).values()}


def formats() -> tuple[Format, ...]:
    """Return every wire format, in name order."""
    return tuple(plugin() for plugin in collect(relay.wire.formats).values())


def sessions(policy: Policy, limits: SessionConfig | None = None) -> Sessions:
    """Return an empty set of sessions with the operating system's randomness and a monotonic clock."""
    limits = limits or SessionConfig()
    return Sessions(
        os.urandom,
        time.monotonic,
        style(policy),
        wall=time.time,
        idle_s=limits.idle_s,
        max_s=limits.max_s,
        max_sessions=limits.max_sessions,
        max_entities=limits.max_entities,
    )


def core(config: Config, environ: Mapping[str, str] = os.environ) -> Core:
    """Connect everything that exchanges share. Raises ConfigFault."""
    policy = read_policy(config.policy)
    if not config.upstreams:
        raise ConfigFault("no upstream is configured: give --upstream URL, RELAY_UPSTREAM or a configuration file")
    routes: list[Route] = [plugin() for plugin in collect(relay.routes).values()]
    all_formats = formats()
    return Core(
        formats=all_formats,
        analyzer=analyzer(policy, config.model_dir),
        engine=engine(policy),
        operators=operators(),
        routes={RouteKind(route.kind): route for route in routes},
        sessions=sessions(policy, config.session),
        upstreams=config.upstreams,
        credentials=credentials.resolve(config.upstreams, environ),
        pseudonym_key=os.urandom(32),
        random_bytes=os.urandom,
        clock=time.perf_counter,
        metrics=Metrics(formats=(format.name for format in all_formats), entity_types=taxonomy.ENTITY_TYPES),
    )


def client(config: Config) -> UpstreamClient:
    """Return the client that carries requests to the configured upstreams; open it inside an event loop."""
    return UpstreamClient(
        config.upstreams, connect_timeout_s=config.server.connect_timeout_s, read_timeout_s=config.server.read_timeout_s
    )
