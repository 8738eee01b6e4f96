"""What an operator may set: a YAML file, overridden by `RELAY__SECTION__KEY`, with secrets by reference.

Unknown keys are refused. A secret is never written into the file: it is `{env: NAME}` or `{file: PATH}` and is read
once, at start. Every key states its meaning here, in `description`: docs/configuration.md is generated from it.
"""

from relay.config.clients import ClientConfig
from relay.config.observe import DecisionLogConfig, LogConfig, LogFormat, LogLevel, TelemetryConfig
from relay.config.read import load
from relay.config.routing import Price, RoutingConfig
from relay.config.secrets import SecretReference
from relay.config.server import ServerConfig, ShapingConfig
from relay.config.sessions import SessionConfig
from relay.config.tree import Config
from relay.config.upstreams import Store, UpstreamConfig

__all__ = [
    "ClientConfig",
    "Config",
    "DecisionLogConfig",
    "LogConfig",
    "LogFormat",
    "LogLevel",
    "Price",
    "RoutingConfig",
    "SecretReference",
    "ServerConfig",
    "SessionConfig",
    "ShapingConfig",
    "Store",
    "TelemetryConfig",
    "UpstreamConfig",
    "load",
]
