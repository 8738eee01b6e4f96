"""Move the offsets of citations between a text with placeholders and the same text with values.

Masked and redacted values cannot be restored: offsets behind one in a document that the client sent stay off by the
difference in length.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable

from relay.response.restore import Restorer
from relay.types import CitationOffset

__all__ = ["move", "move_back"]

# Characters read in one call. A piece of this size costs some 10 µs; only pieces with a placeholder are read
# character by character.
_MOST_READ = 2_000_000
_PIECE = 64

NewRestorer = Callable[[CitationOffset], Restorer]
Steps = tuple[list[int], list[int]]


def move(quotes: Iterable[CitationOffset], new_restorer: NewRestorer) -> bool:
    """Convert offsets in texts with placeholders to the texts with values; tell whether any changed."""
    return _move(quotes, new_restorer, back=False)


def move_back(quotes: Iterable[CitationOffset], new_restorer: NewRestorer) -> bool:
    """Convert offsets in texts with values to the texts with placeholders, for a request that resends an answer."""
    return _move(quotes, new_restorer, back=True)


def _move(quotes: Iterable[CitationOffset], new_restorer: NewRestorer, *, back: bool) -> bool:
    changed = False
    left = _MOST_READ
    known: dict[tuple[str, bool, bool], Steps] = {}
    for quote in quotes:
        text = (quote.text, quote.in_bytes, quote.asked)
        steps = known.get(text)
        if steps is None:
            left -= len(quote.text)
            if left < 0:
                break  # above any real citation; the offsets stay unchanged
            steps = known[text] = _steps(quote, new_restorer)
        for key in quote.keys:
            offset = quote.holder[key]
            here, there = (steps[1], steps[0]) if back else steps
            quote.holder[key] = _along(here, there, offset)
            changed = changed or quote.holder[key] != offset
    return changed


def _along(here: list[int], there: list[int], offset: int) -> int:
    """Return the place of `offset` in the other text; inside a placeholder or value, the place of its beginning."""
    step = max(bisect_right(here, offset) - 1, 0)
    inside = step + 1 < len(here) and here[step + 1] - here[step] != there[step + 1] - there[step]
    return there[step] + (0 if inside else offset - here[step])


def _steps(quote: CitationOffset, new_restorer: NewRestorer) -> Steps:
    """Return places in the quote's text with their places in the restored text; at most one value lies between two."""
    raw, restored = [0], [0]
    scout, restorer = new_restorer(quote), new_restorer(quote)
    read = length = 0
    since = ""  # the text read after the last place
    for start in range(0, len(quote.text), _PIECE):
        piece = quote.text[start : start + _PIECE]
        held = scout.carry
        plain = scout.feed(piece) == piece and not held and not scout.carry
        if plain:
            raw.append(read)
            restored.append(length)
        for char in (piece,) if plain else piece:
            out = restorer.feed(char)
            since += char
            read += _size(quote, char)
            length += _size(quote, out)
            if not out:
                continue
            carry = restorer.carry
            # A value is released with the text that showed its end; there is a place between them.
            if not plain and (after := _size(quote, _common_end(since.removesuffix(carry), out))):
                raw.append(read - _size(quote, carry) - after)
                restored.append(length - after)
            raw.append(read - _size(quote, carry))
            restored.append(length)
            since = carry
    raw.append(read)
    restored.append(length + _size(quote, restorer.finish()))
    return raw, restored


def _common_end(one: str, other: str) -> str:
    """Return the text that both end with."""
    size = 0
    while size < min(len(one), len(other)) and one[-size - 1] == other[-size - 1]:
        size += 1
    return one[len(one) - size :]


def _size(quote: CitationOffset, text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass")) if quote.in_bytes else len(text)
