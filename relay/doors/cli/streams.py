"""Standard input, also where the shell closed it."""

from __future__ import annotations

import sys
from typing import BinaryIO

from relay.errors import ConfigFault

__all__ = ["standard_input"]


def standard_input() -> BinaryIO:
    """Return standard input as bytes. Raises ConfigFault where it is closed."""
    if sys.stdin is None:
        raise ConfigFault("standard input is closed; name a file, or pipe a text in")
    return sys.stdin.buffer
