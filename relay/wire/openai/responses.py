"""OpenAI Responses: whole, streamed, counted and compacted.

Source: openai-python 3.52.0 (`types/responses`), and what Codex 0.169 sends, read 2026-11-20. State at the provider
(stored responses, conversations, prompts, containers) is refused: relay holds no mapping that outlives a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from relay.protocols import Document, Endpoint, LogProbabilities, StreamReader
from relay.types import JSON, CitationOffset
from relay.wire.citations import INDEX_FIELD, dicts
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.openai.family import OpenAIFormat
from relay.wire.openai.response_stream import ResponsesReader, in_parts
from relay.wire.table_format import PathEndpoint

__all__ = ["OpenAIResponses"]

TABLE = """
[request]
order: tools tool_choice text instructions prompt input
removed: type=input_text

instructions                          S   role=system
input                                 S   role=user typed
input[]                               .   role=auto message
input[]                               @item
tools[]                               @tool
tool_choice                           P
tool_choice.{type,mode,name,server_label}   P
tool_choice.tools[].user_location     X drop
tool_choice.tools[]{}                 K
text                                  @format
prompt.id                             F   kind=stored_state
prompt.version                        P
prompt.variables{key}                 K
prompt.variables{}                    @variable
{previous_response_id,conversation}   F   kind=stored_state
# Polling for the answer would need a mapping that outlives the request.
background                            F   kind=stored_state
# See `stored_at` below.
store                                 X =false always
{metadata,client_metadata,access_programmatic,session_id,trace}   X drop
{user,safety_identifier,prompt_cache_key}   X pseudonym
prompt_cache_options.comparison_response_id   X drop
prompt_cache_options{}                P
{model,service_tier,truncation,prompt_cache_retention,parallel_tool_calls,personality}   P
{stream,temperature,top_p,top_logprobs,max_output_tokens,max_tool_calls,seed,generate,type}   P
reasoning                             @reasoning
stream_options.include_obfuscation    P
moderation.model                      P
moderation.policy.{input,output}.mode   P
include[]                             P
context_management[]{}                P

[reasoning]
{context,effort,generate_summary,mode,summary,enabled,exclude,max_tokens}   P

[variable]
.                                     S
.                                     @part

# An item. Messages may come without a type; what other items add is below.
[item]
{type,id,status,phase,role,call_id,name,namespace,server_label,execution,created_by}   P
caller.{type,caller_id}               P
content                               S   typed=message
content[]                             @part
agent.agent_name                      P
internal_chat_message_metadata_passthrough.turn_id   X pseudonym

<function_call,custom_tool_call>      .   role=assistant tool=name
<function_call>.arguments             Sj
# A patch or code, not JSON.
<custom_tool_call>.input              S
<function_call_output,custom_tool_call_output,local_shell_call_output,apply_patch_call_output>   .   role=tool
<function_call_output,custom_tool_call_output,local_shell_call_output,apply_patch_call_output>.output   S
<function_call_output,custom_tool_call_output>.output[]   @part

# The provider checks that reasoning comes back as it went out.
<reasoning>                           .   role=assistant signed=encrypted_content
<reasoning>.{summary,content}[].text  Vs
<reasoning>.{summary,content}[].type  P
<reasoning,compaction>.encrypted_content   V
<compaction>                          .   signed=encrypted_content
<compaction>.content                  Vs
<program>.code                        S   role=assistant
<program>.fingerprint                 V
<program_output>.result               S   role=tool

<local_shell_call>                    .   role=assistant
<local_shell_call>.action.{type,timeout_ms}   P
<local_shell_call>.action.command[]   S
# The environment holds secrets more often than not.
<local_shell_call>.action.env{}       S
<local_shell_call>.action.{working_directory,user}   S
<shell_call>                          .   role=assistant
<shell_call>.action.commands[]        S
<shell_call>.action.{timeout_ms,max_output_length}   P
<shell_call>.environment              @environment
<shell_call_output>                   .   role=tool
<shell_call_output>.output[].{stdout,stderr}   S
<shell_call_output>.output[].outcome{}   P
<shell_call_output>.output[].created_by   P
<shell_call_output>.max_output_length   P
<apply_patch_call>                    .   role=assistant
<apply_patch_call>.operation.type     P
<apply_patch_call>.operation.{diff,path}   S

