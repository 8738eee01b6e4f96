"""Say what is wrong with a path that a file or a command line states, before or instead of what Python says of it."""

from __future__ import annotations

from pathlib import Path

from relay.errors import ConfigFault

__all__ = ["is_there", "unreadable"]


def is_there(path: Path) -> bool:
    """Tell whether there is something at `path`. Raises ConfigFault where that cannot be told."""
    try:
        return path.exists()
    except (OSError, ValueError) as error:
        raise ConfigFault(f"{path}: {unreadable(error)}") from None


def unreadable(error: OSError | ValueError, verb: str = "read") -> str:
    """Return why a file cannot be opened. Of a name that no file can have Python says ValueError."""
    reason = error.strerror if isinstance(error, OSError) else "its name holds a character that no file's name can"
    return f"cannot be {verb}: {reason}"
