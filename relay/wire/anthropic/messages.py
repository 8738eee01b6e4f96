"""Anthropic messages, whole and streamed, and their token count.

Sources: anthropic-python 2.11.0 (`types/message_create_params.py`, `types/beta/…`, `lib/streaming`), read 2026-11-20.
Clients add `?beta=true`; the path decides, not the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from relay.protocols import Document, Endpoint, StreamReader
from relay.types import JSON, CitationOffset
from relay.wire.anthropic.family import AnthropicFormat
from relay.wire.anthropic.message_stream import MessagesReader, in_documents
from relay.wire.citations import INDEX_FIELD, dicts
from relay.wire.fields import compile_table
from relay.wire.nodes import FieldTable
from relay.wire.table_format import PathEndpoint

__all__ = ["AnthropicMessages"]

TABLE = """
[request]
order: tools tool_choice output_config output_format system messages
removed: type=text

tools[]                               @tool
tool_choice.{type,name,disable_parallel_tool_use}   P
output_config                         @output
# The beta's earlier name for output_config.format.
output_format.type                    P
output_format.schema{}                K
# Claude Code's first block is an attribution line; it stays a block of its own, or the cache misses.
system                                S   role=system
system[]                              @block role=system
messages[]                            .   role=auto message
messages[].role                       P
messages[].content                    S   typed
messages[].content[]                  @block

stop_sequences[]                      S   stop
# Claude Code puts a JSON text with device, account and session ids here.
metadata.user_id                      X pseudonym
metadata{}                            X
{user_profile_id,workspace_id,session_id,trace}   X drop
user                                  X pseudonym
# The provider calls a third party with the client's credentials: relay sees neither direction.
mcp_servers                           F   kind=third_party_tool
{container,thread}                    F   kind=stored_state
diagnostics.previous_message_id       F   kind=stored_state
context_management.edits[].type       P
context_management.edits[].instructions   S
context_management.edits[].{clear_tool_inputs,exclude_tools}[]   K
context_management.edits[].{trigger,keep,clear_at_least}{}   P
context_management.edits[].{clear_tool_inputs,pause_after_compaction}   P
compaction.instructions               S
compaction.{type,enabled}             P
compaction.trigger{}                  P
# Redeeming it fails when the body differs by a byte.
fallback_credit_token                 V
fallback_credit_token.token           V
fallbacks[].{model,max_tokens,speed,service_tier}   P
fallbacks[].thinking                  @thinking
fallbacks[].output_config             @output
{model,max_tokens,stream,temperature,top_k,top_p,service_tier,speed,inference_geo}   P
thinking                              @thinking
cache_control.{type,ttl,scope}        P
betas[]                               P

[thinking]
{type,budget_tokens,display}          P
block_binding{}                       P

[output]
effort                                P
task_budget{}                         P
format.type                           P
format.schema{}                       K

[tool]
{type,max_uses,strict,defer_loading,eager_input_streaming,max_characters,max_content_tokens}   P
{display_width_px,display_height_px,display_number,enable_zoom,use_cache}   P
# A tool's name and text are the client's program.
name                                  N
description                           K
input_schema{}                        K
input_examples[]{}                    S
allowed_callers[]                     P
{allowed_domains,blocked_domains}[]   K
url_sources{}                         K
user_location                         X drop
cache_control.{type,ttl,scope}        P
{citations,caching}{}                 P
model                                 P
mcp_server_name                       P
{configs,default_config}{}            K
tools[].name                          N
tools[].description                   K
tools[].input_schema{}                K

