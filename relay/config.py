"""What an operator may set: a YAML file, overridden by `RELAY__SECTION__KEY`, with secrets by reference.

Unknown keys are refused. A secret is never written into the file: it is `{env: NAME}` or `{file: PATH}` and is read
once, at start. Every key states its meaning here, in `description`: docs/configuration.md is generated from it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from copy import deepcopy
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from relay.client_keys import ClientName, KeyDigest
from relay.errors import ConfigFault
from relay.strict_yaml import FilePath, Place, YamlDocument, read_bytes, read_document
from relay.suggest import keys_at, suggest
from relay.types import RouteKind

__all__ = [
    "ClientConfig",
    "Config",
    "DecisionLogConfig",
    "Price",
    "RoutingConfig",
    "SecretReference",
    "ServerConfig",
    "SessionConfig",
    "ShapingConfig",
    "Store",
    "UpstreamConfig",
    "load",
]

# Hosts of Azure's OpenAI resources and Foundry projects (Azure's documentation, 2026-11-29).
_AZURE_HOSTS = (".openai.azure.com", ".openai.azure.us", ".cognitiveservices.azure.com", ".services.ai.azure.com")
# What people copy behind Azure's `/openai`, and which a request's path brings along itself.
_AZURE_ENDINGS = ("/v1", "/deployments")
# Lines of a file that hold a comment and nothing else.
_COMMENTS = re.compile(rb"^[ \t]*#.*$", re.MULTILINE)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerConfig(_Section):
    """Where relay listens, and its limits. Sizes in MiB, times in seconds."""

    host: str = Field(default="127.0.0.1", description="Address to listen on; `clients` is required beyond loopback.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port; 0 takes a free one.")
    admin_port: int | None = Field(
        default=None, ge=0, le=65535, description="Loopback port for `/livez`, `/readyz` and `/metrics`."
    )
    max_body_mb: int = Field(default=32, ge=1, le=1024, description="Largest request body, decompressed, in MiB.")
    workers: int | None = Field(
        default=None, ge=1, le=64, description="Requests that are scrubbed at once; unset: one for each processor core."
    )
    queue: int = Field(
        default=256,
        ge=1,
        description="Requests that may wait for a worker, three quarters of them of one client; more are refused.",
    )
    connect_timeout_s: float = Field(
        default=10, gt=0, description="Longest time to connect to an upstream, name look-up included."
    )
    # The SDKs' own default.
    read_timeout_s: float = Field(default=600, gt=0, description="Longest silence of an upstream in an answer.")
    drain_s: float = Field(default=20, ge=0, description="Time for running exchanges to end after SIGTERM.")
    keepalive_s: float = Field(default=15, gt=0, description="Silence on a stream before a keep-alive event.")
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="Origins of web pages that may call; `*` as a port stands for any."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="Accepted `Host` headers beside loopback names and addresses."
    )

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class ClientConfig(_Section):
    """A program that may call relay, known by the SHA-256 of its key (hex)."""

    name: ClientName = Field(description="Its name, for rules, budgets and sessions; one client may have several keys.")
    key_sha256: KeyDigest = Field(repr=False, description="SHA-256 of the client's key, in hex.")


class SecretReference(_Section):
    """Where a secret is: an environment variable or a file."""

    env: str | None = Field(default=None, description="Name of an environment variable.")
    file: FilePath | None = Field(default=None, description="Path of a file.")

    @model_validator(mode="after")
    def _one(self) -> SecretReference:
        if (self.env is None) == (self.file is None):
            raise ValueError("give exactly one of env and file")
        return self


class Store(StrEnum):
    """Whether an upstream gets `store: false`: as its provider needs it (`request.strip.forcing`), always, or never."""

    AUTO = "auto"
    FORCE = "force"
    OMIT = "omit"


class UpstreamConfig(_Section):
    """One server behind a route."""

    kind: RouteKind = Field(description="`frontier`: a provider, gets scrubbed requests. `local`: your own server.")
    base_url: str = Field(repr=False, description="Base URL, with or without the version segment.")
    formats: tuple[str, ...] | None = Field(
        default=None, description="Format families that it accepts; unset: every one."
    )
    credential: Literal["client", "none"] | SecretReference = Field(
        default="client",
        description="`client` passes the client's key on, `none` sends none; `{env: …}` and `{file: …}` hold your own.",
    )
    models: Mapping[str, str] = Field(
        default={}, description="Renames models: requested name, or `*`, to the upstream's name."
    )
    store: Store = Field(
        default=Store.AUTO,
        description="`auto` sends `store: false` to providers that store by default, `force` always, `omit` never.",
    )
    azure: bool | None = Field(
        default=None, description="Whether OpenAI's formats use Azure's paths; unset: if the host is Azure's."
    )
    http2: bool = Field(default=False, description="Use HTTP/2; slower than HTTP/1.1 here.")
    max_concurrent: int | None = Field(default=None, ge=1, description="Most requests at once; unset: no limit.")
    max_queue: int = Field(default=0, ge=0, description="Requests that may wait beyond `max_concurrent`.")
    overflow: bool = Field(default=False, description="Use it only while no other upstream of its kind has room.")

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http:// or https:// URL with a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no user info, query or fragment")
        return value.rstrip("/")

    def takes(self, family: str) -> bool:
        """Tell whether it takes the formats of `family`."""
        return self.formats is None or family in self.formats

    @cached_property
    def host(self) -> str:
        """The host of the base URL, in lower case."""
        return urlsplit(self.base_url).hostname or ""

    @cached_property
    def addressing(self) -> str:
        """How requests to it are addressed: "azure", or "" as the provider's own API is."""
        return "azure" if self.is_azure else ""

    @property
    def is_azure(self) -> bool:
        """Tell whether OpenAI's formats are addressed as Azure wants it."""
        if self.azure is not None:
            return self.azure
        path = urlsplit(self._without_ending()).path
        return self.host.endswith(_AZURE_HOSTS) and (not path or path.endswith("/openai"))

    @property
    def address(self) -> str:
        """The URL that paths are joined to: the base URL, for Azure as far as `/openai` whatever it says of that."""
        if not self.is_azure:
            return self.base_url
        found = self._without_ending()
        return found if found.endswith("/openai") else f"{found}/openai"

    def _without_ending(self) -> str:
        """Return the base URL without what may stand behind Azure's `/openai`."""
        head = next((self.base_url.removesuffix(end) for end in _AZURE_ENDINGS if self.base_url.endswith(end)), "")
        return head if head.endswith("/openai") else self.base_url


