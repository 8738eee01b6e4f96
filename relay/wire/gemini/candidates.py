"""Gemini's candidates: the stream of them, and the citations in each.

The offsets in grounding and citations count bytes of UTF-8: the former in a part, the latter in the whole text.
Source: google-genai 3.4.0 (`types.py`), read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from relay.errors import RelayFault
from relay.types import JSON, CitationOffset, Event
from relay.wire import strict_json
from relay.wire.citations import dicts, ranges
from relay.wire.stream import Choices, Lane, TableReader, index_of, objects

__all__ = ["CandidateReader", "in_candidate"]


class CandidateReader(TableReader):
    """Lanes are (candidate, "text") and (candidate, path of an argument, "argument")."""

    cited: ClassVar[str] = "text"
    said: ClassVar[frozenset[str]] = frozenset({"text"})
    # The API has no mark for the end of a stream. Some models say `finishReason` in every chunk.
    goes_on: bool = True

    def __init__(self, *arguments: object, count: int = 1, **options: bool) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._waiting = max(count, 1)
        self._candidates = Choices()
        self._head: dict[str, JSON] = {}

    def note(self, tree: JSON) -> None:
        """Remember what every chunk says of itself, and which candidates are finished.

        One of several may never begin, so the answer is whole when those that did have a reason to have finished.
        """
        if type(tree) is not dict:
            return
        self._head = {
            key: tree[key] for key in ("modelVersion", "responseId") if type(tree.get(key)) is str
        } or self._head
        self._count(tree)

    def _count(self, tree: dict[str, JSON]) -> None:
        for position, candidate in enumerate(objects(tree.get("candidates"))):
            self._candidates.note(index_of(candidate, position), finished=candidate.get("finishReason") is not None)
        self.whole = self._candidates.whole

    def ended(self, tree: JSON) -> Iterable[Lane]:
        """Return the candidates that this chunk finishes, and the arguments that it completes."""
        if type(tree) is not dict:
            return
        if tree.get("error") is not None:
            yield ()
        for position, candidate in enumerate(objects(tree.get("candidates"))):
            index = index_of(candidate, position)
            if candidate.get("finishReason") is not None:
                yield (index,)
            content = candidate.get("content")
            for part in objects(content.get("parts") if type(content) is dict else None):
                call = part.get("functionCall")
                for argument in objects(call.get("partialArgs") if type(call) is dict else None):
                    if argument.get("willContinue") is not True and type(argument.get("jsonPath")) is str:
                        yield (index, argument["jsonPath"])

    def calling(self, tree: JSON) -> Iterable[int | None]:
        """Return each candidate with a part that is no text of the answer: parts have an order."""
        for position, candidate in enumerate(dicts(tree, "candidates")):
            content = candidate.get("content")
            parts = objects(content.get("parts") if type(content) is dict else None)
            if any("text" not in part or part.get("thought") is True for part in parts):
                yield index_of(candidate, position)

    def citations(self, tree: JSON) -> Sequence[CitationOffset]:
        """Return the ranges in what each candidate has said, which a client puts together to one part."""
        found: list[CitationOffset] = []
        for position, candidate in enumerate(dicts(tree, "candidates")):
            if "groundingMetadata" in candidate or "citationMetadata" in candidate:
                found += in_candidate(candidate, [self.written((index_of(candidate, position), "text"))])
        return found

    def flush(self, lane: Lane, text: str) -> Event:
        """Return a chunk with one part."""
        part: dict[str, JSON] = {"text": text}
        if lane[-1] == "argument":
            argument = {"jsonPath": lane[1], "stringValue": text, "willContinue": True}
            part = {"functionCall": {"partialArgs": [argument], "willContinue": True}}
        candidate = {"content": {"parts": [part], "role": "model"}, "index": lane[0]}
        return Event(strict_json.encode({"candidates": [candidate], **self._head}).decode())

    def is_end(self, event: Event) -> bool:
        """Tell whether all candidates are finished with this chunk: the API ends without a mark of its own."""
        data = event.data or ""
        if "finishReason" not in data and "blockReason" not in data and '"error"' not in data:
            return False
        try:
            tree = strict_json.decode(data.encode("utf-8", "surrogatepass"))
        except RelayFault:
            return False
        if type(tree) is not dict:
            return False
        feedback = tree.get("promptFeedback")
        if tree.get("error") is not None or (type(feedback) is dict and feedback.get("blockReason") is not None):
            return True
        self._count(tree)
        return self.whole and self._candidates.finished >= self._waiting


def in_candidate(candidate: dict[str, JSON], parts: list[JSON]) -> Iterator[CitationOffset]:
    """Yield the ranges of a candidate's citations and grounding; `parts` are the texts of its parts."""
    keys = ("startIndex", "endIndex")
    whole = "".join(part for part in parts if type(part) is str)
    for citation in dicts(candidate, "citationMetadata", "citations"):
        yield from ranges(whole, citation, keys, in_bytes=True)
    for segment in dicts(candidate, "groundingMetadata", "groundingSupports", "segment"):
        at = segment.get("partIndex", 0)
        if type(at) is int and 0 <= at < len(parts):
            yield from ranges(parts[at], segment, keys, in_bytes=True)


PLUGINS = ()  # no format of its own
