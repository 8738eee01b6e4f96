"""Patterns with `*`, as selectors, clients, models and `match` write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

__all__ = ["any_of", "glob_matcher", "takes_everything"]


def glob_matcher(glob: str) -> Callable[[str], bool]:
    """Return a test for `glob`, in which `*` stands for any run of characters, in any letter case.

    Every other character stands for itself. The work is linear in the text for each `*`: no expression is compiled,
    and nothing of the text is kept.
    """
    first, *rest = re.split(r"\*+", glob.casefold())
    if not rest:
        return lambda text: text.casefold() == first
    *middle, last = rest

    def matches(text: str) -> bool:
        text = text.casefold()
        if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
            return False
        position, end = len(first), len(text) - len(last)
        for part in middle:
            found = text.find(part, position, end)
            if found < 0:
                return False
            position = found + len(part)
        return True

    return matches


@lru_cache(maxsize=4096)
def any_of(globs: tuple[str, ...]) -> Callable[[str], bool]:
    """Return a test for texts that any of `globs` matches."""
    tests = [glob_matcher(glob) for glob in globs]
    return lambda text: any(test(text) for test in tests)


def takes_everything(globs: Iterable[str]) -> bool:
    """Tell whether one of `globs` matches every text, however many `*` it is written with."""
    return any(glob and not glob.strip("*") for glob in globs)
