"""Find the names of known people inside of identifiers, cells and links: `maria_gonzalez_id`, `| Maria | Gonzalez |`.

Only a name of two words or more is looked for, because one word is a word like any other: its first and its last word
in either order, its last two, or all of them, and the initial before the family name. Letter case and accents do not
count. Between the words stands nothing, a single sign, or, where both begin with a capital, a few signs and blanks
that end no sentence. The whole stands between borders of the parts of an identifier: whatever is no letter, a letter of
another script, or a capital at a hump. So "Mark Down" is in `markDown`, and not in `markdownlint`.

Where nothing shows the border between two words, not even a capital, the family name has four letters, and five behind
an initial: "Paul Rice" is not in `price`. A family name that is not plain English letters is found alone, too, with its
capital where its script has some: models know few of them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from ahocorasick_rs import AhoCorasick

from relay.detect.borders import is_bounded
from relay.detect.known import fold

__all__ = ["INSIDE", "NamesInside", "inside"]

INSIDE = "\0"  # begins the form of a name that is looked for inside of identifiers

_MOST_WORDS = 5
_LEAST_FAMILY = 4
_LEAST_BEHIND_INITIAL = 5
_LEAST_ALONE = 3
_LEAST_ALONE_LATIN = 4
# In the text that is searched, whatever stands between two words is one underscore.
_SIGNS = ("", "_")
_ANY_CASE = re.compile(r"[-_.+/:|=]")
_CAPITALS_ONLY = re.compile(r"(?!.*[.!?]\s)[^\n<>()\[\]{}@#]{1,8}|[ \t]?\n[ \t]{0,4}")
_INITIAL = re.compile(r"\.?[ \t]{1,2}|\.[-_]")
# Before what stands in the host of a URL, and anywhere in a URL.
_HOST = re.compile(r"(?://|\bwww\.)[\w.-]*\Z")
_URL = re.compile(r"(?://|\bwww\.)[^\s\"'<>`]*\Z")
_LONGEST_URL = 256
_SPACE = re.compile(r"[\s-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Small letters of the Latin and Greek scripts with an accent or a stroke, and the letter itself.
_BARE = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for code in (*range(0xC0, 0x250), *range(0x386, 0x3CF), *range(0x1E00, 0x2000))
    if chr(code).isalpha()
} | str.maketrans("øłđħıς", "oldhiσ")


def inside(name: str) -> str:
    """Return the form under which occurrences of `name` inside of identifiers are listed; empty when it has none."""
    return INSIDE + fold(name) if _words(name) else ""


# What belongs to the letter before it.
_MARKS = "".join(
    chr(code) for code in (*range(0x300, 0x1200), *range(0x1700, 0x1800)) if unicodedata.category(chr(code))[0] == "M"
)
_DROPPED = re.compile(rf"[{_MARKS}'\u2019](?:(?<=[{_MARKS}])|(?<=[^\W\d_].)(?=[^\W\d_]{{2}}))")
_GAP = re.compile(r"[\W_]+")
_LONG_GAP = re.compile(r"[\W_]{2,}")

# The form of a name, how long its first part is, and where the second begins; both are 0 for a family name alone.
_Row = tuple[str, int, int]


class NamesInside:
    """A set of names that can be found in the identifiers of any number of texts. Immutable."""

    __slots__ = ("_automaton", "_families", "_rows")

    def __init__(self, names: Iterable[str]) -> None:
        """Index those of `names` that have a form `inside` of identifiers."""
        rows: dict[str, _Row] = {}
        families: set[str] = set()  # what each row holds
        for name in names:
            words = _words(name)
            families.update(words[-1:])
            for sign in _SIGNS if words else ():
                for row in _orders(words, sign):
                    rows.setdefault(sign.join(row), (inside(name), len(row[0]), len(row[0]) + len(sign)))
            if words and _stands_alone(name, words[-1]):
                rows.setdefault(words[-1], (inside(name), 0, 0))
        self._rows = tuple(rows.values())
        self._automaton = AhoCorasick(list(rows))
        self._families = AhoCorasick(list(families))

    def __bool__(self) -> bool:
        """Tell whether there is anything to find."""
        return bool(self._rows)

    def __repr__(self) -> str:
        return f"NamesInside({len(self._rows)} spellings)"

    def find(self, text: str) -> Iterator[tuple[str, int, int]]:
        """Yield the form and the place of every occurrence in `text`."""
        if not self._rows:
            return
        bare = _DROPPED.sub("", plain) if not (plain := _plain(text)).isascii() or "'" in plain else plain
        if not self._families.find_matches_as_indexes(bare):
            return
        matches = self._automaton.find_matches_as_indexes(_GAP.sub("_", bare), overlapping=True)
        origin = _origins(plain, bare) if matches else int
        alone: list[tuple[str, int, int]] = []
        borders: set[int] = set()
        before: dict[str, tuple[int, int]] = {}  # of a name: in "Ann Poe, Ann Roe" there is no "Poe, Ann"
        for number, start, end in matches:
            key, first, second = self._rows[number]
            begin, finish = origin(start), origin(end)
            while text[finish - 1] in "'\u2019":
                finish -= 1
            if not (_begins(text, begin) and _begins(text, finish)) or _is_address(text, begin, first):
                continue
            if not second:
                alone.append((key, begin, finish))
                continue
            # How many letters the family name has: it may not show where it begins.
            family, least = end - start - second, _least(text, begin, origin(start + first), origin(start + second))
            opened, closed = before.get(key, (begin, begin))
            if least and family >= least and not opened < begin < closed < finish:
                before[key] = begin, finish
                borders.update((begin, finish))
                yield key, begin, finish
        for key, begin, finish in alone:
            if borders.isdisjoint((begin, finish)) and _has_capital(text, begin):
                yield key, begin, finish


def _orders(words: list[str], sign: str) -> tuple[list[str], ...]:
    """Return the words of a name as they stand in identifiers; a family name may have two."""
    first, last, two = words[0], words[-1], words[-2:]
    family = two if len(words) > 2 else [last]
    return [first, last], [last, first], [sign.join(family), first], two, words, [first[0], last], [first[0], *family]


def _origins(plain: str, bare: str) -> Callable[[int], int]:
    """Return what tells where a place of the text that is searched stands in `plain`."""
    inner = _shifts(_LONG_GAP, bare, 1)
    outer = _shifts(_DROPPED, plain, 0) if len(bare) < len(plain) else ([], [0])

    def origin(place: int) -> int:
        for places, shifts in (inner, outer):
            place += shifts[bisect_right(places, place)]
        return place

    return origin


def _shifts(expression: re.Pattern[str], text: str, kept: int) -> tuple[list[int], list[int]]:
    """Return where in `text` with its matches cut to `kept` signs the distance to `text` grows, and how far it is."""
    places, shifts = [], [0]
    for match in expression.finditer(text):
        places.append(match.start() + kept - shifts[-1])
        shifts.append(shifts[-1] + match.end() - match.start() - kept)
    return places, shifts


def _least(text: str, begin: int, end: int, second: int) -> int:
    """Return how many letters the family name at `second` has at least; 0 when what stands before it is no name's.

    The first part stands from `begin` to `end`.
    """
    is_initial, gap = end - begin == 1, text[end:second]
    if not gap:
        seen = _begins(text, second)
        return (_LEAST_FAMILY if seen else _LEAST_BEHIND_INITIAL) if is_initial else 1 if seen else _LEAST_FAMILY
    if not _ANY_CASE.fullmatch(gap):
        joins = (_INITIAL if is_initial else _CAPITALS_ONLY).fullmatch(gap)
        if joins is None or not (_has_capital(text, begin) and _has_capital(text, second)):
            return 0
    return _LEAST_FAMILY if is_initial else 1


def _is_address(text: str, place: int, first: int) -> bool:
    """Tell whether a name at `place` is a part of a URL that leads somewhere: its host, or an account ("mgonzalez").

    `first`: how long the first part of the name is.
    """
    return (_URL if first == 1 else _HOST).search(text, max(0, place - _LONGEST_URL), place) is not None


def _has_capital(text: str, place: int) -> bool:
    """Tell whether a capital stands at `place`, or a letter of a script that has none."""
    return not text[place].islower()


def _stands_alone(name: str, family: str) -> bool:
    """Tell whether `family`, the last word of `name` in plain letters, is looked for alone."""
    head, comma, _ = name.partition(",")
    written = (head if comma else name).split()[-1]
    least = _LEAST_ALONE_LATIN if family.isascii() else _LEAST_ALONE
    return not written.isascii() and len(family) >= least


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
    if not (before.isalpha() and here.isalpha()) or is_bounded(before + here, 1, 2):
        return True
    return here.isupper() and (before.islower() or text[place + 1 : place + 2].islower())
