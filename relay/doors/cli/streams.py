"""Standard input and output as bytes, also where the shell closed them."""

from __future__ import annotations

import sys
from typing import BinaryIO

from relay.errors import ConfigFault

__all__ = ["standard_input", "standard_output"]


def standard_input() -> BinaryIO:
    """Return standard input as bytes. Raises ConfigFault where it is closed."""
    if sys.stdin is None:
        raise ConfigFault("standard input is closed; name a file, or pipe a text in")
    return sys.stdin.buffer


def standard_output() -> BinaryIO:
    """Return standard output as bytes: texts are UTF-8 in and out, whatever the terminal's encoding is.

    Raises ConfigFault where it is closed.
    """
    if sys.stdout is None:
        raise ConfigFault("standard output is closed; send it to a file or a pipe")
    return sys.stdout.buffer
