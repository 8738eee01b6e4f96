"""What an operator may set: a YAML file, overridden by `RELAY__SECTION__KEY`, with secrets by reference.

Unknown keys are refused. A secret is never written into the file: it is `{env: NAME}` or `{file: PATH}` and is read
once, at start. Every key states its meaning here, in `description`: docs/configuration.md is generated from it.
"""

from relay.config.clients import ClientConfig, check_clients, parse_clients, read_clients
from relay.config.identity import IdentityConfig
from relay.config.observe import DecisionLogConfig, LogConfig, LogFormat, LogLevel, TelemetryConfig
from relay.config.outbound import OutboundConfig
from relay.config.read import load
from relay.config.routing import Price, RoutingConfig
from relay.config.secrets import SecretReference
from relay.config.server import ServerConfig, ShapingConfig, TlsConfig
from relay.config.sessions import SessionConfig
from relay.config.tree import Config
from relay.config.upstreams import Store, UpstreamConfig

__all__ = [
    "ClientConfig",
    "Config",
    "DecisionLogConfig",
    "IdentityConfig",
    "LogConfig",
    "LogFormat",
    "LogLevel",
    "OutboundConfig",
    "Price",
    "RoutingConfig",
    "SecretReference",
    "ServerConfig",
    "SessionConfig",
    "ShapingConfig",
    "Store",
    "TelemetryConfig",
    "TlsConfig",
    "UpstreamConfig",
    "check_clients",
    "load",
    "parse_clients",
    "read_clients",
]
