"""The key `when` of rules and exemptions: one key below it for each kind of condition on values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, create_model, model_validator

from relay.policy.settings import PolicySection
from relay.policy.value_condition import ValueTest, known_values

__all__ = ["When", "value_tests"]


class _When(PolicySection):
    """What a value says. All that is given must hold."""

    @model_validator(mode="after")
    def _check(self) -> _When:
        if not any(True for _ in _asked(self)):
            raise ValueError(f"needs at least one of {', '.join(known_values())}")
        return self

    def __str__(self) -> str:
        """Return it as labels write it: "age>=90 date<=year"."""
        return " ".join(
            name if known_values()[name].private else f"{name}{_sign(asked)}" for name, asked in _asked(self)
        )


def _asked(when: PolicySection) -> Iterable[tuple[str, Any]]:
    return ((name, asked) for name in known_values() if (asked := getattr(when, name)) is not None)


def _sign(asked: object) -> str:
    shown = ",".join(map(str, asked)) if isinstance(asked, tuple) else str(asked).replace(", ", ",")
    return shown if shown[:1] in "<>=" else f"={shown}"


def value_tests(when: PolicySection | None) -> tuple[ValueTest, ...]:
    """Return what `when` asks, in name order."""
    return () if when is None else tuple(ValueTest(name, asked) for name, asked in sorted(_asked(when)))


if TYPE_CHECKING:

    class When(_When):
        """The section as type checkers see it."""

else:
    When = create_model(
        "When",
        __base__=_When,
        __module__=__name__,
        __doc__="What a value says: all that is given must hold. One that cannot be read meets the stricter side.",
        **{
            name: (Annotated[kind.type | None, Field(description=kind.about)], None)
            for name, kind in known_values().items()
        },
    )
