"""How Azure addresses OpenAI's API: a deployment in the path, a version in the query, keys in a header of their own.

Sources: openai-python 3.52.0 (`lib/azure.py`) and Azure's REST reference, read 2026-11-29. There are two forms:

* `/openai/deployments/{deployment}/chat/completions?api-version=2024-10-21`, the API of a dated version. What has no
  deployment stands beside it: `/openai/responses?api-version=…`.
* `/openai/v1/chat/completions`, with the deployment as the body's model. It needs no version, and takes `preview` and
  `latest`.

Which one an Azure upstream is asked by, the client's own `api-version` says. A client that states none, because it is
none of Azure's, is served by the second.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl

from relay.errors import ClientFault
from relay.types import Outbound
from relay.wire.contract_headers import DATE
from relay.wire.paths import canonical

__all__ = ["ADDRESSING", "addressed", "split_deployment"]

# What `addressing` calls it.
ADDRESSING = "azure"

_DEPLOYMENT = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_PATH = re.compile(rf"/v1/deployments/({_DEPLOYMENT})(/.+)")
_NAME = re.compile(_DEPLOYMENT)
_VERSION = re.compile(rf"({DATE}(?:-preview)?)|preview|latest")
_OF_A_DEPLOYMENT = frozenset({"/chat/completions", "/completions", "/embeddings"})


def split_deployment(path: str) -> tuple[str | None, str]:
    """Return the deployment that `path` names, or None, and OpenAI's own path for the same: "/v1/chat/completions"."""
    asked = canonical(path)
    found = _PATH.fullmatch(asked)
    return (found[1], canonical(found[2])) if found is not None else (None, asked)


def addressed(outbound: Outbound, model: str | None, query: str) -> Outbound:
    """Return `outbound`, made for OpenAI, as an Azure upstream takes it. `model` is the deployment.

    Of `query`, the client's, only a well-formed `api-version` is kept. Raises ClientFault for a model that cannot be
    the name of a deployment.
    """
    stated = (_VERSION.fullmatch(value) for name, value in parse_qsl(query) if name == "api-version")
    version = next((found for found in stated if found is not None), None)
    headers = tuple(_presented(name, value) for name, value in outbound.headers)
    if version is None:
        return replace(outbound, headers=headers)
    path = outbound.path
    if version[1] is not None:
        path = path.removeprefix("/v1")
        if path in _OF_A_DEPLOYMENT:
            if model is None or not _NAME.fullmatch(model):
                raise ClientFault(
                    "relay sends this request to an Azure upstream, and the model it asks for cannot be the name of a "
                    "deployment; the configuration key upstreams.<name>.models says which deployment a model is"
                )
            path = f"/deployments/{model}{path}"
    asked = "&".join(part for part in (outbound.query, f"api-version={version[0]}") if part)
    return replace(outbound, path=path, query=asked, headers=headers)


def _presented(name: str, value: str) -> tuple[str, str]:
    """Return a header; an API key has one of its own, and a token of Entra (a JWT) stays a bearer token."""
    key = value.removeprefix("Bearer ")
    return ("api-key", key) if name == "authorization" and not key.startswith("eyJ") else (name, value)


PLUGINS = ()  # no format of its own