<file_search_call>.queries[]          S   hosted
<file_search_call>.results[].{text,filename}   S
<file_search_call>.results[].attributes{}   S
<file_search_call>.results[].{file_id,score,vector_store_id}   P
<web_search_call>.action.type         P
<web_search_call>.action.{query,url,pattern}   S   hosted
<web_search_call>.action.queries[]    S   hosted
<web_search_call>.action.sources[].type   P
<web_search_call>.action.sources[].url   S   mirror=Ru
<code_interpreter_call>.code          S   hosted
<code_interpreter_call>.container_id  P
<code_interpreter_call>.outputs[].type   P
<code_interpreter_call>.outputs[].logs   S
<code_interpreter_call>.outputs[].url   P
<computer_call>.action                @action
<computer_call>.actions[]             @action
<computer_call>.pending_safety_checks[]   @check
<computer_call_output>.acknowledged_safety_checks[]   @check
<computer_call_output>.output.type    P
<computer_call_output>.output.{image_url,file_id}   F   kind=image
<image_generation_call>.result        F   kind=image
<image_generation_call>.revised_prompt   S
<image_generation_call>.{action,background,output_format,quality,size}   P
<image_generation_call>.svg_usage{}   P
<image_generation_call>.error         @error
<mcp_list_tools>.tools[].name         N
<mcp_list_tools>.tools[].description   K
<mcp_list_tools>.tools[].{input_schema,annotations}{}   K
<mcp_list_tools>.tools[].{input_schema,annotations}   K
<mcp_list_tools>.error                S
<mcp_call,mcp_approval_request>.arguments   Sj  hosted
<mcp_call>.output                     S   role=tool
<mcp_call>.approval_request_id        P
<mcp_call>.error                      S
<mcp_call>.error.{type,code}          P
<mcp_call>.error.message              S
<mcp_call>.error.content              S
<mcp_call>.error.content{}            S
<mcp_call>.error.content[]            S
<mcp_call>.error.content[]{}          S
<mcp_approval_response>.approval_request_id   P
<mcp_approval_response>.approve       P
<mcp_approval_response>.reason        S
<tool_search_call>.arguments          S
<tool_search_call>.arguments{}        S
<tool_search_output,additional_tools>.tools[]   @tool
<configuration_update>.text           @format
<configuration_update>.reasoning      @reasoning
# Content by itself, of a type that no row knows.
<*>                                   .   part
<item_reference>.id                   F   kind=stored_state

[part]
.                                     .   part
{type,detail,prompt_cache_breakpoint,file_data_type}   P
text                                  S   typed=input_text,text
refusal                               S
annotations[]                         @annotation
# Spells the text as tokens; no request needs it.
logprobs                              X drop mirror=D
# Some servers go by the key and not by the type, so these rows hold for every type.
image_url                             F   kind=image
file_id                               F   kind=stored_state
file_data                             F   kind=file
file_url                              F   kind=remote_url
filename                              S
input_audio                           F   kind=audio

[annotation]
{type,file_id,container_id,start_index,end_index,index}   P
{title,filename}                      S
url                                   S   mirror=Ru

[action]
{type,button,x,y,scroll_x,scroll_y}   P
path[]{}                              P
keys[]                                S
text                                  S

[check]
{id,code}                             P
message                               S

[error]
{type,code}                           P
{message,param}                       S
moderation_details.categories[]       P
moderation_details{}                  P
misalignment{}                        S

[environment]
{type,container_id,memory_limit}      P
<local>.skills[].name                 N
<local>.skills[].{description,path}   K
<container_reference>.container_id    F   kind=stored_state
file_ids[]                            F   kind=stored_state
network_policy                        @network
skills[].{type,skill_id,version}      P
skills[]<inline>.name                 N
skills[]<inline>.description          K
skills[]<inline>.source               F   kind=file

[network]
type                                  P
allowed_domains[]                     K
domain_secrets                        F   kind=third_party_tool

[tool]
{type,strict,defer_loading,search_context_size,max_num_results,execution,return_token_budget}   P
{background,quality,output_format,output_compression,partial_images,moderation,input_fidelity,action}   P
{display_width,display_height,environment}   P
allowed_callers[]                     P
name                                  N
description                           K
{parameters,output_schema}{}          K
{parameters,output_schema}            K
format.{type,syntax}                  P
format.definition                     K
<namespace>.tools[]                   @tool
# The provider calls a third party, with credentials, and relay sees neither direction.
<mcp>                                 F   kind=third_party_tool
<file_search>.vector_store_ids[]      F   kind=stored_state
<file_search>.filters                 @filter
<file_search>.ranking_options{}       P
<web_search*>.user_location           X drop
<web_search*>.filters.{allowed_domains,blocked_domains}[]   K
<web_search*>.search_content_types[]  P
<code_interpreter>.container          F   kind=stored_state when=string
<code_interpreter>.container          @environment
<shell>.environment                   @environment
<image_generation>.input_image_mask   F   kind=image
<image_generation>.{model,size}       P
<image_generation>.svg{}              P

[filter]
type                                  P
key                                   K
value                                 S
value[]                               S
filters[]                             S
filters[]                             @filter

[format]
verbosity                             P
format.{type,strict}                  P
format.name                           N
format.description                    K
format.schema{}                       K

