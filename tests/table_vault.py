"""A vault that is a table, for whoever tests restoring alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["TableVault"]


class TableVault:
    """Opens `values`, which are by placeholder or stand-in. No placeholder has other forms."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def placeholders(self) -> Sequence[str]:
        return tuple(self._values)

    def forms(self) -> Sequence[str]:
        return ()

    def open(self, placeholder: str) -> str:
        return self._values[placeholder]
