"""OpenAI chat completions, whole and streamed, with what local servers and aggregators add to them.

Sources: openai-python 3.52.0 (`types/chat`), vLLM's protocol models and llama.cpp's server documentation, read
2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.types import JSON, CitationOffset
from relay.wire.citations import dicts, ranges
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.openai.chunks import ChunkReader
from relay.wire.openai.family import OpenAIFormat, choice_log_probabilities
from relay.wire.stream import Lane, index_of, objects
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAIChat"]

TABLE = """
[request]
order: tools functions tool_choice function_call response_format documents messages
removed: type=text

# One number for each message: parts of one message may hold one value cut in two.
messages[]                            .   role=auto message
messages[]                            @message

# Tool definitions are the client's program: a rename would break the client.
tools[].type                          P
tools[].{function,custom}.name        N
tools[].{function,custom}.description   K
tools[].function.strict               P
tools[].function.parameters{}         K
tools[].custom.format.{type,syntax}   P
tools[].custom.format.grammar.{definition,syntax}   K
# The provider calls a third party, or reads what it stores, as in Responses.
tools[]<mcp>                          F   kind=third_party_tool
tools[].{server_url,connector_id}     F   kind=third_party_tool
tools[].vector_store_ids              F   kind=stored_state
tools[]<web_search*>.user_location    X drop
functions[].name                      N
functions[].description               K
functions[].parameters{}              K
tool_choice                           P
tool_choice.type                      P
tool_choice.{function,custom}.name    P
tool_choice.allowed_tools.mode        P
tool_choice.allowed_tools.tools[].user_location   X drop
tool_choice.allowed_tools.tools[]{}   K
function_call                         P
function_call.name                    P
parallel_tool_calls                   P
response_format.type                  P
response_format.json_schema.name      N
response_format.json_schema.description   K
response_format.json_schema.strict    P
response_format.json_schema.schema{}  K
prediction.type                       P
# Text the answer will mostly repeat; it must map like the messages or the speed-up is lost.
prediction.content                    S   role=assistant
prediction.content[]                  @part role=assistant
# Refused later if it could match inside a placeholder.
stop                                  S   stop
stop[]                                S   stop
# Token ids: they say which words the client avoids, and nothing can be mapped.
logit_bias{}                          P
logit_bias{key}                       P

metadata                              X drop
user                                  X pseudonym
safety_identifier                     X pseudonym
prompt_cache_key                      X pseudonym
web_search_options.search_context_size   P
web_search_options.user_location      X drop
{previous_response_id,conversation}   F   kind=stored_state
# See `stored_at` below.
store                                 X =false always
# Spoken output cannot be restored.
audio                                 F   kind=audio
modalities[]                          F   kind=audio when=audio
moderation{}                          P
{model,reasoning_effort,verbosity,service_tier,prompt_cache_retention}   P
{frequency_penalty,presence_penalty,temperature,top_p,seed,n,max_tokens,max_completion_tokens}   P
{logprobs,top_logprobs,stream}        P
stream_options.{include_usage,include_obfuscation,continuous_usage_stats}   P