class SessionConfig(_Section):
    """How long an explicit session may live, and how many there may be. Times in seconds."""

    idle_s: float = Field(default=900, gt=0, description="Longest time without an exchange.")
    max_s: float = Field(default=14400, gt=0, description="Longest life.")
    max_sessions: int = Field(default=10_000, ge=1, description="Most sessions open at once.")
    max_entities: int = Field(default=20_000, ge=1, le=999_999, description="Most values in one session.")


class Price(_Section):
    """What a model costs, in US dollars per million tokens."""

    input: float = Field(ge=0, allow_inf_nan=False, description="Price of a million input tokens.")
    output: float = Field(ge=0, allow_inf_nan=False, description="Price of a million output tokens.")


class RoutingConfig(_Section):
    """How an upstream is chosen within the kind that policy asks for. Times in seconds.

    In the keys of `prices` and `budgets`, `*` stands for any run of characters, and the first that fits counts.
    """

    prices: Mapping[str, Price] = Field(
        default={}, description="Price by model, as the upstream names it, or by `upstream/model`."
    )
    budgets: Mapping[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default={}, description="US dollars a day (UTC) by client; kept in memory, zero after a restart."
    )
    retries: int = Field(
        default=0, ge=0, le=10, description="Further attempts at the same upstream; SDKs retry by themselves, too."
    )
    retry_s: float = Field(default=10, gt=0, description="No retry begins later than this after the first attempt.")
    failures: int = Field(default=5, ge=1, description="Failures in a row that open an upstream's circuit breaker.")
    open_s: float = Field(default=10, gt=0, description="Time that an open breaker keeps requests away.")
    probe_s: float = Field(
        default=5, ge=0, description="Time between connection probes of local and failing upstreams; 0: no probes."
    )


class ShapingConfig(_Section):
    """Traffic shaping on the client's connection: hides the rhythm and sizes of answers. 0 turns that part off."""

    interval_ms: int = Field(
        default=0,
        ge=0,
        le=1000,
        description="Milliseconds between the writes of a stream; text in between is gathered.",
    )
    pad_to: int = Field(
        default=0, ge=0, le=65_536, description="Bytes; each write and each whole answer is padded to a multiple."
    )

    @property
    def on(self) -> bool:
        """Whether anything is shaped."""
        return bool(self.interval_ms or self.pad_to)


class DecisionLogConfig(_Section):
    """Where decisions are recorded: a file descriptor that relay is started with (1: standard output)."""

    fd: int = Field(ge=1, le=1023, description="Number of the descriptor; 1 is standard output.")
    after: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="Hash that the log must end with; relay logs it at its end.",
    )


