"""Test files for policies: what must happen to a prompt, written beside the policy it is about.

    cases:
      - name: an address is replaced
        text: Write to maria@example.org
        expect: {route: frontier, entities: {EMAIL_ADDRESS: placeholder}, absent: [maria@example.org]}

`<policy>.test.yaml` tests `<policy>.yaml`. A case says what it wants to hold; what it leaves out is not looked at. No
upstream is needed: the analyzer and the engine are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from relay.policy.engine import Engine
from relay.policy.loader import validate_as
from relay.policy.model import DataClass
from relay.policy.terms import ActionName
from relay.strict_yaml import YamlDocument, read_bytes, read_document
from relay.types import Action, Analysis, Decision, Role, RouteKind, Segment, SpanAction

__all__ = [
    "SUFFIX",
    "Analyze",
    "Case",
    "CaseFile",
    "Expect",
    "Message",
    "Outcome",
    "case_segments",
    "load_cases",
    "run",
]

SUFFIX = ".test.yaml"

Analyze = Callable[[Sequence[Segment]], Analysis]
Text = Annotated[str, Field(min_length=1, max_length=100_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Message(_Strict):
    """One message of a case."""

    role: Role = Role.USER
    content: Text


class Expect(_Strict):
    """What must hold. `entities`: each type occurs, and every span of it gets the action."""

    route: RouteKind | None = None
    blocked: StrictBool | None = None
    classes: tuple[DataClass, ...] | None = None  # exactly these, in any order
    entities: dict[str, ActionName] = {}
    absent: tuple[Text, ...] = ()  # in no scrubbed text
    present: tuple[Text, ...] = ()  # in some scrubbed text

    @model_validator(mode="after")
    def _check(self) -> Expect:
        if not self.model_fields_set:
            raise ValueError("a case without an expectation proves nothing")
        return self


class Case(_Strict):
    """One prompt with what must happen to it. `available` are the routes that have an upstream."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    text: Text | None = None
    messages: tuple[Message, ...] = ()
    available: tuple[RouteKind, ...] = tuple(RouteKind)
    client: str | None = None
    model: str | None = None
    expect: Expect

    @model_validator(mode="after")
    def _check(self) -> Case:
        if (self.text is None) == (not self.messages):
            raise ValueError("a case has either a text or messages")
        return self


class CaseFile(_Strict):
    """A whole test file. `policy` is the policy's file, where the name does not say it."""

    policy: str | None = None
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one case went: what failed, in sizes, types and actions, never in the words of the text."""

    name: str
    line: int
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Tell whether everything that the case expects held."""
        return not self.failures


def load_cases(path: Path) -> tuple[CaseFile, YamlDocument, Path]:
    """Read a test file; return it with the places in it and the path of its policy. Raises ConfigFault."""
    document = read_document(read_bytes(path), str(path))
    cases = validate_as(document, CaseFile)
    policy = cases.policy or path.name.removesuffix(SUFFIX) + ".yaml"
    return cases, document, path.parent / policy


def case_segments(case: Case) -> tuple[Segment, ...]:
    """Return the segments of a case: its text as a user's message, or its messages."""
    messages = case.messages or (Message(content=case.text or ""),)
    return tuple(
        Segment(pointer=f"/messages/{rank}/content", text=item.content, role=item.role, message=rank)
        for rank, item in enumerate(messages)
    )


def run(cases: CaseFile, document: YamlDocument, engine: Engine, analyze: Analyze) -> tuple[Outcome, ...]:
    """Put every case through `analyze` and `engine`."""
    return tuple(
        Outcome(
            name=case.name,
            line=document.values.get(("cases", rank), (0, 0))[0],
            failures=tuple(_failures(case, engine, analyze)),
        )
        for rank, case in enumerate(cases.cases)
    )


def _failures(case: Case, engine: Engine, analyze: Analyze) -> list[str]:
    segments = case_segments(case)
    read = analyze(segments)
    decision = engine.explain(
        segments,
        read.spans,
        implied=read.implied,
        decision_id="case",
        available=case.available,
        client=case.client,
        model=case.model,
    ).decision
    expect = case.expect
    failures: list[str] = []
    if expect.route is not None and decision.route is not expect.route:
        failures.append(f"route: expected {expect.route}, got {decision.route}")
    if expect.blocked is not None and bool(decision.blocked) is not expect.blocked:
        failures.append(f"blocked: expected {_yes(expect.blocked)}, got {_blocked(decision)}")
    if expect.classes is not None and set(expect.classes) != {DataClass(item) for item in decision.data_classes}:
        failures.append(f"classes: expected {_list(expect.classes)}, got {_list(decision.data_classes)}")
    counts = decision.counts()
    for name, action in expect.entities.items():
        found = sorted(done for kind, done in counts if kind == name)
        if found != [action]:
            failures.append(f"{name}: expected {action}, got {_list(found) if found else 'no such entity'}")
    texts = [scrubbed(segment, row) for segment, row in zip(segments, decision.actions, strict=True)]
    for rank, value in enumerate(expect.absent):
        if any(value in text for text in texts):
            failures.append(f"absent[{rank}]: the text ({len(value)} characters) is still there")
    for rank, value in enumerate(expect.present):
        if not any(value in text for text in texts):
            failures.append(f"present[{rank}]: the text ({len(value)} characters) is gone")
    return failures


def scrubbed(segment: Segment, row: Sequence[SpanAction]) -> str:
    """Return the text of `segment` with `<TYPE:action>` for every span that is not kept."""
    parts: list[str] = []
    position = 0
    for item in row:
        if item.action is not Action.KEEP:
            parts += (segment.text[position : item.span.start], f"<{item.span.entity_type}:{item.action}>")
            position = item.span.end
    return "".join((*parts, segment.text[position:]))


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _list(items: Sequence[str]) -> str:
    return ", ".join(items) or "none"


def _blocked(decision: Decision) -> str:
    return (
        "yes: " + "; ".join(f"{rule} ({subject})" for rule, subject in decision.blocked) if decision.blocked else "no"
    )
