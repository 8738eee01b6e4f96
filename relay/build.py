"""The one place that creates and connects objects."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import relay.detect.recognizers
import relay.routing.kinds
import relay.wire
from relay import shipped
from relay.config import Config, SessionConfig
from relay.detect import taxonomy
from relay.detect.analyzer import Analyzer
from relay.detect.cache import SpanCaches
from relay.detect.ner.by_script import ByScript
from relay.detect.ner.model import NerModel
from relay.detect.normalize import legible
from relay.detect.own.recognizer_files import CustomRecognizers
from relay.detect.own.recognizer_files import load as load_additions
from relay.detect.sources import found_by
from relay.errors import ConfigFault
from relay.exchange import Core
from relay.observe.metrics import Metrics
from relay.policy import loader
from relay.policy.engine import Engine
from relay.policy.model import Policy
from relay.protocols import EntityModel, Format, Lives, Operator, Recognizer, Route, Store, Style
from relay.registry import collect, collect_families
from relay.replace.actions import known_operators
from relay.replace.placeholder_styles import known_styles
from relay.request.pipeline import Pipeline
from relay.request.signatures import Signatures
from relay.routing.router import Router
from relay.types import Action, Decision, RouteKind
from relay.upstream import credentials, telemetry
from relay.upstream.client import UpstreamClient
from relay.vault.sessions import Sessions
from relay.vault.stored_sessions import StoredSessions
from relay.wire import vendors

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = [
    "DEFAULT_POLICY",
    "MODELS",
    "NOTHING_ADDED",
    "CustomRecognizers",
    "PolicySource",
    "additions",
    "analyzer",
    "client",
    "core",
    "engine",
    "entity_types",
    "formats",
    "implying",
    "looked_for",
    "metrics",
    "operators",
    "own",
    "pipeline",
    "policy_source",
    "read_policy",
    "reloaded",
    "router",
    "routes",
    "screened",
    "sessions",
    "sources",
    "span_caches",
    "stored_sessions",
    "style",
]

DEFAULT_POLICY = shipped.POLICIES / f"{shipped.DEFAULT}.yaml"
MODELS = shipped.MODELS
NOTHING_ADDED = CustomRecognizers()


def additions(paths: Iterable[Path]) -> CustomRecognizers:
    """Read the operator's own recognizers. Raises ConfigFault."""
    return load_additions(paths)


def entity_types(added: CustomRecognizers = NOTHING_ADDED) -> Mapping[str, taxonomy.EntityInfo]:
    """Return relay's own entity types and those of the operator's recognizers."""
    names = {*added.entity_types, *(kind for plugin in _recognizers(added) for kind in plugin.entity_types)}
    return {**taxonomy.ENTITY_TYPES, **{name: taxonomy.describe(name) for name in sorted(names)}}


def _recognizers(added: CustomRecognizers) -> list[Recognizer]:
    return [plugin() for plugin in collect(relay.detect.recognizers, Recognizer, added.plugins).values()]


def read_policy(wanted: Path | str | None, added: CustomRecognizers = NOTHING_ADDED) -> Policy:
    """Load a policy: a file, or one that ships with relay by its name (none: the default one). Raises ConfigFault."""
    return loader.load(shipped.policy(wanted), known_types=entity_types(added))


@dataclass(frozen=True, slots=True)
class PolicySource:
    """Where this process has its policy from, and the key that must have signed it.

    The key is read once: replacing files later does not replace the key that a running relay asks for.
    """

    path: Path | None
    key: Ed25519PublicKey | None
    added: CustomRecognizers = NOTHING_ADDED

    def read(self) -> Policy:
        """Read the policy as it is now. Raises ConfigFault, also when the signature does not hold."""
        path, known_types = self.path or DEFAULT_POLICY, entity_types(self.added)
        if self.key is None:
            return loader.load(path, known_types=known_types)
        from relay.policy.authoring import signing

        return signing.load_signed(path, self.key, known_types=known_types)


def policy_source(config: Config) -> PolicySource:
    """Return the source that a configuration names, a shipped name as its file.

    Raises ConfigFault when there is no such policy, or its key cannot be read.
    """
    key = None
    if config.require_signed is not None:
        from relay.policy.authoring import signing  # takes 25 ms to import, and few policies are signed

        key = signing.read_public_key(config.require_signed)
    return PolicySource(shipped.policy(config.policy), key, additions(config.recognizers))


def engine(policy: Policy, added: CustomRecognizers = NOTHING_ADDED) -> Engine:
    """Return the decision engine of a policy."""
    return Engine(
        policy, entity_types(added), describe=taxonomy.describe, legible=legible, year=lambda: time.gmtime().tm_year
    )


def style(policy: Policy, added: CustomRecognizers = NOTHING_ADDED) -> Style:
    """Return the placeholder style that a policy names."""
    return known_styles()[policy.style](entity_types(added))


