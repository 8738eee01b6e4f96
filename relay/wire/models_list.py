"""`GET /v1/models` and `/v1/models/{id}`, which vendors share: no body, and nothing to restore but errors."""

from __future__ import annotations

import re
from typing import Final

from relay.errors import UpstreamBadStream
from relay.protocols import Document, Endpoint, StreamReader
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.paths import canonical
from relay.wire.table_format import PathEndpoint

__all__ = ["MODELS_TABLE", "match_models", "no_reader"]

MODELS_TABLE: Final[FieldTable] = compile_table(
    """
[request]
[response]
{data,models,id,object,owned_by,type,display_name,created_at,first_id,last_id,shutdown_date}   P
error.{message,param}   R
error.{type,code}       P
"""
)

# A model's id goes into the upstream's URL. Some have slashes or a date after an @: "meta-llama/Llama-3.1-8B-Instruct".
_PATH = re.compile(r"/v1/models(/[A-Za-z0-9][A-Za-z0-9._:-]{0,200}(@[0-9]{1,8})?){0,3}")


def match_models(path: str) -> PathEndpoint | None:
    """Return the endpoint for a list of models or for one model, or None."""
    asked = canonical(path)
    if _PATH.fullmatch(asked) is None:
        return None
    return PathEndpoint(name="models", upstream_path=asked, method="GET", has_body=False, shared=True)


def no_reader(endpoint: Endpoint, document: Document) -> StreamReader:
    """Refuse to read a stream where there is none."""
    raise UpstreamBadStream(f"the upstream streams an answer to {endpoint.name}, which is never streamed")