[response]
{id,object,status,model,service_tier,truncation,previous_response_id,created_at,completed_at}   P
{background,parallel_tool_calls,store,user,safety_identifier,prompt_cache_key,prompt_cache_retention}   P
{usage,moderation,reasoning,metadata,conversation,incomplete_details,billing,include}   P
# They report that the provider saw another prefix than before: `relay.wire.transformations` counts that.
{input_transformations,prompt_cache_diagnostics,prompt_cache_options,context_management}   P
{input_tokens,expires_at}             P
output[]                              @item!
output_text                           R
instructions                          R
instructions[]                        @item!
input[]                               @item!
tools[]                               @tool!
tool_choice                           P
text                                  @format!
prompt.{id,version}                   P
prompt.variables{key}                 P
prompt.variables{}                    @variable!
error                                 @error!

[event]
{type,item_id,output_index,content_index,summary_index,command_index,sequence_number,annotation_index}   P
code                                  P
{message,param}                       R
obfuscation                           P
response                              @response
item                                  @item!
part                                  @part!
annotation                            @annotation!
error                                 @error!

<response.output_text.delta>.delta    R   jsonmode lane=text by=item_id,content_index
<response.output_text.delta,response.output_text.done>.logprobs   D
<response.output_text.done>.text      R   jsonmode
<response.refusal.delta>.delta        R   lane=refusal by=item_id,content_index
<response.refusal.done>.refusal       R
<response.reasoning_text.delta,response.reasoning_summary_text.delta>.delta   V
<response.reasoning_text.done,response.reasoning_summary_text.done>.text   V
<response.reasoning_summary_part.added,response.reasoning_summary_part.done>.part   V
<response.function_call_arguments.delta>.delta   Rj  lane=arguments by=item_id
<response.function_call_arguments.done>   .   tool=name
<response.function_call_arguments.done>.name   P
<response.function_call_arguments.done>.arguments   Rj
<response.mcp_call_arguments.delta>.delta   Rj  hosted lane=arguments by=item_id
<response.mcp_call_arguments.done>.arguments   Rj  hosted
<response.custom_tool_call_input.delta>.delta   R   lane=input by=item_id
<response.custom_tool_call_input.done>.input   R
<response.code_interpreter_call_code.delta>.delta   R   hosted lane=code by=item_id
<response.code_interpreter_call_code.done>.code   R   hosted
<response.shell_call_command.delta>.delta   R   lane=command by=output_index,command_index
<response.shell_call_command.added,response.shell_call_command.done>.command   R
<response.shell_call_output_content.delta>.delta.stdout   R   lane=stdout by=item_id,command_index
<response.shell_call_output_content.delta>.delta.stderr   R   lane=stderr by=item_id,command_index
<response.shell_call_output_content.done>.output[].{stdout,stderr}   R
<response.shell_call_output_content.done>.output[].outcome{}   P
<response.shell_call_output_content.done>.output[].created_by   P
<response.audio.transcript.delta>.delta   R   lane=transcript
<response.audio.delta>.delta          P
<response.image_generation_call.partial_image>   @partial_image

[partial_image]
{partial_image_b64,partial_image_index,size,quality,background,output_format}   P
"""


class OpenAIResponses(OpenAIFormat):
    """`POST /v1/responses`, `/v1/responses/input_tokens` and `/v1/responses/compact`."""

    name: ClassVar[str] = "openai_responses"
    citation_mark: ClassVar[bytes] = INDEX_FIELD
    log_probabilities: ClassVar[LogProbabilities | None] = None  # it has some, which no local server writes
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (
        # Every server of this API stores by default and knows `store`: both are part of the API.
        PathEndpoint(name="responses", upstream_path="/v1/responses", stored_at=("*",)),
        PathEndpoint(name="input_tokens", upstream_path="/v1/responses/input_tokens"),
        PathEndpoint(name="compact", upstream_path="/v1/responses/compact"),
    )

    def knows_forced(self, endpoint: Endpoint) -> bool:
        """Tell that only `/v1/responses` itself knows `store`."""
        return endpoint.name == "responses"

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of named events."""
        return ResponsesReader(self.section("event"), json_mode=self.json_mode(document))

    def citations(self, document: Document | None, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges of citations in each part of each item."""
        return in_parts(dicts(tree, "output", "content"))

    def sent_citations(self, document: Document) -> Sequence[CitationOffset]:
        """Return the same of the answers that the input brings back."""
        return in_parts(dicts(document.tree, "input", "content"))

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether `text.format` asks for JSON."""
        text = document.tree.get("text") if document is not None else None
        stated = text.get("format") if type(text) is dict else None
        return type(stated) is dict and stated.get("type") in ("json_schema", "json_object")


PLUGINS = (OpenAIResponses,)
