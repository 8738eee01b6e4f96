"""OpenAI's list of models. Every client that is not visibly another vendor's asks this one."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.wire.models_list import MODELS_TABLE, match_models, no_reader
from relay.wire.nodes import FieldTable
from relay.wire.openai.family import OpenAIFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAIModels"]


class OpenAIModels(OpenAIFormat):
    """`GET /v1/models` and `/v1/models/{id}`."""

    name: ClassVar[str] = "openai_models"
    log_probabilities: ClassVar[LogProbabilities | None] = None
    table: ClassVar[FieldTable] = MODELS_TABLE
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = ()

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint for the list or for one model."""
        return match_models(path)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: lists are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (OpenAIModels,)
