"""Ollama's completion of one prompt, whole and streamed by the line.

Sources: ollama-python 0.6.3 (`_types.py`) and Ollama's API description, read 2026-11-20. `context` is an earlier
conversation as token ids, which could be replayed here unscrubbed; a template is a program for the server.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.types import JSON
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.ollama.family import LINE_LOG_PROBABILITIES, LineReader, OllamaFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OllamaGenerate"]

TABLE = """
[request]
order: format system prompt suffix

{prompt,suffix}                       S   role=user typed
system                                S   role=system
images                                F   kind=image
{template,raw}                        F   kind=template
context                               F   kind=token_ids
format                                P
format{}                              K
options.stop                          S   stop
options.stop[]                        S   stop
options{}                             P
{user,safety_identifier,prompt_cache_key}   X pseudonym
{model,stream,keep_alive,think,logprobs,top_logprobs,truncate,shift,width,height,steps}   P

[response]
{model,created_at,done,done_reason,remote_model,remote_host,image,completed,total}   P
{total_duration,load_duration,prompt_eval_count,prompt_eval_duration,eval_count,eval_duration}   P
response                              R   jsonmode lane=response
thinking                              R   lane=thinking
{logprobs,context}                    D
error                                 R
"""


class OllamaGenerate(OllamaFormat):
    """`POST /api/generate`."""

    name: ClassVar[str] = "ollama_generate"
    log_probabilities: ClassVar[LogProbabilities | None] = LINE_LOG_PROBABILITIES
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="generate", upstream_path="/api/generate"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of lines."""
        return GenerateLineReader(self.section("response"), json_mode=self.json_mode(document))


class GenerateLineReader(LineReader):
    """Lanes are the response and the thinking."""

    def line(self, field: str, text: str) -> dict[str, JSON]:
        """Return one piece; a line always has a response."""
        return {"response": "", field: text}


PLUGINS = (OllamaGenerate,)
