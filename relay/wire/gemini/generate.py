"""Gemini: generate content, whole and streamed, count tokens, embed.

Sources: google-genai 3.4.0 (`types.py`, `models.py`), read 2026-11-20. Proto3 JSON takes every field in camelCase and
in snake_case, so a table of one spelling would be a way around it. A stream is always asked for as server-sent events,
and a client that asks without `alt=sse` gets them as the JSON array that the API answers then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar
from urllib.parse import parse_qs, quote

from relay.protocols import Document, Endpoint, StreamReader
from relay.types import JSON, CitationOffset
from relay.wire.citations import dicts
from relay.wire.document import read_document
from relay.wire.fields import compile_table
from relay.wire.gemini.candidates import CandidateReader, in_candidate
from relay.wire.gemini.family import GeminiFormat, plain_path
from relay.wire.models_list import no_reader
from relay.wire.nodes import FieldTable
from relay.wire.stream import objects
from relay.wire.table_format import PathEndpoint

__all__ = ["GeminiGenerate"]

TABLE = """
[request]
spelling: camel snake
order: tools toolConfig systemInstruction generationConfig generateContentRequest contents content
removed:

tools[]                               @tool
toolConfig.functionCallingConfig.mode   P
toolConfig.functionCallingConfig.allowedFunctionNames[]   P
toolConfig.includeServerSideToolInvocations   P
# Exact coordinates.
toolConfig.retrievalConfig.latLng     X drop
toolConfig.retrievalConfig.languageCode   P
systemInstruction                     S   role=system
systemInstruction                     .   role=system
systemInstruction                     @content
contents[]                            .   role=auto message
contents[]                            @content
safetySettings[]{}                    P
cachedContent                         F   kind=stored_state
labels                                X drop
{user,safetyIdentifier,promptCacheKey}   X pseudonym
continuationToken                     V
modelArmorConfig{}                    P
{model,serviceTier}                   P
# See `_STORED_AT`.
store                                 X =false always

generationConfig                      @config
# countTokens may hold a whole request.
generateContentRequest                @request

# embedContent and batchEmbedContents
content                               @content
requests[]                            @embed
{taskType,outputDimensionality,autoTruncate}   P
title                                 S
embedContentConfig                    @embed

[embed]
model                                 P
content                               @content
{taskType,outputDimensionality,autoTruncate,documentOcr,audioTrackExtraction}   P
title                                 S
generationConfig                      @config

[config]
{temperature,topP,topK,candidateCount,maxOutputTokens,seed,presencePenalty,frequencyPenalty}   P
{responseMimeType,responseLogprobs,logprobs,mediaResolution,audioTimestamp,enableEnhancedCivicAnswers}   P
stopSequences[]                       S   stop
responseSchema{}                      K
responseJsonSchema                    K
responseJsonSchema{}                  K
_responseJsonSchema{}                 K
responseFormat[].text.schema          K
responseFormat[].text.schema{}        K
responseFormat[].video.gcsUri         F   kind=remote_url
responseFormat[].{text,audio,image,video}{}   P
translationConfig.{targetLanguageCode,echoTargetLanguage}   P
responseModalities[]                  F   kind=audio when=audio
# Spoken output cannot be restored, and a voice sample is a person.
speechConfig                          F   kind=audio
audioTranscriptionConfig.languageCodes[]   P
audioTranscriptionConfig.languageHints{}   P
audioTranscriptionConfig.{customVocabulary,adaptationPhrases}[]   S
audioTranscriptionConfig.sourceText   S
{imageConfig,thinkingConfig,routingConfig,modelConfig,modelSelectionConfig}{}   P
generationOutputConfig                F   kind=third_party_tool

[content]
.                                     .   part
role                                  P
parts[]                               .   index=-
parts[]                               @part
# A file where a text was expected: the provider fetches it.
{uri,downloadUri}                     F   kind=remote_url

