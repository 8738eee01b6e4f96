"""The scan with RE2, for platforms that have no wheel of Hyperscan (Windows): slower, and finds the same.

One RE2 set tells in one pass which triggers occur in a text at all; only those are then looked for, each by itself. RE2
is linear for every expression, so an operator's own patterns run here, too. Differences from Hyperscan are removed
when an expression is read: without Unicode `\\s` includes the vertical tab, and letter case is folded for ASCII letters
only (others get their second case beforehand); with Unicode `\\w`, `\\d` and `\\s` cover Unicode unless the expression
has a word boundary. Tests compare both engines on a corpus and on random texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from relay.detect.expressions import both_cases, walk
from relay.errors import ConfigFault

__all__ = ["Re2Patterns", "Re2Triggers"]

# A trigger that matches at one place may end at several; beyond so many bytes only the longest end counts.
_ENDS = 48
_MEMORY_BYTES = 256 << 20


class Re2Triggers:
    """Triggers of a scanner. Immutable, thread-safe."""

    def __init__(self, triggers: Sequence[tuple[str, bool]]) -> None:
        """Compile `(expression, ignore case)` pairs. Raises ConfigFault when RE2 refuses one."""
        library = _library()
        options = library.Options()
        options.encoding = library.Options.Encoding.LATIN1
        options.dot_nl = options.longest_match = True
        options.log_errors = False
        options.max_mem = _MEMORY_BYTES
        rows = [_replace(f"(?i:{both_cases(text)})" if caseless else text, _BYTES) for text, caseless in triggers]
        self._expressions = [_compile(text.encode("latin-1"), options, "trigger") for text in rows]
        self._set = library.Set.SearchSet(options)
        for text in rows:
            self._set.Add(text.encode("latin-1"))
        self._set.Compile()

    def ends(self, data: bytes) -> list[tuple[int, int]]:
        """Return `(trigger index, end offset)` of every match."""
        return [(index, end) for index in self._set.Match(data) or () for end in _ends(self._expressions[index], data)]


class Re2Patterns:
    """An operator's own patterns in UTF-8. Immutable, thread-safe."""

    def __init__(self, patterns: Iterable[tuple[str, bool, str]]) -> None:
        """Compile `(expression, ignore case, place)` rows. Raises ConfigFault with the place of one that is refused."""
        library = _library()
        self._expressions = []
        for text, caseless, place in patterns:
            options = library.Options()
            options.longest_match = True
            options.log_errors = False
            options.case_sensitive = not caseless
            bounded = r"\b" in text or r"\B" in text
            expression = _compile(
                _replace(text, _ASCII if bounded else _UNICODE).encode("utf-8", "replace"), options, place
            )
            if expression.search(b"") is not None:
                raise ConfigFault(f"{place}: the pattern matches the empty text")
            self._expressions.append(expression)

    def find(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """Yield `(index, start, end)`: for one pattern the longest match from each start, disjoint, in bytes."""
        for index, expression in enumerate(self._expressions):
            for match in expression.finditer(data):
                yield index, *match.span()


def _ends(expression: Any, data: bytes) -> Iterable[int]:
    """Return where matches end: the longest from each start, and the shorter ones within _ENDS bytes."""
    found: set[int] = set()
    place = 0
    while (match := expression.search(data, place)) is not None:
        start, longest = match.span()
        found.add(longest)
        found.update(
            end for end in range(start + 1, min(start + _ENDS, longest)) if expression.fullmatch(data, start, end)
        )
        place = start + 1
    return found


# What replaces an escaped class outside of brackets and inside of them.
_BYTES = {"s": (r"[\t-\r ]", r"\t-\r "), "S": (r"[^\t-\r ]", "")}
_ASCII = _BYTES
_UNICODE = {
    "w": (r"[\p{L}\p{N}_]", r"\p{L}\p{N}_"),
    "W": (r"[^\p{L}\p{N}_]", ""),
    "d": (r"\p{Nd}", r"\p{Nd}"),
    "D": (r"\P{Nd}", r"\P{Nd}"),
    "s": (r"[\t-\r\x{85}\p{Z}]", r"\t-\r\x{85}\p{Z}"),
    "S": (r"[^\t-\r\x{85}\p{Z}]", ""),
}


def _replace(expression: str, classes: dict[str, tuple[str, str]]) -> str:
    def replaced(sign: str, inside: bool) -> str:
        if len(sign) == 2 and sign[1] in classes:
            return classes[sign[1]][inside] or sign
        return sign

    return walk(expression, replaced)


def _compile(expression: bytes, options: Any, place: str) -> Any:
    library = _library()
    try:
        return library.compile(expression, options)
    except library.error as error:
        reason = error.args[0] if error.args else ""
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise ConfigFault(f"{place}: the pattern cannot be matched in linear time: {text}") from None


def _library() -> Any:
    try:
        import re2
    except ImportError:
        raise ConfigFault("neither Hyperscan nor RE2 is installed: one of them must be") from None
    return re2