# vLLM, llama.cpp, OpenRouter and other servers of this format
documents[].{title,text}              S
documents[]{}                         S
# A template is a program for the server, written by the client.
chat_template                         F   kind=template
chat_template_kwargs{}                S
{guided_json,guided_regex,guided_grammar,grammar,json_schema,structured_outputs}   K
{guided_json,json_schema,structured_outputs}{}   K
guided_choice[]                       K
{guided_decoding_backend,guided_whitespace_pattern}   K
grammar_triggers[]{}                  K
bad_words[]                           S
dry_sequence_breakers[]               S
{continue_final_message,add_generation_prompt,add_special_tokens,echo}   P
{top_k,top_a,min_p,repetition_penalty,length_penalty,min_tokens,ignore_eos,best_of,use_beam_search,priority}   P
{skip_special_tokens,spaces_between_special_tokens,include_stop_str_in_output,truncate_prompt_tokens}   P
{prompt_logprobs,return_tokens_as_token_ids,return_token_ids,include_reasoning,reasoning_format}   P
{n_predict,n_keep,n_discard,n_indent,n_probs,min_keep,cache_prompt,id_slot,t_max_predict_ms,samplers}   P
{repeat_penalty,repeat_last_n,typical_p,dynatemp_range,dynatemp_exponent,mirostat,mirostat_tau,mirostat_eta}   P
{dry_multiplier,dry_base,dry_allowed_length,dry_penalty_last_n,xtc_probability,xtc_threshold}   P
{return_tokens,timings_per_token,return_progress,post_sampling_probs,parse_tool_calls,grammar_lazy}   P
{enable_thinking,thinking_forced_open,keep_alive,route,preset,data_parallel_rank}   P
{stop_token_ids,allowed_token_ids,models,transforms,samplers,response_fields}[]   P
# OpenRouter's: what else stands in them is unknown.
reasoning.{effort,max_tokens,exclude,enabled,summary,generate_summary}   P
thinking.{type,budget_tokens,display,clear_thinking}   P
usage.include                         P
provider.{allow_fallbacks,require_parameters,data_collection,zdr,enforce_distillable_text,sort}   P
provider.{order,only,ignore,quantizations}[]   P
provider.sort.{by,partition}          P
provider.max_price.{prompt,completion,request,image,audio}   P
provider.{preferred_min_throughput,preferred_max_latency}.{p50,p75,p90,p99}   P
provider.{preferred_min_throughput,preferred_max_latency}   P
{options,mm_processor_kwargs,image_config}{}   P
lora[]{}                              P
# OpenRouter's web search and file parser; the words that a search is framed with are the client's.
plugins[].search_prompt               S
plugins[].{include_domains,exclude_domains}[]   K
plugins[].pdf{}                       P
plugins[].user_location               X drop
plugins[]{}                           P
# Azure's "on your data": the provider calls a search service with credentials.
data_sources                          F   kind=third_party_tool
# State of the server, or of another server, in a form that cannot be read.
{kv_transfer_params,prompt_embeds}    F   kind=stored_state
vllm_xargs{}                          S
{session_id,request_id,cache_salt,client_metadata,trace}   X drop

[message]
# Bracketed placeholders are refused here: OpenAI wants [A-Za-z0-9_-]+.
name                                  X name
role                                  P
content                               S   typed=message
content[]                             @part
refusal                               S
tool_calls[].{id,type,index}          P
tool_calls[].function.name            P
tool_calls[].function.arguments       Sj
tool_calls[].custom.name              P
# A patch or code, not JSON.
tool_calls[].custom.input             S
function_call.name                    P
function_call.arguments               Sj
tool_call_id                          P
audio.id                              F   kind=stored_state
{reasoning,reasoning_content}         S
reasoning_details[].{text,summary}    S
reasoning_details[].{data,signature}  V
reasoning_details[].{type,format,id,index}   P
annotations[].type                    P
annotations[].url_citation.{title,url}   S
# The name of a function that answered; it equals a declared one.
<function,tool>.name                  P

[part]
.                                     .   part
type                                  P
text                                  S   typed=text
<refusal>.refusal                     S
# Some servers go by the key and not by the type, so these rows hold for every type.
{image_url,video_url}                 F   kind=image
{input_audio,audio_url}               F   kind=audio
file.filename                         S
file.file_data                        F   kind=file
file.file_id                          F   kind=stored_state
cache_control.{type,ttl,scope}        P

[response]
{id,object,created,model,system_fingerprint,service_tier}   P
{usage,moderation,provider}           P
choices[]                             @choice
# What aggregators searched.
citations[]                           Ru
search_results[].{url,image_url}      Ru
# vLLM: the rendered prompt, and the prompt's token form, which cannot be made right.
prompt_text                           R
{prompt_token_ids,prompt_logprobs}    D
metadata{}                            P
metadata{key}                         P
# Random padding that hides the sizes of events.
obfuscation                           P
error                                 R
error.{message,param}                 R
error.{type,code}                     P
error.metadata{}                      R

[choice]
{index,finish_reason,native_finish_reason}   P
message                               @answer
delta                                 @delta
# Token text and its bytes spell the placeholder and cannot be split anew.
logprobs                              D
{token_ids,logprob_token_ids}         D
stop_reason                           R
error.message                         R
error.code                            P

[answer]
role                                  P
content                               R   jsonmode
content[].type                        P
content[].text                        R   jsonmode
{refusal,reasoning,reasoning_content} R
reasoning_details[].{text,summary}    R
reasoning_details[].{data,signature}  V
reasoning_details[].{type,format,id,index}   P
tool_calls[].{id,type,index}          P
tool_calls[].{function,custom}        .   tool=name
tool_calls[].{function,custom}.name   P
tool_calls[].function.arguments       Rj
tool_calls[].custom.input             R
function_call                         .   tool=name
function_call.name                    P
function_call.arguments               Rj
annotations[].type                    P
annotations[].url_citation.title      R
annotations[].url_citation.url        Ru
images[].{type,index}                 P
images[].image_url.url                Ru
audio.{id,data,expires_at}            P
audio.transcript                      R

