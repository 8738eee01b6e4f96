"""Scrub the model's own values: those in an answer that the client never sent and the vault never held.

This runs before restoring, so restored values are not scanned. Placeholders, stand-ins and values that the session
holds are left unchanged. Patterns only: no model reads an answer, so names are found only behind a label.

A lane is read in windows. Their borders depend on the text alone and not on how it was cut, so a streamed answer is
scrubbed exactly like a whole one, and no part of a value is released before all of it was seen:

    … LOOK_BEHIND …  |  the part that is decided  |  … LOOK_AHEAD …  [to the end of an unbroken run or a private key]
                     ^ what is before was released

Held back are LOOK_AHEAD to LOOK_AHEAD + PART characters, more only within a long run without blanks or a key block.
Not promised: a value with blanks that is longer than LOOK_AHEAD, and one that only a later sentence identifies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from relay.detect.analyzer import Analyzer
from relay.detect.overlap import LOOKALIKE
from relay.policy.engine import Engine
from relay.protocols import Operator
from relay.response.literal_matcher import Literals
from relay.types import Action, Encoding, Role, RouteKind, Segment
from relay.vault.vault import Vault

__all__ = ["LOOK_AHEAD", "LOOK_BEHIND", "PART", "AnswerDetector", "AnswerScrubber", "Replaced"]

# Both cover the reach of context (64 characters before, 24 after) and the longest values with blanks.
LOOK_BEHIND: Final = 96
LOOK_AHEAD: Final = 96
PART: Final = 64
# A credential is one run without blanks; the longest there are (JSON web tokens) rarely exceed this.
_LONGEST_RUN = 4096
_LONGEST_BLOCK = 16_384
_RUN_END: Final = re.compile(r"[^!-~]")
# Compact JSON has no blanks: the end of a string ends a run, too, and no escape is cut.
_JSON_RUN_END: Final = re.compile(r"(?<!\\)[^!#-\[\]-~]")
_BLOCK: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY|PuTTY-User-Key-File-[23]:")
_BLOCK_END: Final = re.compile(r"-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----|Private-MAC: [0-9a-f]{40,}")
_ESCAPE: Final = re.compile(r"\\+(?:u(?P<code>[0-9a-fA-F]{4})|(?P<white>[nrtbf])|(?P<sign>[\"/]))|\\+")
_UNSAFE: Final = re.compile(r'["\\\x00-\x1f]')
_NUMBER: Final = re.compile(r"-?[0-9][0-9.eE+-]*")


class Replaced(NamedTuple):
    """A value in a text and its replacement; None when it stays."""

    start: int
    end: int
    text: str | None


class AnswerDetector:
    """Finds values that an answer may not contain. Create one for each exchange, after its request was scrubbed."""

    __slots__ = ("_analyzer", "_engine", "_operators", "_stand_ins", "_vault")

    def __init__(self, analyzer: Analyzer, engine: Engine, operators: Mapping[Action, Operator], vault: Vault) -> None:
        self._analyzer = analyzer
        self._engine = engine
        self._operators = operators
        self._vault = vault
        # The analyzer reports placeholders as look-alikes; stand-ins it does not know.
        self._stand_ins = Literals([text for text in vault.placeholders() if not text.startswith("[")], Encoding.TEXT)

    def __call__(self, text: str) -> list[Replaced]:
        """Return the values in `text`, in order, disjoint. What policy would replace in a request is replaced."""
        spans = [span for span in self._analyzer.find(text) if span.entity_type != LOOKALIKE]
        if not spans:
            return []
        stand_ins = self._stand_ins.find_all(text, 0, final=True) if self._stand_ins else []
        (row,) = self._engine.actions(
            (Segment(pointer="", text=text, role=Role.ASSISTANT),), (spans,), RouteKind.FRONTIER
        )
        found = []
        for item in row:
            start, end = item.span.start, item.span.end
            value = text[start:end]
            stays = (
                item.action is Action.KEEP
                or any(hit.start < end and start < (hit.end or end) for hit in stand_ins)
                or self._vault.sealed_as(value) is not None
            )
            new = None if stays else self._replacement(value, item.span.entity_type, item.action)
            found.append(Replaced(start, end, new))
        return found

    def _replacement(self, value: str, entity_type: str, ordered: Action) -> str:
        """Return the replacement by the policy for answers, or for the type where that is stricter; it is final."""
        action = self._engine.policy.answers
        if ordered is Action.BLOCK:
            action = Action.REDACT  # an answer that has begun cannot be refused
        elif ordered.strictness > action.strictness:
            action = ordered
        return self._operators[action].replace(value, entity_type, self._vault)


class AnswerScrubber:
    """Scrubs one lane. `find` returns what stands in one window. Not shared between threads."""

    __slots__ = ("_behind", "_encoding", "_find", "_held")

    def __init__(self, find: Callable[[str], Sequence[Replaced]], encoding: Encoding = Encoding.TEXT) -> None:
        self._find = find
        self._encoding = encoding
        self._behind = ""  # the end of the released text, unchanged
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what can be let go now."""
        self._held += text
        return self._run(final=False)

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest. With `cut_off` the end is known to be missing: undecided text is dropped."""
        if cut_off:
            self._held = ""
        return self._run(final=True)

    def scrub(self, text: str) -> str:
        """Return a whole text scrubbed."""
        return self.feed(text) + self.finish()

    def _run(self, *, final: bool) -> str:
        out: list[str] = []
        done = 0  # of the held text
        text = self._held
        while done < len(text):
            edge = self._edge(text, done)
            if edge is not None:
                part_end = edge - LOOK_AHEAD
            elif final:
                part_end = edge = len(text)
            else:
                break
            behind = (self._behind + text[max(0, done - LOOK_BEHIND) : done])[-LOOK_BEHIND:]
            pieces, done = self._decide(text, behind, done, part_end, edge)
            out += pieces
        self._behind = (self._behind + text[:done])[-LOOK_BEHIND:]
        self._held = text[done:]
        return "".join(out)

    def _edge(self, text: str, done: int) -> int | None:
        """Return the end of the window whose undecided part begins at `done`; None when it has not arrived."""
        edge = done + PART + LOOK_AHEAD
        block = _BLOCK.search(text, done, edge)
        if block is not None:
            limit = block.start() + _LONGEST_BLOCK
            end = _BLOCK_END.search(text, block.end(), limit)
            if end is None and len(text) < limit:
                return None
            edge = max(edge, (limit if end is None else end.end()) + LOOK_AHEAD)
        limit = edge + _LONGEST_RUN
        run_end = (_JSON_RUN_END if self._encoding is Encoding.JSON else _RUN_END).search(text, edge, limit)
        if run_end is None and len(text) < limit:
            return None
        return limit if run_end is None else run_end.start()

    def _decide(self, text: str, behind: str, done: int, part_end: int, edge: int) -> tuple[list[str], int]:
        """Return the scrubbed text from `done` on, and its end: `part_end`, or the end of a value."""
        pieces: list[str] = []
        window = behind + text[done:edge]
        shift = done - len(behind)
        for start, end, new in self._values(window):
            start, end = max(done, start + shift), end + shift
            if end <= done:
                continue
            if start >= part_end:
                break
            pieces += (text[done:start], text[start:end] if new is None else new)
            done = end
        if done < part_end:
            pieces.append(text[done:part_end])
            done = part_end
        return pieces, done

    def _values(self, window: str) -> Iterable[Replaced]:
        return _in_json(window, self._find) if self._encoding is Encoding.JSON else self._find(window)


def _in_json(raw: str, find: Callable[[str], Sequence[Replaced]]) -> Iterable[Replaced]:
    """Yield what `find` finds in JSON text, or a piece of one, with escapes undone at any depth.

    Quotes are kept, and a bare number becomes 0, so JSON stays valid JSON.
    """
    text, places = _unescape(raw)
    for start, end, new in find(text):
        if new is None:
            yield Replaced(places[start], places[end], None)
        elif _is_bare_number(text, start, end):
            yield Replaced(places[start], places[end], "0")
        else:
            new = _UNSAFE.sub("*", new)
            # A value that spans a quote is replaced once; its other pieces are removed.
            for piece in re.finditer(r'[^"]+', text[start:end]):
                first, last = places[start + piece.start()], places[start + piece.end()]
                yield Replaced(first, last, new)
                new = ""


def _unescape(raw: str) -> tuple[str, Sequence[int]]:
    """Return JSON text without its escapes, and where each character, and the end, stands in `raw`."""
    if "\\" not in raw:
        return raw, range(len(raw) + 1)
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for escape in _ESCAPE.finditer(raw):
        start, end = escape.span()
        pieces += (raw[done:start], _character(escape))
        places += range(done, start + 1)
        done = end
    pieces.append(raw[done:])
    places += range(done, len(raw) + 1)
    return "".join(pieces), places


def _character(escape: re.Match[str]) -> str:
    if escape["code"]:
        return chr(int(escape["code"], 16))
    # A piece of text does not show its nesting depth, so `\\n` counts as a line end, too.
    return "\n" if escape["white"] else escape["sign"] or "\\"


def _is_bare_number(text: str, start: int, end: int) -> bool:
    if _NUMBER.fullmatch(text, start, end) is None:
        return False
    return text[:start].rstrip()[-1:] in ("", ":", ",", "[") and text[end:].lstrip()[:1] in ("", ",", "]", "}")
