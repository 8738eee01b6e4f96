"""The values that travel along the line, from client bytes to client bytes.

Everything here is frozen and plain. Fields that can hold a client's text are left out of `repr`, so that no log line,
assertion or traceback shows them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, NamedTuple

__all__ = [
    "JSON",
    "Action",
    "Analysis",
    "Candidate",
    "CitationOffset",
    "Decision",
    "Encoding",
    "Event",
    "Head",
    "Headers",
    "Leaf",
    "Outbound",
    "Pattern",
    "Pointer",
    "Request",
    "Role",
    "RouteKind",
    "Segment",
    "Span",
    "SpanAction",
    "Treatment",
    "UpstreamStats",
]


# A decoded JSON value. Only dict, list, str, int, float, bool and None occur.
JSON = Any
# Path from the root of a JSON tree: object keys and array indices.
Pointer = tuple[str | int, ...]
# Header fields in order, names in lower case.
Headers = tuple[tuple[str, str], ...]


class Role(StrEnum):
    """Who speaks in a segment. OTHER is text outside the conversation, such as a tool's description."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"
    OTHER = "other"


class Treatment(StrEnum):
    """What a format's field table says about one string leaf.

    A leaf that the table does not name is SCRUB, so a provider's new field is scrubbed before we have heard of it.
    """

    SCRUB = "S"  # request: find and replace
    SCRUB_JSON = "Sj"  # request: the string is JSON text; find and replace inside its string literals
    CONTRACT = "K"  # request: schemas, tool descriptions; the model reads what is more than a word
    NAME = "N"  # request: a name that other parts of the protocol repeat; passes where it is written like one
    STRIP = "X"  # request: identifies the client; removed, or replaced by a pseudonym
    REFUSE = "F"  # request: content that cannot be inspected; refused unless policy lets it through
    RESTORE = "R"  # response: placeholders become values
    RESTORE_JSON = "Rj"  # response: the string is JSON text; values are inserted JSON-escaped
    RESTORE_URL = "Ru"  # response: the string is one URL; placeholders become values where it may carry them
    PINNED = "V"  # both: never changes by a byte; in a request only what is written like opaque text
    SIGNED = "Vs"  # request: text that a signature is over: pinned where that stands beside it, else SCRUB
    PASS = "P"  # noqa: S105 - both: known not to be private text
    DROP = "D"  # response: cannot be made right after restoring (token ids, log-probabilities)


class Encoding(StrEnum):
    """How a restored value must be written into the text of a lane."""

    TEXT = "text"
    JSON = "json"  # the text is (part of) a JSON document: escape what is inserted
    HTML = "html"  # the text is HTML: write what is inserted with references


class RouteKind(StrEnum):
    """The two kinds of destination. A frontier is another organization's machine; local is the operator's own."""

    FRONTIER = "frontier"
    LOCAL = "local"


class Action(str):
    """What policy may order for a span: an operator's name, or `block`, which refuses the whole request.

    `strictness` orders all actions from mild to strict; no two have the same one. `seals`: the value goes into the
    vault and comes back in the answer. `shows_part`: the value is hidden but for a part of it.

    Named here are the actions that relay orders by itself. Every other one is made in its operator's file.
    """

    __slots__ = ("seals", "shows_part", "strictness")

    strictness: int
    seals: bool
    shows_part: bool

    KEEP: ClassVar[Action]
    PLACEHOLDER: ClassVar[Action]
    REDACT: ClassVar[Action]
    BLOCK: ClassVar[Action]

    def __new__(cls, name: str, *, strictness: int, seals: bool = False, shows_part: bool = False) -> Action:
        """Return the action called `name`; with the same facts always the same object, so that `is` compares."""
        return _action(name, strictness, seals, shows_part)

    def __reduce__(self) -> tuple[object, ...]:
        """Copy and unpickle to the same object."""
        return _action, (str(self), self.strictness, self.seals, self.shows_part)


@cache
def _action(name: str, strictness: int, seals: bool, shows_part: bool) -> Action:
    made = str.__new__(Action, name)
    made.strictness, made.seals, made.shows_part = strictness, seals, shows_part
    return made