[delta]
role                                  P
content                               R   jsonmode lane=content
refusal                               R   lane=refusal
reasoning                             R   lane=reasoning
reasoning_content                     R   lane=reasoning_content
reasoning_details[].{text,summary}    R
reasoning_details[].{data,signature}  V
reasoning_details[].{type,format,id,index}   P
tool_calls[].{id,type,index}          P
tool_calls[].{function,custom}        .   tool=name
tool_calls[].{function,custom}.name   P
tool_calls[].function.arguments       Rj  lane=arguments
tool_calls[].custom.input             R   lane=input
function_call                         .   tool=name
function_call.name                    P
function_call.arguments               Rj  lane=function_call
annotations[].type                    P
annotations[].url_citation.title      R
annotations[].url_citation.url        Ru
images[].{type,index}                 P
images[].image_url.url                Ru
audio.{id,data,expires_at}            P
audio.transcript                      R   lane=transcript
"""

_RANGE = ("start_index", "end_index")
_JSON_FORMATS = ("json_object", "json_schema")  # compared, not hashed: what a client states may have any type


class OpenAIChat(OpenAIFormat):
    """`POST /v1/chat/completions`."""

    name: ClassVar[str] = "openai_chat"
    # llama.cpp lists twenty alternatives for each token unless it is told otherwise.
    log_probabilities: ClassVar[LogProbabilities | None] = choice_log_probabilities(
        {"logprobs": True, "top_logprobs": 1}
    )
    table: ClassVar[FieldTable] = compile_table(TABLE)
    # OpenAI stores chat completions of new accounts unless told not to. Azure does not unless asked to, and refuses the
    # field for older models ("Stored completions", read 2026-11-29).
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (
        PathEndpoint(name="chat", upstream_path="/v1/chat/completions", stored_at=("api.openai.com",)),
    )

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of chunks."""
        return ChatReader(self.section("response"), json_mode=self.json_mode(document))

    def citations(self, document: Document | None, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges of URL citations in each message."""
        return [
            found
            for message in dicts(tree, "choices", "message")
            for citation in dicts(message, "annotations", "url_citation")
            for found in ranges(message.get("content"), citation, _RANGE)
        ]

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether `response_format` asks for JSON."""
        stated = document.tree.get("response_format") if document is not None else None
        return type(stated) is dict and stated.get("type") in _JSON_FORMATS


class ChatReader(ChunkReader):
    """Lanes are (choice, field) and (choice, tool call, field)."""

    cited: ClassVar[str] = "content"
    said: ClassVar[frozenset[str]] = frozenset({"reasoning", "reasoning_content", "content", "refusal"})

    def citations(self, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges of URL citations in what each choice has said."""
        return [
            found
            for position, choice in enumerate(dicts(tree, "choices"))
            for citation in dicts(choice, "delta", "annotations", "url_citation")
            for found in ranges(self.written((index_of(choice, position), "content")), citation, _RANGE)
        ]

    def note(self, tree: JSON) -> None:
        """Remember the names of tools too, which only a call's first delta has."""
        super().note(tree)
        for position, choice in enumerate(objects(tree.get("choices") if type(tree) is dict else None)):
            delta = choice.get("delta")
            for number, call in enumerate(objects(delta.get("tool_calls") if type(delta) is dict else None)):
                function = call.get("function")
                if type(function) is dict and type(function.get("name")) is str and "arguments" not in function:
                    lane = (index_of(choice, position), index_of(call, number), "arguments")
                    self._tools[lane] = (function["name"], False)

    def calling(self, tree: JSON) -> Iterable[int | None]:
        """Return each choice that calls a tool."""
        for position, choice in enumerate(dicts(tree, "choices")):
            delta = choice.get("delta")
            if type(delta) is dict and (delta.get("tool_calls") or delta.get("function_call")):
                yield index_of(choice, position)

    def choice(self, lane: Lane, text: str) -> dict[str, Any]:
        """Return a delta of the lane's kind."""
        _, *call, field = lane
        if field == "arguments":
            return {"delta": {"tool_calls": [{"index": call[0], "function": {"arguments": text}}]}}
        if field == "input":
            return {"delta": {"tool_calls": [{"index": call[0], "custom": {"input": text}}]}}
        if field == "function_call":
            return {"delta": {"function_call": {"arguments": text}}}
        if field == "transcript":
            return {"delta": {"audio": {"transcript": text}}}
        return {"delta": {field: text}}


PLUGINS = (OpenAIChat,)