def analyzer(
    policy: Policy,
    model_dir: Path | None = None,
    *,
    model: EntityModel | None = None,
    added: CustomRecognizers = NOTHING_ADDED,
) -> Analyzer:
    """Return an analyzer with every recognizer and the model that a policy names (`none`: patterns only).

    `model` is that model, where it is loaded already; `added` are the operator's own recognizers.
    """
    model = None if policy.model == "none" else screened(model or entity_model(policy.model, model_dir), policy, added)
    return Analyzer(
        _recognizers(added),
        model,
        implying=implying(model, policy),
        lookalikes=style(policy, added).lookalikes,
        caches=span_caches(policy),
        custom=added.rules,
        finders=added.finders,
    )


def entity_model(name: str, model_dir: Path | None = None) -> NerModel | ByScript:
    """Return the model of that name with the one for other scripts beside it, or the operator's own for everything."""
    if model_dir is not None:
        return NerModel.load(model_dir)
    return ByScript(NerModel.load(shipped.model(name)), shipped.model(shipped.OTHER_SCRIPTS))


def looked_for(policy: Policy, added: CustomRecognizers = NOTHING_ADDED) -> frozenset[str] | None:
    """Return the entity types for which the model must read a text, or None where it reads everything."""
    return engine(policy, added).entity_types() if policy.screen else None


def screened(model: EntityModel, policy: Policy, added: CustomRecognizers = NOTHING_ADDED) -> EntityModel:
    """Return `model` with its screen in use as the policy says; a model of another kind has none."""
    return model.screened(looked_for(policy, added)) if isinstance(model, NerModel | ByScript) else model


def implying(model: EntityModel | None, policy: Policy) -> EntityModel | None:
    """Return `model` so that it tells what passages imply; None where no policy asks. Raises ConfigFault."""
    if not policy.implied:
        return None
    if not isinstance(model, NerModel | ByScript):
        raise ConfigFault("policy: implied: this model cannot tell what texts imply")
    return model.implying()


def span_caches(policy: Policy) -> SpanCaches | None:
    """Return what makes a cache for each client, or None where the policy wants none."""
    return SpanCaches(os.urandom, clock=time.monotonic) if policy.span_cache else None


def sources(added: CustomRecognizers = NOTHING_ADDED) -> Mapping[str, str]:
    """Return, for each entity type, which recognizers find it and where their rules come from."""
    return found_by(_recognizers(added), added)


def operators(policy: Policy, environ: Mapping[str, str] = os.environ) -> Mapping[Action, Operator]:
    """Return an operator for each action that `policy` may order, and for those that relay orders by itself.

    Raises ConfigFault when a parameter does not fit, a secret is missing, or a package is.
    """
    made: dict[Action, Operator] = {}
    for action, plugin in known_operators().items():
        if not hasattr(plugin, "Parameters"):
            made[action] = plugin()
        elif action in policy.ordered():
            read = partial(credentials.read_secret, environ=environ, where=f"operators: {action}")
            made[action] = plugin(policy.parameters(action) or plugin.Parameters(), read)
    return made


def formats() -> tuple[Format, ...]:
    """Return every wire format, by family and name."""
    return tuple(plugin() for plugin in collect_families(relay.wire, Format).values())


def sessions(policy: Policy, limits: SessionConfig | None = None, added: CustomRecognizers = NOTHING_ADDED) -> Sessions:
    """Return an empty set of sessions with the operating system's randomness and a monotonic clock."""
    limits = limits or SessionConfig()
    return Sessions(
        os.urandom,
        time.monotonic,
        style(policy, added),
        wall=time.time,
        idle_s=limits.idle_s,
        max_s=limits.max_s,
        max_sessions=limits.max_sessions,
        max_entities=limits.max_entities,
    )


def stored_sessions(
    policy: Policy,
    limits: SessionConfig,
    added: CustomRecognizers = NOTHING_ADDED,
    *,
    environ: Mapping[str, str] = os.environ,
    store: Store | None = None,
) -> StoredSessions | None:
    """Return the sessions that are kept elsewhere: in `store`, or where the configuration says; None for nowhere.

    Raises ConfigFault when the store's password cannot be read.
    """
    if store is None and limits.store != "memory":
        from relay.store.valkey_store import ValkeyStore  # takes 60 ms to import

        secret = limits.store_password
        password = credentials.read_secret(secret, environ, where="session: store_password") if secret else None
        store = ValkeyStore(limits.store, password, certificates=str(limits.store_ca) if limits.store_ca else None)
    if store is None:
        return None
    return StoredSessions(
        store,
        os.urandom,
        time.monotonic,
        style(policy, added),
        lives=Lives(limits.idle_s, limits.max_s),
        wall=time.time,
        max_entities=limits.max_entities,
    )


