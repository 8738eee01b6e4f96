"""The section `operators` of a policy: one key for each operator that takes parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import create_model

from relay.policy.keys import Setting, neither
from relay.policy.settings import PolicySection
from relay.replace.actions import known_operators
from relay.types import Action

__all__ = ["Operators", "needs_parameters"]


def _fields() -> dict[str, Any]:
    return {
        str(action): (
            Annotated[
                operator.Parameters | None,
                Setting(title=f"parameters of {action}", milder=neither, finding=False),
            ],
            None,
        )
        for action, operator in known_operators().items()
        if hasattr(operator, "Parameters")
    }


def needs_parameters(action: Action) -> bool:
    """Tell whether the operator of `action` has a parameter without a default."""
    parameters = getattr(known_operators().get(action), "Parameters", None)
    return parameters is not None and any(field.is_required() for field in parameters.model_fields.values())


if TYPE_CHECKING:

    class Operators(PolicySection):
        """The section as type checkers see it."""

else:
    Operators = create_model(
        "Operators",
        __base__=PolicySection,
        __module__=__name__,
        __doc__="Parameters of operators. Only those that the policy orders are made.",
        **_fields(),
    )