[block]
.                                     .   part
{type,id,tool_use_id,toolset_name}    P
cache_control.{type,ttl,scope}        P
caller{}                              P
# Some blocks hold text blocks only, and there clients may leave the type out.
text                                  S   typed=text
citations[]                           @citation
# Signed, and bound to the conversation before them: a changed byte is a 400. Without a signature it is text.
<thinking>                            .   signed=signature
<thinking>.thinking                   Vs
<thinking>.signature                  V
<redacted_thinking>.data              V
<tool_use,server_tool_use,mcp_tool_use>.name   P
<mcp_tool_use>.server_name            P
# An object, unlike OpenAI's arguments.
<tool_use,server_tool_use,mcp_tool_use>.input{}   S
# What files and commands say: the richest text in an agent's request.
<tool_result,mcp_tool_result>         .   role=tool
<tool_result,mcp_tool_result>.content   S
<tool_result,mcp_tool_result>.content[]   @block
<tool_result,mcp_tool_result>.is_error   P
<browser_state>                       .   role=tool
<browser_state>.tabs[].{title,url}    S
<browser_state>.tabs[].{id,tab_id,active}   P
<browser_state>.state_changes[].{url,path,error}   S
<browser_state>.state_changes[].{type,tab_id,download_id}   P
<image>.source.{type,media_type}      P
<image>.source.data                   F   kind=image
<image>.source.url                    F   kind=remote_url
<image>.source.file_id                F   kind=stored_state
<document>                            @document
<search_result>                       .   role=other
<search_result>.{source,title}        S
<search_result>.content[]             @block
<search_result>.citations.enabled     P
<web_search_tool_result>              .   role=tool
<web_search_tool_result>.content[].{title,url}   S
<web_search_tool_result>.content[].encrypted_content   V
<web_search_tool_result>.content[].{type,page_age}   P
<web_search_tool_result>.content.{type,error_code}   P
<web_fetch_tool_result>               .   role=tool
<web_fetch_tool_result>.content.{type,error_code,retrieved_at}   P
<web_fetch_tool_result>.content.url   S
<web_fetch_tool_result>.content.content   @document
<code_execution_tool_result,bash_code_execution_tool_result,text_editor_code_execution_tool_result>   @execution
<tool_search_tool_result>.content.{type,error_code}   P
<tool_search_tool_result>.content.error_message   S
<tool_search_tool_result>.content.tool_references[].{type,tool_name}   P
<advisor_tool_result>.content.{type,stop_reason,error_code}   P
<advisor_tool_result>.content.text    S
<advisor_tool_result>.content.encrypted_content   V
# A signed summary of what was dropped.
<compaction>                          .   signed=signature,encrypted_content
<compaction>.content                  Vs
<compaction>.{encrypted_content,signature}   V
<compaction>.tool_changes[]           @tool_change
<tool_addition,tool_removal>          @tool_change
<mcp_tool_listing>.mcp_server_name    P
<mcp_tool_listing>.tools[].name       N
<mcp_tool_listing>.tools[].description   K
<mcp_tool_listing>.tools[].input_schema{}   K
<tool_reference>.tool_name            P
<container_upload>.file_id            F   kind=stored_state
<fallback>{}                          P

[document]
# The user attached it; what it says is not the user's own words.
.                                     .   role=other part
{type,cache_control}                  P
cache_control.{type,ttl,scope}        P
{title,context}                       S
citations{}                           P
source.{type,media_type}              P
source<text>.data                     S
source<base64>.data                   F   kind=file
source<url>.url                       F   kind=remote_url
source<file>.file_id                  F   kind=stored_state
source<content>.content               S
source<content>.content[]             @block

[execution]
.                                     .   role=tool
type                                  P
content.{type,error_code,return_code,file_type,num_lines,start_line,total_lines,is_file_update}   P
content.{old_start,old_lines,new_start,new_lines}   P
content.{stdout,stderr,content,error_message}   S
content.lines[]                       S
content.encrypted_stdout              V
content.content[].{type,file_id}      P

[tool_change]
type                                  P
tool.{type,name,server_name}          P
tool.definition                       @tool

[citation]
{type,file_id,document_index,start_char_index,end_char_index,start_page_number,end_page_number}   P
{start_block_index,end_block_index,search_result_index}   P
{cited_text,document_title,title,url,source}   S
encrypted_index                       V

[response]
{id,type,role,model,stop_reason}      P
content[]                             @answer
# Echoes the stop sequence as the model saw it.
stop_sequence                         R
stop_details.{type,category,recommended_model}   P
stop_details.fallback_credit_token    V
stop_details.explanation              R
{usage,container,context_management,input_transformations,diagnostics,request_id}   P
{input_tokens,cache_creation_input_tokens,cache_read_input_tokens}   P
error.type                            P
error.message                         R

