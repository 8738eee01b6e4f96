"""The values that keys of a policy may have: enumerations and checked texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, GetPydanticSchema
from pydantic_core import PydanticCustomError, core_schema

from relay.policy.keys import TypeNames
from relay.replace.actions import known_actions
from relay.replace.placeholder_styles import known_styles
from relay.types import Action, Role

__all__ = [
    "ActionName",
    "AnswerAction",
    "Classes",
    "DataClass",
    "Groups",
    "Model",
    "NameGlobs",
    "Number",
    "OpaqueHandling",
    "Phrases",
    "PolicyMode",
    "PublicFigures",
    "Roles",
    "StreamedVerdict",
    "StyleName",
    "TypeGlobs",
    "Types",
    "UnknownFields",
    "Why",
    "as_tuple",
    "by_name",
]


class DataClass(StrEnum):
    """What kind of protected data a request holds, most specific first. A request may have several, or none."""

    PHI = "PHI"
    PCI = "PCI"
    NPI = "NPI"
    PRIVILEGED = "PRIVILEGED"
    SECRET = "SECRET"  # noqa: S105 - the name of a class
    TRADE_SECRET = "TRADE_SECRET"  # noqa: S105 - the name of a class
    PII = "PII"


class OpaqueHandling(StrEnum):
    """What happens to content that cannot be read, mildest first.

    `pass` lets it through and `refuse` refuses the request. `reencode` writes an image anew without its metadata and
    `scrub` scrubs a file that turns out to be text; where that cannot be done, the request is refused. `drop` takes the
    content out.
    """

    PASS = "pass"  # noqa: S105 - lets content pass
    REENCODE = "reencode"
    SCRUB = "scrub"
    DROP = "drop"
    REFUSE = "refuse"


class PublicFigures(StrEnum):
    """What happens to names of public figures and characters that are spoken of for their work, mildest first."""

    KEEP = "keep"
    REPLACE = "replace"


class UnknownFields(StrEnum):
    """What happens to a field that the provider's table does not name, mildest first."""

    SCRUB = "scrub"
    DROP = "drop"
    REFUSE = "refuse"


class PolicyMode(StrEnum):
    """Whether decisions are carried out. `observe` decides and counts but changes nothing, so it protects nothing."""

    OBSERVE = "observe"
    ENFORCE = "enforce"


class Model(StrEnum):
    """Which NER model looks for names, addresses and what only context gives away."""

    FAST = "fast"
    ACCURATE = "accurate"
    NONE = "none"


class StreamedVerdict(StrEnum):
    """What a streamed answer does whose confidence is asked for: wait for the verdict, or go on without one."""

    WAIT = "wait"
    PASS = "pass"  # noqa: S105 - lets the stream pass


# ---------------------------------------------------------------------------------------------------- names of plug-ins


def _name_schema(known: Mapping[str, Any]) -> core_schema.CoreSchema:
    """Return what reads a name as what `known` has for it."""
    allowed = tuple(known)

    def read(value: object) -> Any:
        if isinstance(value, str) and value in known:
            return known[value]
        expected = ", ".join(f"'{name}'" for name in allowed)
        raise PydanticCustomError("enum", "expected one of {expected}", {"expected": expected})

    return core_schema.no_info_plain_validator_function(
        read,
        serialization=core_schema.to_string_ser_schema(),
        json_schema_input_schema=core_schema.literal_schema(list(allowed)),
    )


# The name of any action.
ActionName = Annotated[Action, GetPydanticSchema(lambda source, handler: _name_schema(known_actions()))]


def by_name(name: str) -> Any:
    """Return the default of a field that holds an action; a schema shows a name."""
    return Field(default=name, validate_default=True)


def _unsealed() -> dict[str, Action]:
    return {name: action for name, action in known_actions().items() if not action.seals and action is not Action.BLOCK}


# What may happen to a value of an answer: nothing can be put back there, and an answer that began cannot be refused.
AnswerAction = Annotated[Action, GetPydanticSchema(lambda source, handler: _name_schema(_unsealed()))]


# The name of a style of placeholders.
StyleName = Annotated[
    str, GetPydanticSchema(lambda source, handler: _name_schema({name: name for name in known_styles()}))
]


# --------------------------------------------------------------------------------------------------------------- texts


def as_tuple(value: object) -> object:
    """Let one item stand for a list of one: `entity: US_SSN` is `entity: [US_SSN]`."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def listed(item: Any, in_order: Callable[[Any], Any] = lambda names: tuple(sorted(set(names)))) -> Any:
    """Return the type of one or more of `item`, of which a single one may stand by itself: each once, in order."""
    return Annotated[tuple[item, ...], BeforeValidator(as_tuple), Field(min_length=1), AfterValidator(in_order)]


def _number(value: object) -> object:
    """Keep `true` from standing for 1."""
    return str(value).lower() if isinstance(value, bool) else value


def _phrase(value: str) -> str:
    """Write a phrase as it is compared: in lower case, with one space between words."""
    if sum(map(str.isalnum, value)) < 2:
        raise ValueError("a phrase needs at least two letters or digits, or it would be everywhere")
    return " ".join(value.casefold().split())


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; say it in a sentence")
    return value


# Before a number type: `true` is no number.
Number: Any = BeforeValidator(_number)

# An entity type is an upper-case label; in a selector `*` stands for any run of characters: `US_*`.
_TypeGlob = Annotated[str, Field(pattern=r"^[A-Z0-9_*]{1,64}$"), TypeNames()]
_GroupGlob = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ *-]{1,64}$")]
_NameGlob = Annotated[str, Field(min_length=1, max_length=128)]
_Phrase = Annotated[str, Field(max_length=200), AfterValidator(_phrase)]
Why = Annotated[str, Field(max_length=1000), AfterValidator(_not_blank)]

# Lists in which one of several is enough; an empty one would select nothing.
Types = Annotated[tuple[_TypeGlob, ...], BeforeValidator(as_tuple), Field(min_length=1)]
Groups = Annotated[tuple[_GroupGlob, ...], BeforeValidator(as_tuple), Field(min_length=1)]
Classes = Annotated[tuple[DataClass, ...], BeforeValidator(as_tuple), Field(min_length=1)]
Roles = Annotated[tuple[Role, ...], BeforeValidator(as_tuple), Field(min_length=1)]
NameGlobs = Annotated[tuple[_NameGlob, ...], BeforeValidator(as_tuple), Field(min_length=1)]
# Lists that may be empty.
TypeGlobs = Annotated[tuple[_TypeGlob, ...], BeforeValidator(as_tuple)]
Phrases = Annotated[tuple[_Phrase, ...], BeforeValidator(as_tuple), Field(max_length=1000)]
