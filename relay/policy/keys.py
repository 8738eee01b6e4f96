"""What relay's tools need to know of each key of the policy language, stated beside the key.

Every field of a model of the language carries one fact: `Annotated[type, fact]`. Merge, lint, diff, report, the
canonical form, the schema and reading a policy anew work by these facts, so a new key is one field. A field without a
fact stops the import of `model.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel

from relay.replace.actions import known_actions

__all__ = [
    "EFFECT",
    "ENTRIES",
    "EXPLAINS",
    "Effect",
    "Entries",
    "Explains",
    "Names",
    "Selects",
    "Setting",
    "TypeNames",
    "check_facts",
    "fields_with",
    "less",
    "milder_action",
    "model_in",
    "more",
    "neither",
    "ranked",
    "settings_of",
    "stated",
    "type_places",
]

# Whether the second value protects less than the first. Values are those of JSON; lists are sets.
Milder = Callable[[Any, Any], bool]


@dataclass(frozen=True, slots=True)
class Explains:
    """The key is for readers. It changes neither decisions nor the digest."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The key holds a list of rules or exemptions. With `extends` the lists add up."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The key says what an entry orders. Effects of one rule do not depend on each other."""


@dataclass(frozen=True, slots=True)
class Selects:
    """The key narrows what an entry is about. `word` is what labels call it; without one, labels leave it out."""

    word: str = ""
    form: str = "{word}={value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The key is a setting of the whole policy.

    `title` is what reports call it. `milder` compares two values. `finding` tells whether the analyzer depends on it.
    With `extends` a setting that `adds` adds up, and any other replaces the base's.
    """

    title: str
    milder: Milder
    finding: bool
    adds: bool = False


@dataclass(frozen=True, slots=True)
class TypeNames:
    """Marks text that names an entity type, or several by `*`."""


Fact = Explains | Entries | Effect | Selects | Setting
EXPLAINS, ENTRIES, EFFECT = Explains(), Entries(), Effect()
_Fact = TypeVar("_Fact", bound=Fact)
Names = tuple[str, ...]


# ------------------------------------------------------------------------------------------------- what is milder


def ranked(*values: object) -> Milder:
    """Return a comparison of values by their place in `values`, mild to strict."""
    return lambda before, after: values.index(after) < values.index(before)


def more(before: Any, after: Any) -> bool:
    """Tell whether a number grew, or a list got something new."""
    if isinstance(before, list):
        return bool(set(after) - set(before))
    return bool(after > before)


def less(before: Any, after: Any) -> bool:
    """Tell whether a number shrank (None is above all numbers), or a list lost something."""
    if isinstance(before, list):
        return bool(set(before) - set(after))
    return after is not None and (before is None or after < before)


def milder_action(before: Any, after: Any) -> bool:
    """Tell whether the action called `after` is milder."""
    actions = known_actions()
    return actions[after].strictness < actions[before].strictness


def neither(before: Any, after: Any) -> bool:
    """Return False: the setting has no strictness."""
    return False


# ------------------------------------------------------------------------------------------------- reading the facts


def _fact(model: type[BaseModel], name: str) -> Fact:
    facts = [item for item in model.model_fields[name].metadata if isinstance(item, Fact)]
    if len(facts) != 1:
        raise TypeError(f"policy key {model.__name__}.{name}: expected one fact beside its type, found {len(facts)}")
    return facts[0]


def _section(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Return the model of a key that holds further keys."""
    annotation = model.model_fields[name].annotation
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def check_facts(*models: type[BaseModel]) -> None:
    """Raise TypeError when a key of `models`, or of a section in them, has no fact, or more than one."""
    for model in models:
        for name in model.model_fields:
            section = _section(model, name)
            if section is not None:
                check_facts(section)
            else:
                _fact(model, name)


def fields_with(model: type[BaseModel], kind: type[_Fact]) -> Mapping[str, _Fact]:
    """Return the fields of `model` whose fact is of `kind`, in order, with the fact."""
    facts = {name: _fact(model, name) for name in model.model_fields if _section(model, name) is None}
    return {name: fact for name, fact in facts.items() if isinstance(fact, kind)}


def settings_of(model: type[BaseModel]) -> Mapping[Names, Setting]:
    """Return the settings of `model` and its sections by their path, in order."""
    found: dict[Names, Setting] = {}
    for name in model.model_fields:
        section = _section(model, name)
        if section is not None:
            found.update({(name, *path): fact for path, fact in settings_of(section).items()})
        else:
            fact = _fact(model, name)
            if isinstance(fact, Setting):
                found[name,] = fact
    return found


def stated(item: BaseModel, path: Sequence[str]) -> bool:
    """Tell whether `item` says something for the key at `path`."""
    current: Any = item
    for key in path:
        if not isinstance(current, BaseModel) or key not in current.model_fields_set:
            return False
        current = getattr(current, key)
    return True


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model class inside `annotation`: itself, or what a tuple or an optional holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for item in get_args(annotation) if (found := model_in(item))), None)


def type_places(model: type[BaseModel]) -> Iterator[Names]:
    """Yield the keys, from the top, whose text names entity types."""
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is not None:
            yield from ((field.alias or name, *rest) for rest in type_places(inner))
        elif _names_types(field.annotation):
            yield (field.alias or name,)


def _names_types(annotation: Any) -> bool:
    marks = getattr(annotation, "__metadata__", ())
    return any(isinstance(mark, TypeNames) for mark in marks) or any(map(_names_types, get_args(annotation)))
