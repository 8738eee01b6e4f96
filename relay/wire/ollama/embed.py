"""Ollama's embeddings, by their present path and their earlier one.

Source: ollama-python 0.6.3 (`_types.py`), read 2026-11-20.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.wire.fields import compile_table
from relay.wire.models_list import no_reader
from relay.wire.nodes import FieldTable
from relay.wire.ollama.family import OllamaFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OllamaEmbed"]

TABLE = """
[request]
{input,prompt}                        S   role=user
input[]                               S   role=user message
input[]#                              F   kind=token_ids
options.stop[]                        S   stop
options{}                             P
{user,safety_identifier,prompt_cache_key}   X pseudonym
{model,truncate,dimensions,keep_alive}   P

[response]
{model,embeddings,embedding,created_at,done,done_reason}   P
{total_duration,load_duration,prompt_eval_count,prompt_eval_duration,eval_count,eval_duration}   P
error                                 R
"""


class OllamaEmbed(OllamaFormat):
    """`POST /api/embed` and `/api/embeddings`."""

    name: ClassVar[str] = "ollama_embed"
    log_probabilities: ClassVar[LogProbabilities | None] = None
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (
        PathEndpoint(name="embed", upstream_path="/api/embed"),
        PathEndpoint(name="embeddings", upstream_path="/api/embeddings"),
    )

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: embeddings are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (OllamaEmbed,)
