"""What an operator may set: a YAML file, overridden by `RELAY__SECTION__KEY`, with secrets by reference.

Unknown keys are refused. A secret is never written into the file: it is `{env: NAME}` or `{file: PATH}` and is read
once, at start. The shape is documented in README and held by pydantic here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from relay.errors import ConfigFault
from relay.types import RouteKind

__all__ = [
    "ClientConfig",
    "Config",
    "SecretReference",
    "ServerConfig",
    "SessionConfig",
    "ShapingConfig",
    "UpstreamConfig",
    "load",
]

Family = Literal["openai", "anthropic", "gemini", "ollama"]
ALL_FORMATS: tuple[Family, ...] = ("openai", "anthropic", "gemini", "ollama")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServerConfig(_Section):
    """Where relay listens and how much it takes. Sizes in MiB, times in seconds."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    admin_port: int | None = Field(default=None, ge=0, le=65535)
    max_body_mb: int = Field(default=32, ge=1, le=1024)
    workers: int = Field(default=2, ge=1, le=64)
    queue: int = Field(default=256, ge=1)  # requests waiting for a worker before relay answers 503
    connect_timeout_s: float = Field(default=10, gt=0)
    read_timeout_s: float = Field(default=600, gt=0)  # the SDKs' own default
    drain_s: float = Field(default=20, ge=0)
    keepalive_s: float = Field(default=15, gt=0)  # silence on a stream before a keep-alive event
    allowed_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()  # `Host` values beyond loopback names

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

    name: str
    key_sha256: str = Field(pattern=r"^[0-9a-f]{64}$", repr=False)


class SecretReference(_Section):
    """Where a secret is: an environment variable or a file."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one(self) -> SecretReference:
        if (self.env is None) == (self.file is None):
            raise ValueError("give exactly one of env and file")
        return self


class UpstreamConfig(_Section):
    """One server behind a route. `formats` are format families; `models` renames models on the way out."""

    kind: RouteKind
    base_url: str = Field(repr=False)
    formats: tuple[Family, ...] = ALL_FORMATS
    credential: Literal["client", "none"] | SecretReference = "client"
    models: Mapping[str, str] = {}
    http2: bool = False

    @field_validator("base_url")
    @classmethod
    def _http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http:// or https:// URL with a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("must hold no user info, query or fragment")
        return value.rstrip("/")


class SessionConfig(_Section):
    """How long an explicit session may live, and how many at once."""

    idle_s: float = Field(default=900, gt=0)
    max_s: float = Field(default=14400, gt=0)
    max_sessions: int = Field(default=10_000, ge=1)
    max_entities: int = Field(default=20_000, ge=1)


class ShapingConfig(_Section):
    """Traffic shaping on the client leg. Relay does none, so anything but 0 is refused rather than ignored."""

    interval_ms: int = 0
    pad_to: int = 0

    @field_validator("interval_ms", "pad_to")
    @classmethod
    def _off(cls, value: int) -> int:
        if value != 0:
            raise ValueError("relay does not shape traffic; only 0 is accepted")
        return value


class Config(_Section):
    """Everything. `upstreams` is in order of preference within a kind."""

    server: ServerConfig = ServerConfig()
    clients: tuple[ClientConfig, ...] = ()
    upstreams: Mapping[str, UpstreamConfig] = {}
    policy: Path | None = None  # None: the default policy that ships with relay
    model_dir: Path | None = None  # None: the model that ships with relay
    session: SessionConfig = SessionConfig()
    shaping: ShapingConfig = ShapingConfig()

    @model_validator(mode="after")
    def _clients_where_reachable(self) -> Config:
        if not self.clients and not self.server.is_loopback:
            raise ValueError("clients: at least one is required when server.host is not a loopback address")
        return self


def load(path: Path | None, environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Config:
    """Read the file at `path` (none: defaults), apply `RELAY__SECTION__KEY` from `environ`, then `overrides`.

    `overrides` is a nested mapping, as the command line's options give it. Raises ConfigFault with one line for each
    problem; the offending value is not repeated.
    """
    tree: dict[str, Any] = {}
    if path is not None:
        try:
            loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
        except OSError as error:
            raise ConfigFault(f"{path}: cannot be read ({error.strerror})") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
            raise ConfigFault(f"{where}: {getattr(error, 'problem', None) or 'not valid YAML in UTF-8'}") from None
        if loaded is not None and not isinstance(loaded, dict):
            raise ConfigFault(f"{path}: expected a mapping, found a {type(loaded).__name__}")
        tree = loaded or {}
    for name, value in environ.items():
        if name.startswith("RELAY__"):
            _set(tree, [part.lower() for part in name.split("__")[1:]], yaml.safe_load(value), name)
    _merge(tree, overrides or {})
    try:
        return Config.model_validate(tree)
    except ValidationError as error:
        where = str(path) if path else "configuration"
        lines = [
            f"{where}: {'.'.join(map(str, problem['loc'])) or 'top level'}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise ConfigFault("\n".join(lines)) from None


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML's safe subset with duplicate keys refused: the second would win silently."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str | int | bool) or key in seen:
            raise yaml.constructor.ConstructorError(None, None, "duplicate or unusable key", key_node.start_mark)
        seen.add(key)
    return {loader.construct_object(k, deep=True): loader.construct_object(v, deep=True) for k, v in node.value}


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _set(tree: dict[str, Any], keys: list[str], value: Any, name: str) -> None:
    for key in keys[:-1]:
        tree = tree.setdefault(key, {})
        if not isinstance(tree, dict):
            raise ConfigFault(f"{name}: names a part of something that is not a section")
    tree[keys[-1]] = value


def _merge(tree: dict[str, Any], overrides: Mapping[str, Any]) -> None:
    for key, value in overrides.items():
        if isinstance(value, Mapping) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value
