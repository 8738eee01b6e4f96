"""Gemini's list of models."""

from __future__ import annotations

import re
from typing import ClassVar

from relay.protocols import Document, Endpoint, StreamReader
from relay.wire.fields import compile_table
from relay.wire.gemini.family import GeminiFormat, plain_path
from relay.wire.models_list import no_reader
from relay.wire.nodes import FieldTable
from relay.wire.table_format import PathEndpoint

__all__ = ["GeminiModels"]

_MODELS = re.compile(r"/(v1|v1beta|v1alpha)/models(/[A-Za-z0-9][A-Za-z0-9._-]{0,200})?")
TABLE = compile_table(
    """
[request]
[response]
{models,nextPageToken,name,baseModelId,version,displayName,description,supportedGenerationMethods,thinking}   P
error.message   R
error.{status,code}   P
error.details[]{}   R
"""
)


class GeminiModels(GeminiFormat):
    """`GET /{version}/models` and `/{version}/models/{model}`; on `/v1` for clients with Gemini's headers."""

    name: ClassVar[str] = "gemini_models"
    table: ClassVar[FieldTable] = TABLE
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = ()

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint; of the versions, `/v1` is shared with other vendors."""
        asked = plain_path(path)
        found = _MODELS.fullmatch(asked)
        if found is None:
            return None
        return PathEndpoint(
            name="models", upstream_path=asked, method="GET", has_body=False, shared=found.group(1) == "v1"
        )

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: lists are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (GeminiModels,)
