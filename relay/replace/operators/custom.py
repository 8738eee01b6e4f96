"""Presidio's `custom`: write what a class of the operator's own makes of the value.

The policy names the class, a kind of `presidio_anonymizer.operators.Operator`, by import path, so that who audits the
policy sees which code runs. Relay cannot know what that class shows of a value: the action is the mildest but for
`keep`, and egress looks for the value in what leaves, as always.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from relay.errors import ScrubFailed
from relay.protocols import Sealing
from relay.replace.lookalikes import reads_like_placeholder
from relay.replace.parameters import OperatorParameters, ReadSecret
from relay.replace.presidio_operators import named_operator
from relay.types import Action

__all__ = ["PLUGINS", "Custom"]


class CustomParameters(OperatorParameters):
    """`operator`: "module:Class". `params`: what each call of it gets, besides `entity_type`."""

    operator: Annotated[str, Field(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", max_length=200)]
    params: dict[str, str | bool | int | float] = {}


class Custom:
    """Run the named class; what could be taken for a placeholder is replaced by the entity type."""

    name: ClassVar[str] = "custom"
    action: ClassVar[Action] = Action("custom", strictness=5, shows_part=True)
    Parameters = CustomParameters

    def __init__(self, parameters: CustomParameters, read_secret: ReadSecret) -> None:
        """Import and make the class. Raises ConfigFault when it cannot be used."""
        self._parameters: dict[str, Any] = dict(parameters.params)
        self._operator = named_operator(parameters.operator, self._parameters, where="operators: custom: operator")

    def replace(self, value: str, entity_type: str, vault: Sealing) -> str:
        """Return what the class returns. Raises ScrubFailed for anything but text."""
        text = self._operator.operate(value, {**self._parameters, "entity_type": entity_type})
        if not isinstance(text, str):
            raise ScrubFailed(f"the operator of action custom returned {type(text).__name__}, expected text")
        return f"<{entity_type}>" if reads_like_placeholder(text) else text


PLUGINS = (Custom,)
