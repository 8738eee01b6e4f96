"""Tell text in Latin letters from text in other scripts, and cut mixed text between the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from relay.detect.borders import UNSPACED

__all__ = ["Stretch", "has_latin", "has_other", "has_other_letter", "is_latin", "stretches"]

# Letters of living scripts other than Latin, as a set of characters for `re`.
OTHER = (
    "\u0370-\u03ff\u0400-\u058f\u0591-\u05f4\u0610-\u074f\u0750-\u07ff\u0860-\u08ff\u0900-\u0dff\u0e00-\u0fff\u1000-\u10ff\u1100-\u11ff\u1200-\u139f\u1780-\u17ff"
    "\u1800-\u18af\u1c80-\u1cbf\u1e00\u1f00-\u1fff\u2d00-\u2ddf\u2de0-\u2dff\u3005-\u3007\u3040-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua640-\ua69f\ua960-\ua97f"
    "\uaa60-\uaa7f\uab00-\uab2f\uac00-\ud7ff\uf900-\ufaff\ufb13-\ufdff\ufe70-\ufefc\uff66-\uffdc\U00020000-\U0003ffff"
)
_OTHER = re.compile(f"[{OTHER}]")
# Without spaces between words one letter is a word; of others it takes two, for single Greek letters stand in any text.
_TELLS = re.compile(f"{UNSPACED}|[{OTHER}]\\S*?[{OTHER}]")
_LATIN = re.compile("[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"\S+")
# So many words in Latin letters beside others are read with them: a name, a product.
_FEW = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a text, half-open. `other` says that it is written in another script than Latin."""

    start: int
    end: int
    other: bool


def has_other(text: str) -> bool:
    """Whether a word of another script than Latin stands in `text`."""
    return not text.isascii() and _TELLS.search(text) is not None


def has_other_letter(text: str) -> bool:
    """Whether a letter of another script than Latin stands in `text`."""
    return not text.isascii() and _OTHER.search(text) is not None


def has_latin(text: str) -> bool:
    """Whether a Latin letter stands in `text`."""
    return _LATIN.search(text) is not None


def is_latin(text: str) -> bool:
    """Whether more letters of `text` are Latin than others."""
    return len(_LATIN.findall(text)) > len(_OTHER.findall(text))


def stretches(text: str) -> Iterator[Stretch]:
    """Yield the stretches of `text`, which tile it; neighbours differ. Work is linear in its length.

    Words decide. A few in Latin letters beside others belong to them, within a line; what has no letters belongs to
    what it follows.
    """
    if not has_other(text):
        if text:
            yield Stretch(start=0, end=len(text), other=False)
        return
    start, kind = 0, None
    for place, other in _runs(text):
        if kind is None:
            kind = other
        elif other != kind:
            yield Stretch(start=start, end=place, other=kind)
            start, kind = place, other
    yield Stretch(start=start, end=len(text), other=bool(kind))


def _runs(text: str) -> Iterator[tuple[int, bool]]:
    """Yield where runs of words of one kind begin, and whether they are in another script."""
    waiting: list[int] = []  # places of Latin words since the last other one on this line
    joined = False  # the last word with letters on this line was an other one
    previous = 0
    for word in _WORD.finditer(text):
        place = word.start()
        if "\n" in text[previous:place]:
            if waiting:
                yield from _settled(waiting, joined)
            waiting, joined = [], False
        previous = word.end()
        if _TELLS.search(word[0]):
            if waiting:
                if len(waiting) <= _FEW:
                    yield waiting[0], True
                else:
                    yield from _settled(waiting, joined)
                waiting = []
            yield place, True
            joined = True
        elif _LATIN.search(word[0]):
            waiting.append(place)
    if waiting:
        yield from _settled(waiting, joined)


def _settled(waiting: list[int], joined: bool) -> Iterator[tuple[int, bool]]:
    """Decide on the Latin words that no other word follows on their line: a few behind others go with them."""
    yield waiting[0], joined and len(waiting) <= _FEW