[part]
.                                     .   part
text                                  S   typed
thought                               P
# It must come back on the very part it came with.
thoughtSignature                      V
<thought=true>                        .   signed=thoughtSignature
<thought=true>.text                   Vs
inlineData.mimeType                   P
inlineData.data                       F   kind=file
inlineData.displayName                S
fileData.mimeType                     P
fileData.fileUri                      F   kind=remote_url
fileData.displayName                  S
{functionCall,toolCall}               .   tool=name
{functionCall,toolCall}.{id,name,willContinue,toolType}   P
{functionCall,toolCall}.args{}        S
functionCall.partialArgs[]            .   index=jsonPath
functionCall.partialArgs[].{jsonPath,willContinue,numberValue,boolValue,nullValue}   P
functionCall.partialArgs[].stringValue   S
{functionResponse,toolResponse}       .   role=tool
{functionResponse,toolResponse}.{id,name,willContinue,scheduling,toolType}   P
{functionResponse,toolResponse}.response{}   S
functionResponse.parts[]              @part
executableCode.{id,language}          P
executableCode.code                   S   hosted
codeExecutionResult.{id,outcome}      P
codeExecutionResult.output            S   role=tool
partMetadata{}                        S
audioTranscription.{text,speakerLabel}   S
audioTranscription.words[].word       S
audioTranscription.words[].{startOffset,endOffset}   P
audioTranscription.{languageCode,startOffset,endOffset}   P
speechMetadata.{speaker,style}        S
{videoMetadata,audioMetadata,spreadsheetMetadata}{}   P
mediaResolution                       P
mediaResolution{}                     P

[tool]
functionDeclarations[].name           N
functionDeclarations[].description    K
functionDeclarations[].behavior       P
functionDeclarations[].{parameters,response,parametersJsonSchema,responseJsonSchema}{}   K
functionDeclarations[].{parametersJsonSchema,responseJsonSchema}   K
{codeExecution,googleSearchRetrieval}{}   P
googleSearch.excludeDomains[]         K
googleSearch{}                        P
enterpriseWebSearch.excludeDomains[]  K
enterpriseWebSearch{}                 P
# The provider fetches, or drives, what relay cannot see.
{mcpServers,retrieval,fileSearch,urlContext,computerUse}   F   kind=third_party_tool
{googleMaps,parallelAiSearch,exaAiSearch}   F   kind=third_party_tool

[response]
{modelVersion,responseId,usageMetadata,createTime}   P
candidates[]                          @candidate
promptFeedback.{blockReason,safetyRatings}   P
promptFeedback.blockReasonMessage     R
modelStatus.message                   R
modelStatus.{modelStage,retirementTime}   P
{totalTokens,cachedContentTokenCount,promptTokensDetails,cacheTokensDetails,embedding,embeddings}   P
error.message                         R
error.{status,code}                   P
error.details[]{}                     R

[candidate]
{index,finishReason,safetyRatings,tokenCount}   P
content.role                          P
content.parts[]                       .   index=-
content.parts[]                       @answer
finishMessage                         R
citationMetadata.citations[].title    R
citationMetadata.citations[].uri      Ru
citationMetadata.citationSources[].uri   Ru
citationMetadata.citations[].{license,startIndex,endIndex,publicationDate}   P
# Tokens spell the placeholder.
{logprobsResult,avgLogprobs}          D
continuationToken                     V
urlContextMetadata.urlMetadata[].retrievedUrl   Ru
urlContextMetadata.urlMetadata[].urlRetrievalStatus   P
groundingMetadata                     @grounding

[answer]
text                                  R   jsonmode lane=text
thought                               P
<thought=true>.text                   V
thoughtSignature                      V
inlineData.{data,mimeType}            P
inlineData.displayName                R
fileData.{fileUri,mimeType}           P
fileData.displayName                  R
functionCall                          .   tool=name
functionCall.{id,name,willContinue}   P
functionCall.args{}                   R
functionCall.partialArgs[]            .   index=jsonPath
functionCall.partialArgs[].{jsonPath,willContinue,numberValue,boolValue,nullValue}   P
functionCall.partialArgs[].stringValue   R   lane=argument
# These run at the provider.
toolCall                              .   hosted
toolCall.{id,name,toolType}           P
toolCall.args{}                       R
{functionResponse,toolResponse}.{id,name,willContinue,scheduling,toolType}   P
{functionResponse,toolResponse}.response{}   R
functionResponse.parts[]              @answer
executableCode.{id,language}          P
executableCode.code                   R   hosted
codeExecutionResult.{id,outcome}      P
codeExecutionResult.output            R
partMetadata{}                        R
audioTranscription.{text,speakerLabel}   R
audioTranscription.words[].word       R
audioTranscription.words[].{startOffset,endOffset}   P
audioTranscription.{languageCode,startOffset,endOffset}   P
speechMetadata.{speaker,style}        R
{videoMetadata,audioMetadata,spreadsheetMetadata,mediaResolution}   P

