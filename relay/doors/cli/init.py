"""`relay init`: the first configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from relay.doors.cli.options import Policy
from relay.errors import ConfigFault

__all__ = ["init"]

# Providers that are known by their host: the upstream's name and the formats that the provider speaks.
_PROVIDERS = {
    "api.openai.com": ("openai", "openai"),
    "api.anthropic.com": ("anthropic", "anthropic"),
    "generativelanguage.googleapis.com": ("gemini", "gemini"),
}
_ALL_FORMATS = "openai, anthropic, gemini, ollama"

_TEMPLATE = """\
# Configuration of relay. Start it with: relay serve --config {file}
# Settings behind # are optional. The environment overrides every key: RELAY__SERVER__PORT=8081.

server:
  host: 127.0.0.1        # any other address needs `clients`
  port: 8080
  # admin_port: 9090     # /livez, /readyz and /metrics, on this machine only
  # max_body_mb: 32      # larger requests are refused

# Programs that may call relay; `relay keygen` makes a key and prints the line for it.
# clients:
#   - {{name: laptop, key_sha256: "{sha256}"}}

upstreams:
  {name}:
    kind: {kind}{pad}   # frontier: entities are replaced; local: the real values are sent
    base_url: {url}
    formats: [{formats}]
    credential: client   # the client's own key is passed on; or {{env: NAME}}, {{file: PATH}}, none
    # models: {{"*": NAME}}            # what the upstream calls a model
    # max_concurrent: 16

policy: {policy}          # {policies}, or a file
# require_signed: policy.pub         # use the policy only with a signature by this key
# recognizers: [own.yaml]            # patterns, lists and plug-ins of your own

# session: {{idle_s: 900, max_s: 14400}}
"""


def init(
    upstream: Annotated[
        str, typer.Option("--upstream", "-u", envvar="RELAY_UPSTREAM", help="The upstream's URL, as an SDK's base URL.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write; one that exists is kept.")] = Path(
        "relay.yaml"
    ),
    policy: Policy = None,
    local: Annotated[
        bool, typer.Option("--local", "-l", help="The upstream is your own and may see the real values.")
    ] = False,
) -> None:
    """Write a commented configuration for one upstream."""
    from relay import shipped
    from relay.client_keys import SHOWN
    from relay.config import load
    from relay.files import unreadable

    chosen = policy if policy is not None else Path(shipped.DEFAULT)
    shipped.policy(chosen)
    overrides = {"upstreams": {"upstream": {"kind": "frontier", "base_url": upstream}}}
    load(None, {}, overrides, {("upstreams",): "--upstream"})  # for its complaint about the URL
    kind = "local" if local else "frontier"
    name, formats = _PROVIDERS.get(urlsplit(upstream).hostname or "", ("local" if local else "upstream", _ALL_FORMATS))
    text = _TEMPLATE.format(
        file=output,
        sha256=SHOWN,
        name=name,
        kind=kind,
        pad=" " * (len("frontier") - len(kind)),
        url=json.dumps(upstream),
        formats=formats,
        policy=json.dumps(str(chosen)) if str(chosen) not in shipped.policy_names() else chosen,
        policies=", ".join(shipped.policy_names()),
    )
    try:
        with output.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise ConfigFault(f"--output: {output} exists and is kept; choose another name") from None
    except (OSError, ValueError) as error:
        raise ConfigFault(f"--output: {output} {unreadable(error, 'written')}") from None
    typer.echo(f"{output} is written; start relay with: relay serve --config {output}")
