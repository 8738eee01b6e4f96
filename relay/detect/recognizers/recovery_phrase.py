"""Recovery phrases of wallets: 12 to 24 words of a fixed list, of which the last holds a check sum."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from string import ascii_lowercase

from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "RecoveryPhraseRecognizer"]

_LENGTHS = (24, 21, 18, 15, 12)
# The lists whose words are written with plain letters.
_LANGUAGES = ("english", "italian", "portuguese", "czech")
_WORD = re.compile(r"[a-z]+")

# One way to read each gap, so that nothing is tried twice: "a b", "a, b", "a,b", "1. a 2. b", one a line.
_GAP = r"(?:,|,?\s\s?(?:\d\d?[.)]? ?)?)"


def _words_but(stops: Iterable[str], depth: int = 0) -> str:
    """Return the expression of words of 3 to 8 letters other than `stops`, of which `depth` letters are read."""
    stops = set(stops)
    least, most = max(0, 3 - depth), 8 - depth
    if not stops:
        return f"[a-z]{{{least},{most}}}"
    firsts = sorted({stop[0] for stop in stops if stop})
    others = "".join(char for char in ascii_lowercase if char not in firsts)
    branches = [f"[{others}][a-z]{{{max(0, least - 1)},{most - 1}}}"]
    branches += [char + _words_but((stop[1:] for stop in stops if stop.startswith(char)), depth + 1) for char in firsts]
    return f"(?:{'|'.join(branches)}){'?' if not least and '' not in stops else ''}"


# Frequent English words that no list has: a run of words with one of them in it is prose. More of them, or numbers
# between the words, make the trigger too large.
_WORD_OF_NO_PROSE = _words_but(("the", "and", "for", "with", "was", "are"))


@cache
def _lists() -> tuple[dict[str, int], ...]:
    """Return each list as its words with their places."""
    # Read when the first candidate is there: most processes never see one.
    from mnemonic import Mnemonic

    return tuple({word: place for place, word in enumerate(Mnemonic(name).wordlist)} for name in _LANGUAGES)


def _checks(places: list[int]) -> bool:
    """Tell whether a phrase's last bits, one for each 33, are the first ones of the SHA-256 of those before them."""
    bits = 0
    for place in places:
        bits = bits << 11 | place
    count = len(places) // 3
    entropy = (bits >> count).to_bytes(4 * count, "big")
    return sha256(entropy).digest()[0] >> (8 - count) == bits & ((1 << count) - 1)


class RecoveryPhraseRecognizer(RuleRecognizer):
    """A phrase with a right check sum anywhere; with a wrong one, or a word mistyped, only behind its label."""

    name = "recovery_phrase"
    source = "BIP-39, word lists and check sum as in the library mnemonic 0.21; as of 2026-11-26"
    rules = (
        PatternRule(
            entity_type="RECOVERY_PHRASE",
            regex=r"(?: is| are| words?)?\s{0,2}[:=-]?\s{0,3}[\"'`]?(?:1[.)]? ?)?"
            rf"(?P<value>[a-z]{{3,8}}(?:{_GAP}[a-z]{{3,8}}){{11,23}})",
            trigger=r"\b(?:seed phrase|seed words|recovery phrase|recovery words|mnemonic(?: phrase)?|secret phrase"
            r"|backup phrase|bip-?39)",
            score=0.75,
            max_chars=320,
            ignore_case=True,
            follows=True,
        ),
        PatternRule(
            entity_type="RECOVERY_PHRASE",
            regex=rf"[a-z]{{3,8}}(?:{_GAP}[a-z]{{3,8}}){{11,60}}",
            trigger=rf"\b(?:{_WORD_OF_NO_PROSE}[ ,\r\n]{{1,2}}){{11}}{_WORD_OF_NO_PROSE}\b",
            score=0.95,
            lead_chars=180,
            max_chars=720,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Look for stretches of list words with a right check sum; behind a label most words in the list are enough."""
        words = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(candidate.value.lower())]
        rule = self._rules[candidate.pattern.name]
        found = False
        for first, last in _phrases(words):
            found = True
            yield self._span(candidate, words[first][0], words[last][1], self.rules[1].score)
        if rule.follows and not found:
            known = max(sum(word in known for _, _, word in words) for known in _lists())
            if 4 * known >= 3 * len(words):
                yield self._span(candidate, 0, words[-1][1], rule.score)

    def _span(self, candidate: Candidate, start: int, end: int, score: float) -> Span:
        return Span("RECOVERY_PHRASE", candidate.start + start, candidate.start + end, score, self.name)


def _phrases(words: list[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each phrase with a right check sum, the longest at each place, disjoint."""
    for known in _lists():
        places = [known.get(word, -1) for _, _, word in words]
        first = run = 0
        while first + _LENGTHS[-1] <= len(words):
            # The words from `first` up to `run` are in the list.
            run = max(run, first)
            while run < len(words) and places[run] >= 0:
                run += 1
            fitting = (size for size in _LENGTHS if size <= run - first and _checks(places[first : first + size]))
            size = next(fitting, 0)
            # Words in the order of the alphabet are a word list, not a phrase of chance.
            if size and places[first : first + size] == sorted(places[first : first + size]):
                first += size
                continue
            if size:
                yield first, first + size - 1
            first += size or (1 if run - first >= _LENGTHS[-1] else run - first + 1)


PLUGINS = (RecoveryPhraseRecognizer,)