# The ranks have gaps, so that an operator can stand between two others.
Action.KEEP = Action("keep", strictness=0)
Action.PLACEHOLDER = Action("placeholder", strictness=20, seals=True)
Action.REDACT = Action("redact", strictness=80)
Action.BLOCK = Action("block", strictness=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamStats:
    """One upstream that qualifies for a request, as a route ranks it."""

    cost_usd: float  # of this request, estimated; 0 without a price
    load: float  # requests there and waiting, per place; without a limit their number
    first_token_s: float  # moving average over streamed answers; 0 before the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One client request, read whole. `path` has no query; header names are lower case."""

    method: str
    path: str
    query: str = field(default="", repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """Return the first value of header `name` (given in lower case), or None."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of text with the place it came from.

    `message` numbers the message the segment belongs to (-1: none); adjacent segments of one message may hold one value
    cut in two. `contract` text (tool descriptions, schemas, names) says nothing of the conversation. `label` is the key
    of a free-form object that the text stands under: it is read as "label = text". `is_id`: the text stands where an id
    belongs, and only a value that is sure counts there. `typed`: the format knows it as what the user typed, not as
    something that came along.
    """

    pointer: str = field(repr=False)  # a key may be a client's text
    text: str = field(repr=False)
    role: Role = Role.OTHER
    message: int = -1
    contract: bool = False
    number: bool = False  # stands as a number in JSON
    label: str = field(default="", repr=False)
    is_id: bool = False
    typed: bool = False

    @property
    def is_said(self) -> bool:
        """Tell whether a person or a tool said it in the conversation: no instruction, answer or description."""
        return not self.contract and self.role in (Role.USER, Role.TOOL)

    @property
    def is_prose(self) -> bool:
        """Tell whether a model has something to read: in a contract more than a word, such as a description."""
        return bool(self.text.strip()) if not self.contract else not self.number and " " in self.text.strip()


class Span(NamedTuple):
    """An entity in one text: half-open code-point range, score 0 to 1, and the recognizer that found it.

    `since` is above the place of the span's segment when only that later segment gave the value away: a request that
    ends before it would have left the value where it is. Else it is 0.

    A named tuple, as is Candidate: making one takes a quarter of the time of a frozen dataclass, and a request makes
    hundreds.
    """

    entity_type: str
    start: int
    end: int
    score: float = 1.0
    recognizer: str = ""
    since: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was found in a request, by segment: disjoint, sorted spans, and what passages imply.

    `implied` has a span for each passage and data class of which the model makes something, with the class as its
    type; it is None where no model reads for that.
    """

    spans: tuple[tuple[Span, ...], ...]
    implied: tuple[tuple[Span, ...], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One expression, and the cheap trigger that tells the scan where it is worth trying.

    `trigger` goes into the one-pass database: Latin-1, no look-around, no back-reference, linear in Hyperscan and RE2;
    its match lies inside every match of `regex` (empty: `regex` is its own trigger). `regex` is tried by Python's `re`
    only in the window from `lead_chars` before the trigger's end (-1: `max_chars`) to `max_chars` behind it. It may
    look around, and must not nest unbounded repeats. With `follows` it is tried only right where the trigger ends,
    which suits a label with its value. A group called `value` narrows the candidate to that group. `opens`, when it is
    given, finds every place where a match can begin: a run of digits is found many times faster than an expression
    that begins with looking behind is tried at every character.
    `within`, when it is given, is found in every text that the pattern is worth trying in: a trigger sees no letter of
    other scripts than Latin, and would have each pattern for one of them tried in all of them.
    `score` is what a candidate is worth before its check and its context.
    """

    name: str
    regex: str
    score: float
    trigger: str = ""
    lead_chars: int = -1
    max_chars: int = 128
    ignore_case: bool = False
    follows: bool = False
    opens: str = ""
    within: str = ""


class Candidate(NamedTuple):
    """Where a pattern matched, in code points of `text`. The recognizer decides what, if anything, it is."""

    pattern: Pattern
    text: str
    start: int
    end: int

    def __repr__(self) -> str:
        """Leave the text out."""
        return f"Candidate(pattern={self.pattern.name!r}, start={self.start}, end={self.end})"

    @property
    def value(self) -> str:
        """The matched text."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class SpanAction:
    """A span with the action policy ordered for it and the name of the rule or exemption that decided."""

    span: Span
    action: Action
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What policy ordered for one request. Holds no value and no length.

    `actions` runs parallel to the segments: one tuple of disjoint, sorted span actions for each.
    """

    id: str
    policy: str  # digest
    route: RouteKind
    data_classes: tuple[str, ...]
    actions: tuple[tuple[SpanAction, ...], ...]
    reasons: tuple[str, ...]
    blocked: tuple[tuple[str, str], ...] = ()  # (rule, entity type or data class) pairs that refuse the request
    observed: bool = False  # the policy's mode is `observe`: nothing of this is carried out
    required: bool = False  # a rule requires this route: there is no other
    wanted: RouteKind | None = None  # where the request would go if every upstream were there and fit
    client: str = ""  # its name in the configuration
    upstream: str = ""  # where it goes; empty for what is refused
    model: str = field(default="", repr=False)  # as the client asked for it

    def counts(self) -> dict[tuple[str, str], int]:
        """Return how often each (entity type, action) occurs."""
        result: dict[tuple[str, str], int] = {}
        for row in self.actions:
            for item in row:
                key = (item.span.entity_type, str(item.action))
                result[key] = result.get(key, 0) + 1
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A request that may leave: everything in it was built here. `upstream` names the configured destination.

    It was scrubbed for `route` and may go to no upstream of another kind: egress and the upstream client both check.
    """

    upstream: str
    route: RouteKind
    method: str
    path: str  # relative to the upstream's base URL, begins with "/"
    query: str = field(default="", repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    stream: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Status and headers of a response, rebuilt and safe to send on."""

    status: int
    headers: Headers = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One complete server-sent event. `data` is the joined data lines; `comment` events carry no data."""

    data: str | None = field(default=None, repr=False)
    event: str | None = None
    comment: str | None = field(default=None, repr=False)


class Turn:
    """What one alternative of an answer, or of one event of a stream, says. `choice`: its number or name.

    `places`: kinds of texts in it, and what follows the last of them. Whoever restores them keeps it there.
    """

    __slots__ = ("choice", "places")

    def __init__(self, choice: int | str) -> None:
        self.choice = choice
        self.places: dict[tuple[object, ...], Any] = {}


@dataclass(slots=True)
class Leaf:
    """A string inside a decoded tree that can be read and put back: `holder[key]`.

    In a stream, `lane` names the ordered run of deltas that the text belongs to; whole texts have lane None. A lane is
    `unnamed` when no table knows it: its format cannot make an event for it.
    """

    holder: Any = field(repr=False)
    key: str | int = field(repr=False)
    encoding: Encoding = Encoding.TEXT
    lane: tuple[Any, ...] | None = field(default=None, repr=False)
    tool: str | None = None  # name of the tool whose arguments these are
    hosted: bool = False  # the provider runs that tool: never restored
    unnamed: bool = False
    number: bool = False  # what is put here is a number of JSON, though a string stood here
    is_url: bool = False  # the whole text is one URL
    turn: Turn | None = field(default=None, repr=False)  # None: nothing that is said beside it is put together with it

    @property
    def text(self) -> str:
        """The current text."""
        value: str = self.holder[self.key]
        return value

    def put(self, text: str) -> None:
        """Write `text` in place."""
        self.holder[self.key] = json.loads(text) if self.number else text


@dataclass(frozen=True, slots=True)
class CitationOffset:
    """`holder[key]`, for each of `keys`, counts characters (or bytes of UTF-8) of `text`, which holds placeholders.

    `asked`: the text is part of the request, a document that was sent along, and not of the answer.
    """

    text: str = field(repr=False)
    holder: dict[str, Any] = field(repr=False)
    keys: tuple[str, ...]
    in_bytes: bool = False
    asked: bool = False
