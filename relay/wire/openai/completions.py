"""OpenAI's earlier completions, whole and streamed, which local servers still serve.

Sources: openai-python 3.52.0 (`types/completion*.py`), vLLM's protocol models, read 2026-11-20.
"""

from __future__ import annotations

from typing import Any, ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.openai.chunks import ChunkReader
from relay.wire.openai.family import OpenAIFormat, choice_log_probabilities
from relay.wire.stream import Lane
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAICompletions"]

TABLE = """
[request]
order: prompt suffix

prompt                                S   role=user typed
prompt[]                              S   role=user message typed
# Token ids are text in disguise.
prompt[]#                             F   kind=token_ids
prompt[][]#                           F   kind=token_ids
suffix                                S   role=user typed
stop                                  S   stop
stop[]                                S   stop
{user,safety_identifier,prompt_cache_key}   X pseudonym
{metadata,session_id,request_id,cache_salt,client_metadata,trace}   X drop
logit_bias{}                          P
logit_bias{key}                       P
{model,best_of,echo,frequency_penalty,presence_penalty,logprobs,max_tokens,n,seed,stream}   P
{temperature,top_p,top_k,min_p,repetition_penalty,length_penalty,min_tokens,ignore_eos,use_beam_search}   P
{service_tier,priority,prompt_logprobs,return_tokens_as_token_ids,return_token_ids,add_special_tokens}   P
{skip_special_tokens,spaces_between_special_tokens,include_stop_str_in_output,truncate_prompt_tokens}   P
stream_options.{include_usage,include_obfuscation,continuous_usage_stats}   P
{guided_json,guided_regex,guided_grammar,grammar,json_schema,structured_outputs}   K
{guided_json,json_schema,structured_outputs}{}   K
guided_choice[]                       K
response_format{}                     K
bad_words[]                           S
{stop_token_ids,allowed_token_ids}[]  P
prompt_embeds                         F   kind=token_ids

[response]
{id,object,created,model,system_fingerprint,usage,service_tier}   P
choices[].{index,finish_reason}       P
choices[].text                        R   lane=text
# Token text spells the placeholder and cannot be split anew.
choices[].{logprobs,token_ids,prompt_token_ids,prompt_logprobs}   D
choices[].stop_reason                 R
prompt_text                           R
error                                 R
error.{message,param}                 R
error.{type,code}                     P
"""


class OpenAICompletions(OpenAIFormat):
    """`POST /v1/completions`."""

    name: ClassVar[str] = "openai_completions"
    log_probabilities: ClassVar[LogProbabilities | None] = choice_log_probabilities({"logprobs": 1})
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="completions", upstream_path="/v1/completions"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of chunks."""
        return CompletionReader(self.section("response"))


class CompletionReader(ChunkReader):
    """Each choice is one lane."""

    def choice(self, lane: Lane, text: str) -> dict[str, Any]:
        """Return a choice with this text."""
        return {"text": text}


PLUGINS = (OpenAICompletions,)