[grounding]
{webSearchQueries,retrievalQueries,imageSearchQueries}[]   R
groundingChunks[]{}                   R
groundingSupports[].segment.text      R
groundingSupports[].segment.{startIndex,endIndex,partIndex}   P
groundingSupports[].{groundingChunkIndices,confidenceScores,renderedParts}   P
searchEntryPoint.renderedContent      R   html
searchEntryPoint.sdkBlob              P
retrievalMetadata                     P
googleMapsWidgetContextToken          V
sourceFlaggingUris[].{flagContentUri,sourceId}   P
"""

_PATH = re.compile(
    r"/(v1|v1beta|v1alpha)/((?:models|tunedModels)/[A-Za-z0-9][A-Za-z0-9._-]{0,200})"
    r":(generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)"
)


_GENERATING = ("generateContent", "streamGenerateContent")
# Projects made since 26 October 2026 store by default ("Logs and datasets", read 2026-11-26). Vertex has no such field.
_STORED_AT = ("generativelanguage.googleapis.com",)


class GeminiGenerate(GeminiFormat):
    """`POST /{version}/models/{model}:{method}`."""

    name: ClassVar[str] = "gemini_generate"
    table: ClassVar[FieldTable] = compile_table(TABLE)
    endpoints: ClassVar[tuple[PathEndpoint, ...]] = ()

    def match(self, path: str) -> Endpoint | None:
        """Return the endpoint for a model and a method; a stream is asked for as server-sent events."""
        found = _PATH.fullmatch(plain_path(path))
        if found is None:
            return None
        version, model, call = found.groups()
        query = "?alt=sse" if call == "streamGenerateContent" else ""
        stored_at = _STORED_AT if call in _GENERATING else ()
        return PathEndpoint(name=call, upstream_path=f"/{version}/{model}:{call}{query}", stored_at=stored_at)

    def read(
        self,
        endpoint: Endpoint,
        body: bytes,
        pseudonym: Callable[[str], str],
        wrote: Callable[[str], bool] | None = None,
    ) -> Document:
        """Decode and read a request. The path, not the body, names the model and says whether it streams."""
        document = read_document(body, self.table, pseudonym, wrote, forced=endpoint.name in _GENERATING)
        found = _PATH.fullmatch(endpoint.upstream_path.partition("?")[0])
        document.model = found[2].partition("/")[2] if found is not None else None
        document.stream = endpoint.name == "streamGenerateContent"
        return document

    def rename(self, endpoint: Endpoint, document: Document, model: str) -> str:
        """Return the path with `model` in it; where the body repeats the name, it is changed there, too."""
        path, _, query = endpoint.upstream_path.partition("?")
        found = _PATH.fullmatch(path)
        assert found is not None, "match made this path"
        version, before, call = found.groups()
        after = f"models/{quote(model, safe='')}"
        inner = (document.tree.get(key) for key in ("generateContentRequest", "generate_content_request"))
        for holder in (document.tree, *inner, *objects(document.tree.get("requests"))):
            if type(holder) is dict and holder.get("model") in (before, document.model):
                holder["model"] = f"models/{model}"
        return f"/{version}/{after}:{call}" + (f"?{query}" if query else "")

    def reader(self, endpoint: Endpoint, document: Document) -> StreamReader:
        """Return a reader for one stream of candidates."""
        if endpoint.name != "streamGenerateContent":
            return no_reader(endpoint, document)
        config = _config(document)
        count = config.get("candidateCount", config.get("candidate_count"))
        return CandidateReader(
            self.section("response"), json_mode=self.json_mode(document), count=count if type(count) is int else 1
        )

    def citations(self, document: Document | None, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges of grounding and citations in each candidate."""
        found: list[CitationOffset] = []
        for candidate in dicts(tree, "candidates"):
            parts = [part.get("text") for part in dicts(candidate, "content", "parts")]
            found += in_candidate(candidate, parts)
        return found

    def streams_array(self, query: str) -> bool:
        """Tell whether the query does without `alt=sse`."""
        return "sse" not in parse_qs(query).get("alt", [])

    def json_mode(self, document: Document | None) -> bool:
        """Tell whether the configuration asks for JSON."""
        config = _config(document) if document is not None else {}
        stated = [config.get("responseMimeType", config.get("response_mime_type"))]
        for form in objects(config.get("responseFormat", config.get("response_format"))):
            text = form.get("text")
            stated += [text.get("mimeType", text.get("mime_type"))] if type(text) is dict else []
        return any(type(media) is str and media.lower().startswith("application/json") for media in stated)


def _config(document: Document) -> dict[str, JSON]:
    config = document.tree.get("generationConfig", document.tree.get("generation_config"))
    return config if type(config) is dict else {}


PLUGINS = (GeminiGenerate,)
