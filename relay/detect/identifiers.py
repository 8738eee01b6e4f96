"""Find the names of known people inside of identifiers: `maria_gonzalez_id`, `getMariaGonzalez`, `mgonzalez.pdf`.

Only a name of two words or more is looked for, because one word is a word like any other: its first and its last word
in either order, its last two, or all of them, and the initial before the family name. Letter case and accents do not
count. Between the words stand an underscore, a hyphen, a dot, or nothing, and the whole stands between borders of the
parts of an identifier: whatever is no letter, or a capital at a hump. So "Mark Down" is in `markDown`, and not in
`markdownlint`.

Where nothing shows the border between two words, not even a capital, the family name has four letters, and five behind
an initial: "Paul Rice" is not in `price`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from ahocorasick_rs import AhoCorasick

from relay.detect.known import fold

__all__ = ["INSIDE", "NamesInside", "inside"]

INSIDE = "\0"  # begins the form of a name that is looked for inside of identifiers

_MOST_WORDS = 4
_LEAST_FAMILY = 4
_LEAST_BEHIND_INITIAL = 5
_SIGNS = ("", "_", "-", ".")
_SPACE = re.compile(r"[\s-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Small letters of Latin scripts with an accent or a stroke, and the letter itself.
_BARE = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))
    if chr(code).isalpha()
} | str.maketrans("øłđħı", "oldhi")


def inside(name: str) -> str:
    """Return the form under which occurrences of `name` inside of identifiers are listed; empty when it has none."""
    return INSIDE + fold(name) if _words(name) else ""


# The form of a name, how long its first part is, and where the second begins.
_Row = tuple[str, int, int]


class NamesInside:
    """A set of names that can be found in the identifiers of any number of texts. Immutable."""

    __slots__ = ("_automaton", "_rows")

    def __init__(self, names: Iterable[str]) -> None:
        """Index those of `names` that have a form `inside` of identifiers."""
        rows: dict[str, _Row] = {}
        for name in names:
            words = _words(name)
            for sign in _SIGNS if words else ():
                for row in ([words[0], words[-1]], [words[-1], words[0]], words[-2:], words, [words[0][0], words[-1]]):
                    rows.setdefault(sign.join(row), (inside(name), len(row[0]), len(row[0]) + len(sign)))
        self._rows = tuple(rows.values())
        self._automaton = AhoCorasick(list(rows))

    def __bool__(self) -> bool:
        """Tell whether there is anything to find."""
        return bool(self._rows)

    def __repr__(self) -> str:
        return f"NamesInside({len(self._rows)} spellings)"

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield the form and the place of every occurrence in `text`."""
        if not self._rows:
            return
        for number, start, end in self._automaton.find_matches_as_indexes(_plain(text), overlapping=True):
            key, first, second = self._rows[number]
            if not (_begins(text, start) and _begins(text, end)):
                continue
            seen, family = _begins(text, start + second), end - start - second
            if first > 1 and seen:
                least = 1
            else:
                least = _LEAST_FAMILY if first > 1 or seen else _LEAST_BEHIND_INITIAL
            if family >= least:
                yield key, start, end


def _words(name: str) -> list[str]:
    """Return the words of a name, given name first; none when it is a single word, or has signs for words."""
    head, _, tail = name.partition(",")
    name = f"{tail} {head}".strip()
    if not 1 < len(name.split()) <= _MOST_WORDS:
        return []
    words = ["".join(filter(str.isalpha, word)) for word in _SPACE.split(_plain(name))]
    return words if all(words) and len(max(words, key=len)) > 1 else []


def _plain(text: str) -> str:
    """Return `text` in lower case and without accents, with as many characters."""
    folded = fold(text)
    return folded if folded.isascii() else _SURROGATE.sub("?", folded.translate(_BARE))


def _begins(text: str, place: int) -> bool:
    """Tell whether a part of an identifier begins or ends at `place`."""
    before, here = text[place - 1 : place], text[place : place + 1]
    if not (before.isalpha() and here.isalpha()):
        return True
    return here.isupper() and (before.islower() or text[place + 1 : place + 2].islower())
