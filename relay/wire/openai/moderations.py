"""OpenAI's moderations. The scores are about the scrubbed text.

Source: openai-python 3.52.0 (`types/moderation_create_params.py`), read 2026-11-20.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.wire.fields import compile_table
from relay.wire.models_list import no_reader
from relay.wire.nodes import FieldTable
from relay.wire.openai.family import OpenAIFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAIModerations"]

TABLE = """
[request]
removed: type=text
input                                 S   role=user
input[]                               S   role=user message
input[]#                              F   kind=token_ids
input[].type                          P
input[]<text>.text                    S
input[]<image_url>.image_url          F   kind=image
model                                 P
{user,safety_identifier,prompt_cache_key}   X pseudonym
{metadata,client_metadata}            X drop

[response]
{id,model,object,results,usage}       P
error                                 R
error.{message,param}                 R
error.{type,code}                     P
"""


class OpenAIModerations(OpenAIFormat):
    """`POST /v1/moderations`."""

    name: ClassVar[str] = "openai_moderations"
    log_probabilities: ClassVar[LogProbabilities | None] = None
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="moderations", upstream_path="/v1/moderations"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: moderations are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (OpenAIModerations,)
