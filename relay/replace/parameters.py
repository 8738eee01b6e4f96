"""What an operator may be told in a policy, and where its secrets come from.

An operator that takes parameters has a class attribute `Parameters`, a kind of `OperatorParameters`, and is made with
an instance of it and a `ReadSecret`. In a policy they stand as `operators: {<its name>: {<parameter>: …}}`.
"""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from relay.config import SecretReference

__all__ = ["OperatorParameters", "ReadSecret"]

# Returns the text that a reference stands for. Raises ConfigFault when it is not there.
ReadSecret = Callable[[SecretReference], str]


class OperatorParameters(BaseModel):
    """The parameters of one operator: frozen, and without unknown keys. A secret is a SecretReference."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