[answer]
{type,id,tool_use_id,toolset_name}    P
caller                                P
text                                  R   jsonmode
citations[]                           @quotation
# The text a signature is over. It goes back to the provider, so it stays as it came.
<thinking>.{thinking,signature}       V
<redacted_thinking>.data              V
<tool_use,server_tool_use,mcp_tool_use>   .   tool=name
<tool_use,server_tool_use,mcp_tool_use>.name   P
<tool_use,server_tool_use,mcp_tool_use>.input{}   R
# These run at the provider or behind it.
<server_tool_use,mcp_tool_use>        .   hosted
<mcp_tool_use>.server_name            P
<tool_result,mcp_tool_result>.content   R
<tool_result,mcp_tool_result>.content[]   @answer
<web_search_tool_result>.content[].title   R
<web_search_tool_result>.content[].url   Ru
<web_search_tool_result>.content[].encrypted_content   V
<web_search_tool_result>.content[].{type,page_age}   P
<web_fetch_tool_result>.content.{type,error_code,retrieved_at}   P
<web_fetch_tool_result>.content.url   Ru
<web_fetch_tool_result>.content.content.{title,context}   R
<web_fetch_tool_result>.content.content.source.{type,media_type}   P
<web_fetch_tool_result>.content.content.source<text>.data   R
<web_fetch_tool_result>.content.content.source<base64>.data   P
<code_execution_tool_result,bash_code_execution_tool_result,text_editor_code_execution_tool_result>   @ran
<advisor_tool_result>.content.{type,stop_reason}   P
<advisor_tool_result>.content.text    R
<advisor_tool_result>.content.encrypted_content   V
<tool_search_tool_result>.content.{type,error_code}   P
<tool_search_tool_result>.content.error_message   R
<tool_search_tool_result>.content.tool_references[].{type,tool_name}   P
<mcp_tool_listing>.mcp_server_name    P
<mcp_tool_listing>.tools[].name       P
<mcp_tool_listing>.tools[].description   R
<mcp_tool_listing>.tools[].input_schema{}   R
<tool_addition,tool_removal>.tool     P
<container_upload>.file_id            P
<compaction>.{content,encrypted_content,signature,tool_changes}   V
<fallback>                            P
<fallback>.{from,to,trigger}          P

[ran]
type                                  P
content.{type,error_code,file_type}   P
content.{stdout,stderr,content,error_message}   R
content.lines[]                       R
content.encrypted_stdout              V
content.content[].{type,file_id}      P

[quotation]
{type,file_id}                        P
{cited_text,document_title,title}     R
{url,source}                          Ru
encrypted_index                       V

[event]
type                                  P
<message_start>.message               @response
<content_block_start>.content_block   @answer
# Text may begin in the block's first event; it is the head of the same lane.
<content_block_start>.content_block<text>.text   R   jsonmode lane=text by=index
<content_block_delta>.delta.type      P
<content_block_delta>.delta<text_delta>.text   R   jsonmode lane=text by=index
<content_block_delta>.delta<input_json_delta>.partial_json   Rj  lane=json by=index
<content_block_delta>.delta<thinking_delta>.thinking   V
<content_block_delta>.delta<signature_delta>.signature   V
<content_block_delta>.delta<citations_delta>.citation   @quotation
<content_block_delta>.delta<compaction_delta>.{content,encrypted_content,signature}   V
<message_delta>.delta                 @response
<message_delta>.{usage,context_management,input_transformations}   P
<error>.error.type                    P
<error>.error.message                 R
request_id                            P
"""


class AnthropicMessages(AnthropicFormat):
    """`POST /v1/messages` and `/v1/messages/count_tokens`."""

    name: ClassVar[str] = "anthropic_messages"
    citation_mark: ClassVar[bytes] = INDEX_FIELD
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = (
        PathEndpoint(name="messages", upstream_path="/v1/messages"),
        PathEndpoint(name="count_tokens", upstream_path="/v1/messages/count_tokens"),
    )

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of named events."""
        return MessagesReader(document, self.section("event"), json_mode=self.json_mode(document))

    def citations(self, document: Document | None, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges of citations, which count in the documents of the request."""
        return in_documents(dicts(tree, "content", "citations"), document)

    def sent_citations(self, document: Document) -> Sequence[CitationOffset]:
        """Return the same of the answers that the messages bring back."""
        return in_documents(dicts(document.tree, "messages", "content", "citations"), document)

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether `output_config.format` (or its earlier name) asks for JSON."""
        if document is None:
            return False
        config = document.tree.get("output_config")
        stated = config.get("format") if type(config) is dict else document.tree.get("output_format")
        return type(stated) is dict and stated.get("type") == "json_schema"


PLUGINS = (AnthropicMessages,)
