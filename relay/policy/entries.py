"""Rules and exemptions as values. A rule can only tighten and an exemption can only loosen.

Both have, besides the keys that stand here, those of the routing conditions (`conditions/`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, create_model, model_validator

from relay.policy.condition import condition_fields, known_conditions
from relay.policy.globs import takes_everything
from relay.policy.keys import EFFECT, EXPLAINS, Selects, fields_with
from relay.policy.settings import PolicySection
from relay.policy.terms import ActionName, DataClass, Groups, Roles, Types, Why
from relay.policy.when import When
from relay.types import Action, Role, RouteKind

__all__ = ["Exemption", "PolicyRule"]


class _Entry(PolicySection):
    """What a rule or an exemption is about. Everything that is given must hold; one of several values is enough."""

    name: Annotated[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._=:*,+-]{0,79}$")] | None, EXPLAINS] = None
    entity: Annotated[Types | None, Selects("entity", form="{value}")] = None
    group: Annotated[Groups | None, Selects("group")] = None
    roles: Annotated[Roles | None, Selects("role")] = None
    when: Annotated[When | None, Selects("when", form="{value}")] = None

    @property
    def subject(self) -> str:
        """What it is about, in one line."""
        parts = []
        for field, fact in fields_with(type(self), Selects).items():
            value = getattr(self, field)
            if fact.word and value is not None and value != type(self).model_fields[field].default:
                shown = f"{value:g}" if isinstance(value, float | int) else _shown(value)
                parts.append(fact.form.format(word=fact.word, value=shown))
        return " ".join(parts)

    @property
    def is_narrowed(self) -> bool:
        """Tell whether it is about some requests or roles only. A condition that every name fits narrows nothing."""
        asked = (getattr(self, field, None) for field in known_conditions())
        if any(value and not (_are_names(value) and takes_everything(value)) for value in asked):
            return True
        return bool(self.roles) and set(self.roles or ()) != set(Role)


class _Rule(_Entry):
    min_score: Annotated[float, Field(ge=0, le=1), Selects("score", form="{word}>={value}")] = 0.0
    on: Annotated[RouteKind | None, Selects()] = None
    action: Annotated[ActionName | None, EFFECT] = None
    require: Annotated[RouteKind | None, EFFECT] = None
    prefer: Annotated[RouteKind | None, EFFECT] = None
    why: Annotated[Why | None, EXPLAINS] = None

    @model_validator(mode="after")
    def _check(self) -> _Rule:
        asked = {field: item.name for field, item in known_conditions().items() if getattr(self, field) is not None}
        if not (self.entity or self.group or self.roles or asked):
            keys = ", ".join(("entity", "group", "roles", *(item.name for item in known_conditions().values())))
            raise ValueError(f"a rule needs at least one of {keys}")
        if self.when is not None and not (self.entity or self.group):
            raise ValueError('"when" says what a value has to be, so it needs an entity or a group: which values')
        estimates = [f'"{name}"' for field, name in asked.items() if known_conditions()[field].estimate]
        if estimates and (self.prefer is None or self.action is not None or self.require is not None):
            verb = "is an estimate" if len(estimates) == 1 else "are estimates"
            raise ValueError(f'{" and ".join(estimates)} {verb}, which may say what to "prefer" and no more')
        if self.action is None and self.require is None and self.prefer is None:
            raise ValueError("a rule needs an action, a require or a prefer")
        if self.action is Action.KEEP:
            raise ValueError('a rule can only tighten, so "action: keep" says nothing; write an exemption instead')
        if RouteKind.FRONTIER in (self.require, self.prefer):
            raise ValueError("a rule can only tighten, so it cannot ask for the frontier, which is the default")
        if self.on is not None and (self.require is not None or self.prefer is not None):
            raise ValueError('"require" and "prefer" choose the route, so they cannot depend on it; leave out "on"')
        return self

    @property
    def label(self) -> str:
        """The name that decisions show: the one given, or one made of what the rule says."""
        if self.name is not None:
            return self.name
        effects: Iterable[str | None] = (self.action, self.require, f"prefer {self.prefer}" if self.prefer else None)
        effect = "+".join(str(part) for part in effects if part is not None)
        return f"{self.subject}:{effect}" + (f"@{self.on}" if self.on else "")


class _Exemption(_Entry):
    # No word: the glob may be a private address, and labels go into refusals and logs.
    match: Annotated[Annotated[str, Field(min_length=1, max_length=200)] | None, Selects()] = None
    on: Annotated[RouteKind, Selects()]
    action: Annotated[ActionName, EFFECT]
    why: Annotated[Why, EXPLAINS]

    @model_validator(mode="after")
    def _check(self) -> _Exemption:
        if not (self.entity or self.group):
            raise ValueError("an exemption needs an entity or a group: it must be narrow")
        if self.action is Action.BLOCK:
            raise ValueError('an exemption can only loosen, so it cannot say "block"; write a rule instead')
        return self

    @property
    def keeps_whatever_it_selects(self) -> bool:
        """Tell whether every value of the types that it selects leaves for the frontier, whoever asks for what."""
        some_values = self.match is not None and not takes_everything((self.match,))
        kept = self.action is Action.KEEP and self.on is RouteKind.FRONTIER
        return kept and not some_values and self.when is None and not self.is_narrowed

    @property
    def label(self) -> str:
        """The name that decisions show."""
        if self.name is not None:
            return self.name
        return f"exempt {self.subject}:{self.action}@{self.on}"


def _shown(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _are_names(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


if TYPE_CHECKING:

    class PolicyRule(_Rule):
        """A rule as type checkers see it: of the keys of conditions only the one that other code reads."""

        data_class: tuple[DataClass, ...] | None

    class Exemption(_Exemption):
        """An exemption as type checkers see it."""

else:
    PolicyRule = create_model(
        "PolicyRule",
        __base__=_Rule,
        __module__=__name__,
        __doc__="An entry that can only tighten: an action for spans, a required or a preferred route, or several.",
        **condition_fields(exempting=False),
    )
    Exemption = create_model(
        "Exemption",
        __base__=_Exemption,
        __module__=__name__,
        __doc__="The only way to loosen. Says where (`on`) and why; cannot undo `block` or a required route.",
        **condition_fields(exempting=True),
    )