def core(
    config: Config,
    environ: Mapping[str, str] = os.environ,
    *,
    source: PolicySource | None = None,
    record: Callable[[Decision], None] | None = None,
) -> Core:
    """Connect everything that exchanges share. Raises ConfigFault. `record` takes every decision."""
    source = source or policy_source(config)
    policy, added = source.read(), source.added
    if not config.upstreams:
        raise ConfigFault("no upstream is configured: give --upstream URL, RELAY_UPSTREAM or a configuration file")
    all_formats = formats()
    vendors.check_formats(config.upstreams, all_formats)
    return Core(
        formats=all_formats,
        directory=vendors.Directory(all_formats),
        pipeline=pipeline(policy, added, config.model_dir, record=record, environ=environ),
        credentials=credentials.resolve(config.upstreams, environ),
        pseudonym_key=os.urandom(32),
        random_bytes=os.urandom,
        clock=time.perf_counter,
        **own(config, policy, added, all_formats, environ=environ),
    )


def own(
    config: Config,
    policy: Policy,
    added: CustomRecognizers,
    known: Iterable[Format],
    *,
    environ: Mapping[str, str] = os.environ,
    store: Store | None = None,
) -> dict[str, Any]:
    """Return the fields of a Core that each process must have of its own; `store` as in `stored_sessions`."""
    counted = metrics(policy, added, known)
    return {
        "metrics": counted,
        "router": router(config, counted),
        "sessions": sessions(policy, config.session, added),
        "stored": stored_sessions(policy, config.session, added, environ=environ, store=store),
        "telemetry": telemetry.resolve(config.telemetry, environ, counted),
    }


def metrics(policy: Policy, added: CustomRecognizers, known: Iterable[Format]) -> Metrics:
    """Return the metrics of a process that begins to serve under a policy."""
    made = Metrics(formats=(format.name for format in known), entity_types=entity_types(added), clock=time.monotonic)
    made.policy(policy.digest, policy.mode.value)
    return made


def pipeline(
    policy: Policy,
    added: CustomRecognizers = NOTHING_ADDED,
    model_dir: Path | None = None,
    *,
    finder: Analyzer | None = None,
    record: Callable[[Decision], None] | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Pipeline:
    """Return the line that every request takes under a policy. `record` takes every decision. Raises ConfigFault.

    `finder` is the analyzer of that policy, where there is one already.
    """
    return Pipeline(
        analyzer=finder or analyzer(policy, model_dir, added=added),
        engine=engine(policy, added),
        operators=operators(policy, environ),
        signatures=Signatures(os.urandom(32)),
        random_bytes=os.urandom,
        record=record,
    )


def routes() -> Mapping[RouteKind, Route]:
    """Return the route of each kind. Raises ConfigFault when two are of one kind."""
    made: dict[RouteKind, Route] = {}
    for name, plugin in collect(relay.routing.kinds, Route).items():
        if plugin.kind in made:
            raise ConfigFault(f"two routes are of the kind {plugin.kind.value}; the second is {name}")
        made[plugin.kind] = plugin()
    return made


def router(config: Config, metrics: Metrics) -> Router:
    """Return what chooses among the configured upstreams, with the clocks and randomness of this machine."""
    clocks = {"clock": time.monotonic, "wall": time.time}
    return Router(config.upstreams, routes(), config.routing, metrics, **clocks, random=random.random)


def reloaded(core: Core, config: Config, source: PolicySource) -> Core:
    """Return `core` under the policy as its source has it now; `core` itself stays as it is. Raises ConfigFault.

    Sessions, metrics and credentials stay the same objects, and so does the analyzer unless the policy wants another.
    """
    before, policy = core.engine.policy, source.read()
    if policy.style != before.style:
        raise ConfigFault("style: open sessions hold placeholders of the old one, so a new one takes a restart")
    finder = core.analyzer
    if policy.finding() != before.finding():
        kept = finder.model if policy.model == before.model else None
        finder = analyzer(policy, config.model_dir, model=kept, added=source.added)
    elif looked_for(policy, source.added) != looked_for(before, source.added) and finder.model is not None:
        # The screen looks for other types than before, so what is remembered may lack some.
        model = screened(finder.model, policy, source.added)
        finder = finder.with_model(model, span_caches(policy), implying(model, policy))
    fresh = replace(core.pipeline, engine=engine(policy, source.added), operators=operators(policy), analyzer=finder)
    return replace(core, pipeline=fresh)


def client(config: Config, environ: Mapping[str, str] = os.environ) -> UpstreamClient:
    """Return the client that carries requests to the configured upstreams; open it inside an event loop."""
    return UpstreamClient(
        config.upstreams,
        connect_timeout_s=config.server.connect_timeout_s,
        read_timeout_s=config.server.read_timeout_s,
        way=credentials.way(config.outbound, environ),
    )
