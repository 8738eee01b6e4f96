"""What the commands of the recipe have in common: how they talk, and the allocator that they start with."""

from __future__ import annotations

import os
import sys
import time

__all__ = ["keep_memory", "say"]

# Freed memory goes back to the kernel and comes again page by page, which costs more than the arithmetic.
ALLOCATOR = "glibc.malloc.mmap_threshold=4294967295:glibc.malloc.trim_threshold=17179869184"


def say(line: str) -> None:
    print(time.strftime("%H:%M:%S"), line, flush=True)


def keep_memory(module: str) -> None:
    """Start `python -m module` again with an allocator that keeps freed memory, unless it has settings already."""
    if sys.platform == "linux" and "GLIBC_TUNABLES" not in os.environ:
        os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], {**os.environ, "GLIBC_TUNABLES": ALLOCATOR})
