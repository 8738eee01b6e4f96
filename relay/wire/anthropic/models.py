"""Anthropic's list of models, told from OpenAI's by the headers that Anthropic's clients send."""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, StreamReader
from relay.types import Headers
from relay.wire.anthropic.family import AnthropicFormat
from relay.wire.models_list import MODELS_TABLE, match_models, no_reader
from relay.wire.nodes import FieldTable
from relay.wire.table_format import PathEndpoint
from relay.wire.vendors import is_anthropic

__all__ = ["AnthropicModels"]


class AnthropicModels(AnthropicFormat):
    """`GET /v1/models` and `/v1/models/{id}`."""

    name: ClassVar[str] = "anthropic_models"
    table: ClassVar[FieldTable] = MODELS_TABLE
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = ()

    def match(self, method: str, path: str, headers: Headers) -> Endpoint | None:
        """Return the endpoint when the headers are Anthropic's."""
        return match_models(path) if is_anthropic(headers) else None

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: lists are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (AnthropicModels,)