class Config(_Section):
    """The whole configuration. Of upstreams that are otherwise equal the first one listed is taken."""

    server: ServerConfig = Field(default=ServerConfig(), description="Where relay listens, and its limits.")
    clients: tuple[ClientConfig, ...] = Field(
        default=(), description="Programs that may call; required unless relay listens on loopback only."
    )
    upstreams: Mapping[str, UpstreamConfig] = Field(default={}, description="Servers behind the routes, by name.")
    policy: FilePath | None = Field(
        default=None, description="Policy file, or the name of a shipped one; unset: `default`."
    )
    require_signed: FilePath | None = Field(
        default=None, description="Ed25519 public key (PEM); only policies that it signed are used."
    )
    decision_log: DecisionLogConfig | None = Field(
        default=None, description="Where to write a value-free record of every decision; unset: nowhere."
    )
    recognizers: tuple[FilePath, ...] = Field(default=(), description="Files with your own recognizers.")
    model_dir: FilePath | None = Field(default=None, description="Folder of a model; unset: the model that ships.")
    session: SessionConfig = Field(default=SessionConfig(), description="Limits of explicit sessions.")
    routing: RoutingConfig = Field(default=RoutingConfig(), description="Prices, budgets, retries and health.")
    shaping: ShapingConfig = Field(default=ShapingConfig(), description="Traffic shaping towards the client.")

    @model_validator(mode="after")
    def _one_host_for_a_clients_key(self) -> Config:
        given = [
            upstream
            for upstream in self.upstreams.values()
            if upstream.kind is RouteKind.FRONTIER and upstream.credential == "client"
        ]
        # "" stands for the families that no upstream names.
        for family in (*dict.fromkeys(name for upstream in given for name in upstream.formats or ()), ""):
            hosts = {upstream.host for upstream in given if upstream.takes(family)}
            if len(hosts) > 1:
                raise ValueError(
                    f"upstreams: {len(hosts)} frontier hosts take {f'the {family}' if family else 'every'} format with "
                    "the client's own key, which belongs to one of them; state formats, or give the others a "
                    "credential of the operator's"
                )
        return self

    @model_validator(mode="after")
    def _clients_where_reachable(self) -> Config:
        if not self.clients and not self.server.is_loopback:
            raise ValueError(
                "clients: at least one is required when server.host is not a loopback address; relay keygen makes a key"
            )
        return self


def load(
    path: Path | None,
    environ: Mapping[str, str],
    overrides: Mapping[str, Any] | None = None,
    options: Mapping[tuple[str, ...], str] | None = None,
) -> Config:
    """Read the file at `path` (none: defaults), apply `RELAY__SECTION__KEY` from `environ`, then `overrides`.

    `overrides` is a nested mapping, as the command line's options give it; `options` names the option behind each key.
    Raises ConfigFault with one line for each problem; the offending value is not repeated.
    """
    document = _read(path) if path is not None else None
    tree: dict[str, Any] = deepcopy(document.tree) if document is not None else {}
    origins: dict[Place, str] = {}
    for name, value in environ.items():
        if name.startswith("RELAY__"):
            found = read_document(value, name).tree if value.strip() else None
            keys = [part.lower() for part in name.split("__")[1:]]
            _set(tree, keys, found, name)
            origins[tuple(keys)] = name
    _merge(tree, overrides or {})
    origins.update((place, name) for place, name in (options or {}).items() if _is_set(overrides or {}, place))
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
    lines = []
    for problem in problems:
        # Of a value of several kinds, pydantic's location also names the kind that it tried, as `literal[…]`.
        place = tuple(step for step in problem["loc"] if not (isinstance(step, str) and "[" in step))
        lines.append(f"{_place(document, origins, place)}: {_complaint(problem, place)}")
    raise ConfigFault("\n".join(lines))


def _complaint(problem: Any, place: Place) -> str:
    """Return what is wrong with the key at `place`, in a sentence; the value is not repeated."""
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        known = keys_at(Config, place[:-1])
        message = f"unknown key{suggest(str(place[-1]), known, otherwise='known are ' + ', '.join(known))}"
    return f"{'.'.join(map(str, place))}: {message}" if place else message


def _read(path: Path) -> YamlDocument | None:
    data = read_bytes(path)
    if not _COMMENTS.sub(b"", data).strip():
        return None  # an empty file says nothing, which is allowed here
    document = read_document(data, str(path))
    if not isinstance(document.tree, dict):
        raise ConfigFault(f"{path}: expected keys with values at the top level")
    return document


def _place(document: YamlDocument | None, origins: Mapping[Place, str], loc: Place) -> str:
    """Return where a complaint's key was set: the option, the variable, or the place in the file nearest to it."""
    for length in range(len(loc), 0, -1):
        if loc[:length] in origins:
            return origins[loc[:length]]
    if document is None:
        return "configuration"
    return str(document.complaint(loc, "", at_key=True)).removesuffix(": ")


def _set(tree: dict[str, Any], keys: list[str], value: Any, name: str) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise ConfigFault(f"{name}: names a part of something that is not a section")
    tree[keys[-1]] = value


def _is_set(tree: Any, place: Place) -> bool:
    for step in place:
        if not isinstance(tree, Mapping) or step not in tree:
            return False
        tree = tree[step]
    return True


def _merge(tree: dict[str, Any], overrides: Mapping[str, Any]) -> None:
    for key, value in overrides.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value
