"""Anthropic's list of models."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, StreamReader
from relay.wire.anthropic.family import AnthropicFormat
from relay.wire.models_list import MODELS_TABLE, match_models, no_reader
from relay.wire.nodes import FieldTable
from relay.wire.table_format import PathEndpoint

__all__ = ["AnthropicModels"]


class AnthropicModels(AnthropicFormat):
    """`GET /v1/models` and `/v1/models/{id}`."""

    name: ClassVar[str] = "anthropic_models"
    table: ClassVar[FieldTable] = MODELS_TABLE
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = ()

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint for the list or for one model."""
        return match_models(path)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: lists are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (AnthropicModels,)
