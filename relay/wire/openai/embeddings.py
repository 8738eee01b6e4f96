"""OpenAI's embeddings. Vectors are numbers about the scrubbed text; nothing in an answer is restored.

Source: openai-python 3.52.0 (`types/embedding_create_params.py`), read 2026-11-20. LangChain's `OpenAIEmbeddings` sends
token ids unless `check_embedding_ctx_length=False`; they are refused, since they are text that cannot be scrubbed.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.wire.fields import compile_table
from relay.wire.models_list import no_reader
from relay.wire.nodes import FieldTable
from relay.wire.openai.family import OpenAIFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAIEmbeddings"]

TABLE = """
[request]
input                                 S   role=user
input[]                               S   role=user message
input[]#                              F   kind=token_ids
input[][]#                            F   kind=token_ids
{user,safety_identifier,prompt_cache_key}   X pseudonym
{metadata,client_metadata}            X drop
{model,encoding_format,dimensions,input_type,truncate,truncate_prompt_tokens,stream}   P
messages[]                            .   role=auto message
messages[].role                       P
messages[].content                    S

[response]
{data,model,object,usage,id,created}  P
error                                 R
error.{message,param}                 R
error.{type,code}                     P
"""


class OpenAIEmbeddings(OpenAIFormat):
    """`POST /v1/embeddings`."""

    name: ClassVar[str] = "openai_embeddings"
    log_probabilities: ClassVar[LogProbabilities | None] = None
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="embeddings", upstream_path="/v1/embeddings"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Raise UpstreamBadStream: embeddings are not streamed."""
        return no_reader(endpoint, document)


PLUGINS = (OpenAIEmbeddings,)
