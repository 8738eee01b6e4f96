"""Derive the other forms of a person's name that are certain from one form of it.

"Maria Gonzalez" gives FIRST "Maria", LAST "Gonzalez", INITIAL "M. Gonzalez" and REVERSED "Gonzalez, Maria"; "Ms
Gonzalez" gives LAST only. Nothing is guessed: the family name in "Maria Garcia Lopez" may be one word or two, so LAST
is not derived, and a single word gives a form only when it is a known first name.

Latin names are read as given name, family name, as in `aliases`; Han and Hangul names in the reverse order. A name
without a space is split only where it begins with a frequent family name that begins no frequent Japanese one. In
three Cyrillic words the patronymic shows the order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from relay.replace.person_names import FAMILY_HAN, FAMILY_HAN_LONG, FAMILY_HANGUL, HONORIFIC_GENDER, gender_of
from relay.vault.aliases import PARTICLES, SUFFIXES, TITLES, WORD, Form

__all__ = ["forms_of"]

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_HANGUL: Final = "\uac00-\ud7a3"
_UNSPACED = re.compile(f"[{_HAN}]{{2,4}}|[{_HANGUL}]{{2,4}}")
_FAMILY_FIRST = re.compile(
    f"(?P<last>[{_HAN}]{{1,2}}|[{_HANGUL}]{{1,2}}) (?P<first>[{_HAN}]{{1,3}}|[{_HANGUL}]{{1,3}})"
)
_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_PATRONYMIC = re.compile(r".+(?:ович|евич|ич|овна|евна|ична|инична)", re.IGNORECASE)
_PATRONYMIC_CYRILLIC = re.compile("[\u0400-\u052f]+(?:ович|евич|ич|овна|евна|ична|инична)", re.IGNORECASE)
_MR_M = "m"
# Words of kinship and sainthood before a given name.
_KIN: Final = frozenset(
    {*("aunt", "auntie", "uncle", "grandma", "grandpa", "granny", "sister", "brother", "father", "mother", "cousin")}
    | {*("st", "saint", "san", "santa", "tante", "onkel", "tía", "tío")}
)
# Family names that stand first as often as last when Chinese, Korean and Vietnamese names are romanized.
_EITHER_PLACE_TEXT = (
    "xi wang zhang chen liu yang huang zhao wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie song tang han "
    "feng deng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu ding ren shen yao li mao kim "
    "lee park choi jung kang cho yoon jang lim nguyen nguyễn tran trần le lê pham phạm hoang hoàng huynh huỳnh phan vu "
    "vũ vo võ dang đặng bui bùi do đỗ ho hồ ngo ngô duong dương ly lý"
)
_EITHER_PLACE: Final = frozenset(_EITHER_PLACE_TEXT.split())
_JOINING = frozenset({"and", "und", "et", "y", "en", "og", "och", "or"})  # more than one person, or possibly none


def forms_of(value: str) -> Mapping[Form, str]:
    """Return the texts of the forms that are certain; empty when `value` is not a name made of words."""
    value = value.strip()
    if value.endswith(("'s", "\u2019s")):
        return {}
    if _LETTERS.search(value):
        return _family_first(value)
    head, comma, tail = value.partition(",")
    if comma and tail.strip(" .").lower() not in SUFFIXES:
        return _reversed(head.strip(), tail.strip())
    if WORD.sub("", value).strip(" ,.'’-\t\n"):
        return {}
    words = _Words(value)
    if not len(words) or any(words.text(place) in _JOINING for place in range(len(words))):
        return {}
    title = words.take_title()
    has_suffix = words.take_suffix()
    if len(words) == 1:
        return _one(words.text(0), title)
    if words.plain(0) in PARTICLES:
        return {Form.LAST: words.text(0, len(words))}
    if _CYRILLIC.search(value) and len(words) > 2:
        return _with_patronymic(words)
    return _western(words, title, has_suffix=has_suffix)


class _Words:
    """The words of a name, with their positions."""

    def __init__(self, value: str) -> None:
        self._value = value
        self._spans = [match.span() for match in WORD.finditer(value)]

    def __len__(self) -> int:
        return len(self._spans)

    def text(self, first: int, end: int = 0) -> str:
        """Return the word at `first`, or the words up to `end`, as written, without a trailing full stop."""
        return self._value[self._spans[first][0] : self._spans[(end or first + 1) - 1][1]].rstrip(".")

    def plain(self, place: int) -> str:
        """Return one word in lower case."""
        return self.text(place).lower()

    def take_title(self) -> str:
        """Remove the leading forms of address, and return them as written."""
        count = 0
        while count < len(self) - 1 and self.plain(count) in TITLES:
            if self.plain(count) == _MR_M and (len(self) > 2 or self._value[self._spans[count][1] - 1] == "."):
                break  # an initial
            count += 1
        title = self._value[self._spans[0][0] : self._spans[count - 1][1]] if count else ""
        del self._spans[:count]
        return title

    def take_suffix(self) -> bool:
        """Remove a suffix such as "Jr." from the end; tell whether there was one."""
        before = len(self)
        while len(self) > 1 and self.plain(len(self) - 1) in SUFFIXES:
            self._spans.pop()
        return len(self) < before


def _one(word: str, title: str) -> dict[Form, str]:
    if title and not gender_of(word.lower()):
        return {Form.LAST: word, Form.TITLED: f"{title} {word}"}
    return {Form.FIRST: word} if gender_of(word.lower()) else {}


def _western(words: _Words, title: str, *, has_suffix: bool) -> dict[Form, str]:
    size = len(words)
    start = next((place for place in range(1, size - 1) if words.plain(place) in PARTICLES), size - 1)
    middle = [words.plain(place) for place in range(1, start)]
    first, last = words.text(0), words.text(start, size)
    made: dict[Form, str] = {}
    if (
        words.plain(0) in _KIN
        or words.plain(0) in _EITHER_PLACE
        or (first.isupper() > last.isupper() and len(first) > 1)
    ):
        return made  # the order is not known
    if len(first) > 1:
        made[Form.FIRST] = first
    # After a particle exactly one word may follow, or the beginning of the family name is unclear.
    many = sum(words.plain(place) not in PARTICLES for place in range(start, size)) > 1
    if len(last) == 1 or many or _PATRONYMIC_CYRILLIC.fullmatch(last):
        return made
    # A middle word that is not a given name may be the first of two family names.
    if any(len(word) > 1 and not gender_of(word) for word in middle):
        return made
    made[Form.LAST] = last
    if title:
        made[Form.TITLED] = f"{title} {last}"
    if not has_suffix:
        made[Form.INITIAL] = f"{first[0]}. {last}"
        if len(first) > 1:
            made[Form.FULL] = words.text(0, size)
            if not middle:
                made[Form.REVERSED] = f"{last}, {first}"
    return made


def _reversed(head: str, tail: str) -> dict[Form, str]:
    if any(WORD.sub("", part).strip(" .'’-\t\n") for part in (head, tail)):
        return {}
    lasts, firsts = _Words(head), _Words(tail)
    if not len(lasts) or not len(firsts) or lasts.plain(0) in HONORIFIC_GENDER or lasts.plain(0) in TITLES:
        return {}
    if len(lasts) > 1 and gender_of(lasts.plain(0)):
        return {}  # "Maria Gonzalez, Sales"
    has_suffix = lasts.take_suffix() or firsts.take_suffix()
    last, first = lasts.text(0, len(lasts)), firsts.text(0)
    made = {Form.LAST: last}
    if not has_suffix:
        made[Form.INITIAL] = f"{first[0]}. {last}"
    if len(first) > 1:
        made[Form.FIRST] = first
        if not has_suffix:
            made[Form.FULL] = f"{firsts.text(0, len(firsts))} {last}"
            made[Form.REVERSED] = f"{head}, {tail}"
    return made


def _with_patronymic(words: _Words) -> dict[Form, str]:
    if len(words) != 3:
        return {}
    texts = [words.text(place) for place in range(3)]
    if _PATRONYMIC.fullmatch(texts[1]) and not _PATRONYMIC.fullmatch(texts[2]):
        return {Form.FIRST: texts[0], Form.LAST: texts[2], Form.FULL: " ".join(texts)}
    if _PATRONYMIC.fullmatch(texts[2]) and not _PATRONYMIC.fullmatch(texts[1]):
        return {Form.FIRST: texts[1], Form.LAST: texts[0], Form.FULL: " ".join(texts)}
    return {}


def _family_first(value: str) -> dict[Form, str]:
    spaced = _FAMILY_FIRST.fullmatch(value)
    if spaced is not None:
        return {Form.FIRST: spaced["first"], Form.LAST: spaced["last"], Form.FULL: value}
    if _UNSPACED.fullmatch(value) is None:
        return {}
    if value[:2] in FAMILY_HAN_LONG and len(value) > 2:
        size = 2
    elif value[0] in (FAMILY_HAN if len(value) < 4 else ()) or (len(value) == 3 and value[0] in FAMILY_HANGUL):
        size = 1
    else:
        return {}
    return {Form.FIRST: value[size:], Form.LAST: value[:size], Form.FULL: value}
