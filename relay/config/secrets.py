"""Where a secret is, which no file of the configuration holds."""

from __future__ import annotations

from pydantic import Field, model_validator

from relay.config.section import Section
from relay.strict_yaml import FilePath

__all__ = ["SecretReference"]


class SecretReference(Section):
    """Where a secret is: an environment variable or a file."""

    env: str | None = Field(default=None, description="Name of an environment variable.")
    file: FilePath | None = Field(default=None, description="Path of a file.")

    @model_validator(mode="after")
    def _one(self) -> SecretReference:
        if (self.env is None) == (self.file is None):
            raise ValueError("give exactly one of env and file")
        return self
