"""OpenAI chat completions, whole and streamed, with what local servers and aggregators add to them.

Sources: openai-python 3.52.0 (`types/chat`), vLLM's protocol models and llama.cpp's server documentation, read
2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from relay.protocols import Document, Endpoint, StreamReader
from relay.types import JSON, Event
from relay.wire import strict_json
from relay.wire.fields import Table, compile_table
from relay.wire.openai_family import OpenAIFormat
from relay.wire.stream import Lane, TableReader
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAIChat"]

TABLE = """
[request]
order: tools functions tool_choice function_call response_format documents messages

# One number for each message: parts of one message may hold one value cut in two.
messages[]                            .   role=auto message
messages[]                            @message

# Tool definitions are the client's program: patterns only, no model. A rename would break the client.
tools[].type                          P
tools[].{function,custom}.{name,description}   K
tools[].function.strict               P
tools[].function.parameters{}         K
tools[].custom.format.{type,syntax}   P
tools[].custom.format.grammar.{definition,syntax}   K
functions[].{name,description}        K
functions[].parameters{}              K
tool_choice                           P
tool_choice.type                      P
tool_choice.{function,custom}.name    P
tool_choice.allowed_tools.mode        P
tool_choice.allowed_tools.tools[]{}   K
function_call                         P
function_call.name                    P
parallel_tool_calls                   P
response_format.type                  P
response_format.json_schema.{name,description}   K
response_format.json_schema.strict    P
response_format.json_schema.schema{}  K
prediction.type                       P
# Text the answer will mostly repeat; it must map like the messages or the speed-up is lost.
prediction.content                    S   role=assistant
prediction.content[]                  @part role=assistant
stop                                  S
stop[]                                S
# Token ids: they say which words the client avoids, and nothing can be mapped.
logit_bias{}                          P
logit_bias{key}                       P

metadata                              X drop
user                                  X pseudonym
safety_identifier                     X pseudonym
prompt_cache_key                      X pseudonym
web_search_options.search_context_size   P
web_search_options.user_location      X drop
# OpenAI stores chat completions of new accounts unless told not to.
store                                 X =false always
# Spoken output cannot be restored.
audio                                 F   kind=audio
modalities[]                          P
moderation{}                          P
{model,reasoning_effort,verbosity,service_tier,prompt_cache_retention}   P
{frequency_penalty,presence_penalty,temperature,top_p,seed,n,max_tokens,max_completion_tokens}   P
{logprobs,top_logprobs,stream}        P
stream_options{}                      P

# vLLM, llama.cpp, OpenRouter
documents[].{title,text}              S
documents[]{}                         S
# A template is a program for the server, written by the client.
chat_template                         F   kind=template
chat_template_kwargs{}                S
{guided_json,guided_regex,guided_grammar,grammar,json_schema,structured_outputs}   K
{guided_json,json_schema,structured_outputs}{}   K
guided_choice[]                       K
bad_words[]                           S
{continue_final_message,add_generation_prompt,echo}   P
{top_k,min_p,repetition_penalty,length_penalty,min_tokens,ignore_eos,best_of,priority}   P
{skip_special_tokens,include_stop_str_in_output,truncate_prompt_tokens}   P
{n_predict,cache_prompt,id_slot,repeat_penalty,repeat_last_n,typical_p,enable_thinking,keep_alive}   P
{stop_token_ids,allowed_token_ids,models,transforms}[]   P
{provider,reasoning,thinking,usage,options}{}   P
{session_id,request_id,cache_salt,client_metadata}   X drop

[message]
# Bracketed placeholders are refused here: OpenAI wants [A-Za-z0-9_-]+.
name                                  X name
role                                  P
content                               S
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
type                                  P
<text>.text                           S
text                                  S
<refusal>.refusal                     S
<image_url>.image_url                 F   kind=image
<image_url>.image_url.detail          P
<input_audio>.input_audio             F   kind=audio
<file>.file.filename                  S
<file>.file.file_data                 F   kind=file
<file>.file.file_id                   F   kind=stored_state
# vLLM and aggregators
<video_url>.video_url                 F   kind=file
<audio_url>.audio_url                 F   kind=audio
cache_control{}                       P

[response]
{id,object,created,model,system_fingerprint,service_tier}   P
{usage,moderation,provider}           P
choices[]                             @choice
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
annotations[].url_citation.{title,url}   R
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
annotations[].url_citation.{title,url}   R
audio.{id,data,expires_at}            P
audio.transcript                      R   lane=transcript
"""

_JSON_FORMATS = ("json_object", "json_schema")  # compared, not hashed: what a client states may have any type


class OpenAIChat(OpenAIFormat):
    """`POST /v1/chat/completions`."""

    name: ClassVar[str] = "openai_chat"
    table: ClassVar[Table] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (PathEndpoint(name="chat", upstream_path="/v1/chat/completions"),)

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of chunks."""
        return ChatReader(self.section("response"), json_mode=self.json_mode(document))

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether `response_format` asks for JSON."""
        stated = document.tree.get("response_format") if document is not None else None
        return type(stated) is dict and stated.get("type") in _JSON_FORMATS


class ChatReader(TableReader):
    """Lanes are (choice, field) and (choice, tool call, field). A choice's `finish_reason` ends its lanes."""

    _envelope: dict[str, JSON] | None = None

    def note(self, tree: JSON) -> None:
        """Remember the chunk's head for flushed text, and the names of tools, which only a call's first delta has."""
        if type(tree) is not dict:
            return
        if type(tree.get("id")) is str:
            self._envelope = {key: tree[key] for key in ("id", "object", "created", "model") if key in tree}
        for position, choice in enumerate(_objects(tree.get("choices"))):
            delta = choice.get("delta")
            calls = _objects(delta.get("tool_calls")) if type(delta) is dict else ()
            for number, call in enumerate(calls):
                function = call.get("function")
                if type(function) is dict and type(function.get("name")) is str and "arguments" not in function:
                    lane = (_index(choice, position), _index(call, number), "arguments")
                    self._tools[lane] = (function["name"], False)

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return the choices that this chunk finishes; an error finishes all."""
        if type(tree) is not dict:
            return
        if tree.get("error") is not None:
            yield ()
        for position, choice in enumerate(_objects(tree.get("choices"))):
            if choice.get("finish_reason") is not None:
                yield (_index(choice, position),)

    def flush(self, lane: Lane, text: str) -> Event:
        """Return a chunk with one delta."""
        choice, *call, field = lane
        delta: dict[str, Any]
        if field == "arguments":
            delta = {"tool_calls": [{"index": call[0], "function": {"arguments": text}}]}
        elif field == "input":
            delta = {"tool_calls": [{"index": call[0], "custom": {"input": text}}]}
        elif field == "function_call":
            delta = {"function_call": {"arguments": text}}
        elif field == "transcript":
            delta = {"audio": {"transcript": text}}
        else:
            delta = {field: text}
        chunk = dict(self._envelope or {"object": "chat.completion.chunk"})
        chunk["choices"] = [{"index": choice, "delta": delta, "logprobs": None, "finish_reason": None}]
        return Event(strict_json.encode(chunk).decode())

    def is_end(self, event: Event) -> bool:
        """Tell whether this is `data: [DONE]`."""
        return event.data is not None and event.data.strip() == "[DONE]"


def _objects(value: JSON) -> list[dict[str, JSON]]:
    return [each for each in value if type(each) is dict] if type(value) is list else []


def _index(holder: dict[str, JSON], position: int) -> int:
    index = holder.get("index")
    return index if type(index) is int else position


PLUGINS = (OpenAIChat,)
