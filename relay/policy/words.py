"""Find the phrases of a lexicon in texts, at a cost that does not grow with the number of phrases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = ["Lexicon", "Phrases", "Words", "as_written"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


# French, Italian and Catalan write a short word together with the next one: l'hôpital, d'asthme.
_ELIDED = ("l'", "d'", "j'", "m'", "t'", "s'", "c'", "n'")


def _words_of(text: str) -> list[str]:
    """Return the words of `text` in order, in lower case, without what was elided in front of them."""
    words = _WORD.findall(text.casefold().replace("’", "'"))
    return [word[2:] if word[:2] in _ELIDED and len(word) > 3 else word for word in words]


def as_written(text: str) -> str:
    """Return `text`: how texts are read where nothing else is said."""
    return text


class Words:
    """The words of several texts, found when first asked for: many requests are decided without them.

    `legible` returns a text with its escapes and disguises undone, as detection reads it beside the text itself.
    """

    def __init__(self, texts: Sequence[str], legible: Callable[[str], str] = as_written) -> None:
        self._written = texts
        self._legible = legible
        self._both: Sequence[str] | None = None
        self._folded: str | None = None
        self._rows: tuple[list[str], ...] | None = None
        self._distinct: frozenset[str] | None = None

    @property
    def _texts(self) -> Sequence[str]:
        """The texts, and behind them those that read otherwise in a legible form."""
        if self._both is None:
            written, legible = self._written, self._legible
            self._both = [*written, *(copy for text in written if (copy := legible(text)) != text)]
        return self._both

    @property
    def folded(self) -> str:
        """All texts in lower case, one after the other."""
        if self._folded is None:
            self._folded = "\n".join(self._texts).casefold().replace("’", "'")
        return self._folded

    def contains_any(self, stems: Iterable[str]) -> bool:
        """Tell, without taking the texts apart, whether any of `stems` (in lower case) occurs anywhere."""
        folded = self.folded
        return any(stem in folded for stem in stems)

    def search(self, pattern: re.Pattern[str], stems: Iterable[str]) -> tuple[str, ...]:
        """Return what `pattern`, which needs one of `stems`, matches in lower case: sorted, each once."""
        if not self.contains_any(stems):
            return ()
        return tuple(sorted({" ".join(match[0].split()) for match in pattern.finditer(self.folded)}))

    @property
    def rows(self) -> tuple[list[str], ...]:
        """The words of each text and legible form in order, in lower case."""
        if self._rows is None:
            self._rows = tuple(_words_of(text) for text in self._texts)
        return self._rows

    @property
    def distinct(self) -> frozenset[str]:
        """Every word once."""
        if self._distinct is None:
            self._distinct = frozenset(word for row in self.rows for word in row)
        return self._distinct


class Lexicon:
    """Phrases of several kinds, found as whole words in any letter case. `name` is what reasons call it.

    Phrases are one text with commas between them, or a sequence; each has at least one letter or digit.

    `endings` are word endings that count as a kind too, for words of at least seven letters that are not in `but`.
    """

    def __init__(
        self,
        name: str,
        kinds: Mapping[str, str | Sequence[str]],
        *,
        endings: Mapping[str, str] | None = None,
        but: str = "",
        stems: str = "",
    ) -> None:
        self.name = name
        self._single: dict[str, str] = {}
        self._longer: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for kind, phrases in kinds.items():
            for phrase in _phrases_in(phrases) if isinstance(phrases, str) else phrases:
                first, *rest = _words_of(phrase)
                if rest:
                    self._longer.setdefault(first, []).append(((first, *rest), kind))
                else:
                    self._single[first] = kind
        self._endings = [(tuple(text.split()), kind) for kind, text in (endings or {}).items()]
        self._but = frozenset(but.split())
        # One of these is in every text that holds a phrase; empty: nothing is known of that.
        self.stems = tuple(_phrases_in(stems))

    def find(self, words: Words) -> dict[str, tuple[str, ...]]:
        """Return the phrases that occur, by kind, sorted, each once."""
        if self.stems and not words.contains_any(self.stems):
            return {}
        found: dict[str, set[str]] = {}
        distinct = words.distinct
        for word in distinct & self._single.keys():
            found.setdefault(self._single[word], set()).add(word)
        longer = distinct & self._longer.keys()
        if longer:
            for row in words.rows:
                for index, word in enumerate(row):
                    if word in longer:
                        for phrase, kind in self._longer[word]:
                            if tuple(row[index : index + len(phrase)]) == phrase:
                                found.setdefault(kind, set()).add(" ".join(phrase))
        for endings, kind in self._endings:
            hits = {word for word in distinct if len(word) >= 7 and word.endswith(endings) and word not in self._but}
            if hits:
                found.setdefault(kind, set()).update(hits)
        return {kind: tuple(sorted(hits)) for kind, hits in found.items()}


# Scripts without spaces between words: Thai, Lao, Khmer, Myanmar, kana, Han (by Unicode block).
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


class Phrases:
    """An operator's own phrases, found as whole words; those in a script without spaces wherever they stand."""

    def __init__(self, phrases: Iterable[str]) -> None:
        listed = tuple(phrases)
        self._as_written = {" ".join(_words_of(phrase)): phrase for phrase in listed}
        self._anywhere = tuple(phrase.casefold() for phrase in listed if _UNSPACED.search(phrase))
        self._lexicon = Lexicon("own", {"phrase": [phrase for phrase in listed if not _UNSPACED.search(phrase)]})

    def find(self, words: Words) -> tuple[str, ...]:
        """Return the phrases that occur, sorted."""
        found = {self._as_written.get(hit, hit) for hit in self._lexicon.find(words).get("phrase", ())}
        found.update(phrase for phrase in self._anywhere if words.contains_any((phrase,)))
        return tuple(sorted(found))


def _phrases_in(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split(",") if phrase.strip()]
