"""Ollama's chat, whole and streamed by the line.

Sources: ollama-python 0.6.3 (`_types.py`) and Ollama's API description, read 2026-11-20. Tool arguments are objects
here, and a tool call comes whole, in one line.
"""

from __future__ import annotations

from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.types import JSON
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.ollama.family import LINE_LOG_PROBABILITIES, LineReader, OllamaFormat
from relay.wire.table_format import PathEndpoint

__all__ = ["OllamaChat"]

TABLE = """
[request]
order: tools format messages

messages[]                            .   role=auto message
messages[].{role,tool_name,tool_call_id}   P
messages[].content                    S   typed
messages[].thinking                   S
# Bare base64, without a data: prefix.
messages[].images                     F   kind=image
messages[].tool_calls[].{id,type}     P
messages[].tool_calls[].function.{name,index}   P
messages[].tool_calls[].function.arguments{}   S
tools[].type                          P
tools[].function.name                 N
tools[].function.description          K
tools[].function.parameters{}         K
format                                P
format{}                              K
options.stop                          S   stop
options.stop[]                        S   stop
options{}                             P
{user,safety_identifier,prompt_cache_key}   X pseudonym
{model,stream,keep_alive,think,logprobs,top_logprobs,truncate,shift}   P

[response]
{model,created_at,done,done_reason,remote_model,remote_host}   P
{total_duration,load_duration,prompt_eval_count,prompt_eval_duration,eval_count,eval_duration}   P
message.{role,tool_name}              P
message.content                       R   jsonmode lane=content
message.thinking                      R   lane=thinking
message.images                        P
message.tool_calls[].{id,type}        P
message.tool_calls[].function         .   tool=name
message.tool_calls[].function.{name,index}   P
message.tool_calls[].function.arguments{}   R
logprobs                              D
error                                 R
"""


class OllamaChat(OllamaFormat):
    """`POST /api/chat`."""

    name: ClassVar[str] = "ollama_chat"
    log_probabilities: ClassVar[LogProbabilities | None] = LINE_LOG_PROBABILITIES
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="chat", upstream_path="/api/chat"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of lines."""
        return ChatLineReader(self.section("response"), json_mode=self.json_mode(document))


class ChatLineReader(LineReader):
    """Lanes are the content and the thinking of the one message."""

    def line(self, field: str, text: str) -> dict[str, JSON]:
        """Return a message with one piece."""
        return {"message": {"role": "assistant", "content": "", field: text}}


PLUGINS = (OllamaChat,)
