"""Guess the language that a request is written in: for preferences, which may be wrong, never for protection.

Scripts that one language has to itself decide alone; a text in Latin letters is of the language whose commonest words
it holds most of, if they are at least an eighth of it and clearly more than those of the next. The words are function
words of each language (own list, 2026-11-26).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

__all__ = ["LANGUAGES", "guess"]

# Enough to tell; more would only cost time.
_LIMIT_CHARACTERS: Final = 2_000
_LEAST_WORDS: Final = 3
_WORD = re.compile(r"[^\W\d_]+")
# Kana before Han, which Japanese has as well.
_SCRIPTS: Final = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_WORDS: Final[dict[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is that it for was on are with as his they at be this from have or had by but what all "
        "were we when your can said there an which their if will how please i you my me not do does write would could",
        "es": "el la los las de que y en un una por con para es se del al lo como más pero sus le ya o este sí porque "
        "esta entre cuando muy sin sobre también me hasta hay donde quien su mi está son no por favor",
        "fr": "le la les des de du et à un une est que qui dans pour pas sur au avec il elle ce cette sont par plus "
        "ne se nous vous mais ou leur ses mon votre je tu être ont aux d l qu c j s n",
        "de": "der die das und ist in den von zu mit sich des auf für nicht ein eine einer einem einen als auch es an "
        "werden aus er hat dass sie nach wird bei noch wie über so zum war haben nur oder aber vor "
        "zur bis ich wir bitte",
        "it": "il lo la i gli le di che e è un una in per con non si da del della dei delle al alla sono come più ma "
        "anche mi ha questo questa nel nella io suo sua o se perché",
        "pt": "o a os as de que e do da dos das em um uma para com não por mais como mas foi ao ele se na no sua seu "
        "ou quando muito já eu também só pelo pela até isso é são você me sobre "
        "meu minha meus minhas esta este ser ter está",
        "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als maar bij door naar wordt worden "
        "dan nog uit wel deze die ik je we hebben kan over of zo",
        "pl": "i w na z do się nie to że o jak jest po co ale za od przez tak czy są był dla jego oraz przy tym być "
        "które który może ich już proszę mnie",
        "tr": "ve bir bu da de için ile çok ne gibi daha olarak kadar olan sonra ama var en her mi şey ben sen o biz",
        "sv": "och att det i en på är som för av den med till inte om har de ett var jag från vi så kan när men eller",
    }.items()
}
_SPEAKERS: Final[dict[str, tuple[str, ...]]] = {
    word: tuple(language for language, known in _WORDS.items() if word in known)
    for word in frozenset().union(*_WORDS.values())
}
LANGUAGES: Final = frozenset((*_WORDS, *(language for language, _ in _SCRIPTS)))


def guess(texts: Iterable[str]) -> str | None:
    """Return the language of `texts`, one of LANGUAGES, or None when it is not clear."""
    text = ""
    for part in texts:
        text += " " + part[:_LIMIT_CHARACTERS]
        if len(text) > _LIMIT_CHARACTERS:
            break
    words = _WORD.findall(text.casefold())
    for language, script in () if text.isascii() else _SCRIPTS:
        if len(script.findall(text)) * 4 > sum(map(len, words)):
            return language
    if len(words) < _LEAST_WORDS:
        return None
    counts = Counter(language for word in words for language in _SPEAKERS.get(word, ()))
    (language, most), (_, next_most) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    return language if most * 8 >= len(words) and most > next_most * 1.25 else None
