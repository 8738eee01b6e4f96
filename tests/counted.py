"""Count the work of a call instead of timing it: the same on every machine, however busy."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest

from relay.detect.ner.model import NerModel

if TYPE_CHECKING:
    import numpy as np

__all__ = ["CountedPattern", "CountedTokens", "steps"]


def steps(call: Callable[[], object]) -> int:
    """Return how many lines of Python `call` runs, with the calls of built-in functions.

    What a built-in function does inside is one step: a search in C that starts anew at each of many places counts only
    by the number of places.
    """
    count = 0

    def traced(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal count
        count += 1
        return traced

    def profiled(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "c_call"

    before = sys.gettrace(), sys.getprofile()
    sys.settrace(traced)
    sys.setprofile(profiled)
    try:
        call()
    finally:
        sys.settrace(before[0])
        sys.setprofile(before[1])
    return count


class CountedPattern:
    """A compiled expression that counts the characters that it may read, in `characters`.

    A match is at most `longest` characters, so trying for one at one place reads no more.
    """

    def __init__(self, pattern: re.Pattern[str], longest: int) -> None:
        self._pattern = pattern
        self._longest = longest
        self.groupindex = pattern.groupindex
        self.characters = 0

    def match(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """Do as `re.Pattern.match` does."""
        self.characters += min(end - start, self._longest)
        return self._pattern.match(text, start, end)

    def finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        """Do as `re.Pattern.finditer` does."""
        self.characters += min(end, len(text)) - start
        return self._pattern.finditer(text, start, end)


class CountedTokens:
    """Stands before the network and counts the tokens that it reads."""

    def __init__(self, model: NerModel, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tokens = 0
        self._session = model._session
        monkeypatch.setattr(model, "_session", self)

    def run(self, names: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
        self.tokens += inputs["ids"].size
        return self._session.run(names, inputs)  # type: ignore[no-any-return]

    def take(self) -> int:
        taken, self.tokens = self.tokens, 0
        return taken
