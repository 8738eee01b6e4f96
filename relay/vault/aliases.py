"""Decide which names refer to the same person, by their words alone.

"Maria", "Gonzalez", "Ms Gonzalez", "M. Gonzalez", "Gonzalez, Maria", "maria_gonzalez" and "mariaGonzalez" as parts of
identifiers, and the local part of "maria.gonzalez@example.org" are aliases of "Maria Gonzalez", as long as no other
person in the session has that first or last name. Nothing is guessed: a short form that fits two people counts as a
separate person, and so does one that appeared before the full name was known to be another person's.

The vault keeps keyed marks of the words (eight bytes each), never the words.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from relay.replace.person_names import HONORIFIC_GENDER, gender_of

__all__ = ["PARTICLES", "SUFFIXES", "TITLES", "WORD", "Form", "Name", "People", "parse"]

_table = re.compile(r"\S+").findall
# Forms of address in the main languages of relay's models. Not "Don", which is a first name in English.
TITLES = frozenset(
    _table(
        "mr mrs ms miss mx dr prof professor sir madam dame lord lady rev fr sr judge hon capt col gen lt sgt "
        "herr frau hr dott dottor dottoressa sig signor signora signorina m mme mlle monsieur madame mademoiselle "
        "señor señora señorita sra srta doña dhr mevr mevrouw pan pani senhor senhora"
    )
)
# Particles that belong to the family name that follows.
PARTICLES = frozenset(_table("van von der den de del della di da dos das la le el al bin ibn ten ter zu af av"))
SUFFIXES = frozenset(_table("jr sr ii iii iv phd md esq"))
WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
_MARK_BYTES = 8
_LONGEST_FIRST = 16
# The words of an identifier, at signs and humps. Capitals with an accent are no humps.
_PART = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])")


class Form(StrEnum):
    """How a name is written; the value is the suffix of an alias's placeholder."""

    FULL = "FULL"
    FIRST = "FIRST"
    LAST = "LAST"
    TITLED = "TITLED"
    INITIAL = "INITIAL"
    REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a name, in lower case.

    `first` may be one letter (an initial) or empty, `last` may be empty; `gender` is "f" or "m" where the title or
    the first name shows it.
    """

    form: Form
    first: str
    last: str
    gender: str = ""


def parse(value: str) -> Name | None:
    """Return the parts of a person's name, or None when its words do not show them.

    A single word is FIRST, with `first` and `last` both set to it: only the session can tell which one it is.
    """
    head, comma, tail = value.partition(",")
    words = [word.rstrip(".").lower() for word in WORD.findall(value)]
    if not words or WORD.sub("", value).strip(" ,.'’-\t\n"):
        return None
    if comma and tail.strip() and tail.strip(" .").lower() not in SUFFIXES:
        last = _join(WORD.findall(head))
        first = [word.rstrip(".").lower() for word in WORD.findall(tail)]
        return Name(Form.REVERSED, first[0], last, gender_of(first[0])) if first and last else None
    titled, gender = False, ""
    while len(words) > 1 and words[0] in TITLES and (len(words[0]) > 1 or len(words) == 2):
        # A single letter is a title only in "M Dupont" without a full stop, else an initial.
        if len(words[0]) == 1 and value.lstrip()[1:2] == ".":
            break
        gender = gender or HONORIFIC_GENDER.get(words[0], "m" if len(words[0]) == 1 else "")
        titled, words = True, words[1:]
    suffix = ""
    while len(words) > 1 and words[-1] in SUFFIXES:  # "John Smith Jr." is not his father
        words, suffix = words[:-1], f" {words[-1]}{suffix}"
    if len(words) == 1:
        if titled:
            return Name(Form.TITLED, "", words[0], gender)
        return Name(Form.FIRST, words[0], words[0], gender_of(words[0]))
    start = next((place for place, word in enumerate(words[:-1]) if place and word in PARTICLES), len(words) - 1)
    last = " ".join(words[start:]) + suffix
    if words[0] in PARTICLES:
        return Name(Form.LAST, "", " ".join(words))
    return Name(Form.INITIAL if len(words[0]) == 1 else Form.FULL, words[0], last, gender or gender_of(words[0]))


class People:
    """The people of one session; resolves further names to them. `mark` maps a text to at least 8 keyed bytes."""

    __slots__ = ("_firsts", "_full", "_genders", "_initials", "_lasts", "_mark", "_numbers")

    def __init__(self, mark: Callable[[str], bytes]) -> None:
        self._mark = mark
        # Columns of 8-byte marks, one row for each name seen with its parts; a search is one pass in C.
        self._firsts = bytearray()
        self._lasts = bytearray()
        self._initials = bytearray()
        self._full = bytearray()  # one byte a row: whether first and last are known to differ
        self._genders = bytearray()  # one byte a row: the letter, or a space
        self._numbers = array("I")

    def owner(self, name: Name) -> tuple[int, Form] | None:
        """Return the number of the only person that `name` can refer to, and its form for that person."""
        first, last = self._key(name.first), self._key(name.last)
        match name.form:
            case Form.FULL | Form.REVERSED:
                firsts, lasts = self._rows(self._firsts, first), self._rows(self._lasts, last)
                same = {row for row in firsts & lasts if self._full[row]}
                short = firsts | lasts | self._rows(self._initials, self._initial(name))
                return self._one(
                    same or {row for row in self._not_other(short, name) if not self._full[row]}, name.form
                )
            case Form.INITIAL:
                return self._one(self._rows(self._initials, self._initial(name)), Form.INITIAL)
            case Form.TITLED | Form.LAST:
                return self._one(self._not_other(self._rows(self._lasts, last), name), name.form)
            case Form.FIRST:
                firsts, lasts = self._rows(self._firsts, first), self._rows(self._lasts, last)
                return self._one(firsts | lasts, Form.FIRST if firsts else Form.LAST)

    def owner_of_identifier(self, identifier: str) -> int | None:
        """Return the number of the only person whose name forms an identifier or the local part of a mail address."""
        words = [word.lower() for word in _PART.findall(identifier)]
        pairs = [(words[0], words[1])] if len(words) == 2 else []
        found: set[int] = set()
        if len(words) == 1 and len(words[0]) > 2:
            (word,) = words
            found = self._rows(self._firsts, self._key(word)) | self._rows(self._lasts, self._key(word))
            pairs = [(word[:cut], word[cut:]) for cut in range(1, min(len(word), _LONGEST_FIRST))]
        for first, last in (*pairs, *(pair[::-1] for pair in pairs)):
            if len(first) == 1:
                found |= self._rows(self._initials, self._key(f"{first} {last}"))
            else:
                found |= self._rows(self._firsts, self._key(first)) & self._rows(self._lasts, self._key(last))
        owner = self._one(found, Form.FULL)
        return owner[0] if owner is not None else None

    def add(self, number: int, name: Name) -> None:
        """Record `name` as a name of person `number`."""
        known = name.form in (Form.FULL, Form.REVERSED)
        unknown = bytes(_MARK_BYTES)
        first = self._key(name.first) if known or name.form is Form.FIRST else unknown
        initial = self._initial(name) if known or name.form is Form.INITIAL else unknown
        self._firsts += first
        self._lasts += self._key(name.last)
        self._initials += initial
        self._full.append(known)
        self._genders.append(ord(name.gender or " "))
        self._numbers.append(number)

    def clear(self) -> None:
        """Remove all people."""
        for column in (self._firsts, self._lasts, self._initials, self._full, self._genders):
            column.clear()
        del self._numbers[:]

    def _initial(self, name: Name) -> bytes:
        return self._key(f"{name.first[:1]} {name.last}")

    def _key(self, text: str) -> bytes:
        return self._mark(text)[:_MARK_BYTES] if text else b""

    def _rows(self, column: bytearray, key: bytes) -> set[int]:
        rows: set[int] = set()
        place = column.find(key) if key else -1
        while place >= 0:
            if place % _MARK_BYTES == 0:
                rows.add(place // _MARK_BYTES)
            place = column.find(key, place + 1)
        return rows

    def _not_other(self, rows: set[int], name: Name) -> set[int]:
        """Return the rows whose gender does not contradict `name`: Mr Gonzalez is not Maria."""
        other = {"f": ord("m"), "m": ord("f")}.get(name.gender)
        return {row for row in rows if self._genders[row] != other}

    def _one(self, rows: set[int], form: Form) -> tuple[int, Form] | None:
        numbers = {self._numbers[row] for row in rows}
        return (numbers.pop(), form) if len(numbers) == 1 else None


def _join(words: list[str]) -> str:
    return " ".join(word.rstrip(".").lower() for word in words)
