"""Private keys in armor, as files hold them and as logs, notebooks and program text carry them line by line, and as
members of JSON (JWK) and of XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.entropy import is_digest
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "PrivateKeyRecognizer"]


def _holds_key(armor: str) -> bool:
    """Tell whether there is a piece of base64 between the lines of an armor that program text holds."""
    return _PIECE.search(armor) is not None


def _is_armor(armor: str) -> bool:
    """Tell whether an armor has its end line or holds a key; the name of one alone may stand in prose."""
    return armor.endswith("-----") or len(armor) < _PROSE or _holds_key(armor)


_PROSE = 200
_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----")
_CARRIED = 0.98  # the score of the rule that only begins a key
_MEMBER, _ELEMENT = 0.96, 0.955  # those of parts of a key
_PIECE = re.compile(r"(?<![A-Za-z0-9+/])(?=[A-Za-z+/]*\d)[A-Za-z0-9+/]{20,}")


class PrivateKeyRecognizer(RuleRecognizer):
    """Takes the key with its armor, and what stands before each of its lines."""

    name = "private_keys"
    source = (
        "RFC 7468 and RFC 4716 (private keys), RFC 7518 section 6 (JWK), RFC 9580 (OpenPGP armor), X.690 (the first "
        "octets of a sequence); "
        "forms of logs and notebooks by own choice; as of 2026-12-01"
    )
    rules = (
        PatternRule(
            entity_type="PRIVATE_KEY",
            # To the end line, or as far as the armor goes when a paste lost its end. Escaped line ends count as such;
            # so do numbers, bars and signs of comments before a line.
            regex=r"-----BEGIN (?:[A-Z0-9 ]{0,24})PRIVATE KEY(?: BLOCK)?-----(?:[A-Za-z0-9+/=:.,;()@<>|#*_→ \t\r\n\\]"
            r"|-(?!----)){16,16000}"
            r"(?:-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----)?",
            trigger=r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY",
            start="",
            end="",
            score=0.97,
            check=_is_armor,
            lead_chars=64,
            max_chars=16384,
        ),
        PatternRule(
            # A paste that lost its beginning: full lines of base64 before the end line.
            entity_type="PRIVATE_KEY",
            regex=r"(?:[^\nA-Za-z0-9+/]{0,24}(?:\d{1,6}[^\nA-Za-z0-9+/]{1,4})?[A-Za-z0-9+/]{64}[^\nA-Za-z0-9+/]{0,12}\n){2,64}"
            r"(?:[^\n]{0,96}\n)?[^\n]{0,32}-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----",
            trigger=r"-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----",
            start=r"(?<![^\n])",
            end="",
            score=0.97,
            lead_chars=5120,
            max_chars=5300,
        ),
        PatternRule(
            # The body of an OpenSSH key: its magic, in base64.
            entity_type="PRIVATE_KEY",
            regex=r"b3BlbnNzaC1rZXktdjEA[A-Za-z0-9+/]{20,80}(?:\\n|[\s\"'+]{0,12}[A-Za-z0-9+/]{60,80}){0,80}"
            r"(?:(?:\\n|[\s\"'+]{0,12})[A-Za-z0-9+/]{4,80})?={0,2}",
            trigger=r"b3BlbnNzaC1rZXktdjEA",
            start=r"(?<![A-Za-z0-9+/])",
            end="",
            score=0.97,
            lead_chars=24,
            max_chars=8192,
        ),
        PatternRule(
            # In program text, a piece a line: quotes, signs and line ends stand between.
            entity_type="PRIVATE_KEY",
            regex=r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[\"'`\\]"
            r"(?:[A-Za-z0-9+/=:.,;()@<>\"'`&|#*_→ \t\r\n\\]"
            r"|-(?!----)){16,16000}-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----",
            trigger=r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----[\"'`\\]",
            start="",
            end="",
            score=0.97,
            check=_holds_key,
            lead_chars=80,
            max_chars=16384,
        ),
        PatternRule(
            entity_type="PRIVATE_KEY",
            regex=r"PuTTY-User-Key-File-[23]: [\w-]{3,40}\r?\n(?:[^\n]{0,200}\n){4,80}Private-MAC: [0-9a-f]{40,64}",
            trigger=r"PuTTY-User-Key-File-[23]:",
            start="",
            end="",
            score=0.97,
            lead_chars=32,
            max_chars=8192,
        ),
        PatternRule(
            # The line that begins an armor; `check` follows the key from there.
            entity_type="PRIVATE_KEY",
            regex=_BEGIN.pattern,
            start="",
            end="",
            score=_CARRIED,
            max_chars=80,
        ),
        PatternRule(
            # What of a JWK is private; `check` looks for the type of the key.
            entity_type="PRIVATE_KEY",
            regex=r"(?P<value>[A-Za-z0-9_-]{16,1600})(?=\\{0,3}[\"'])",
            trigger=r"\\?[\"'](?:d|p|q|dp|dq|qi|k)\\?[\"']\s{0,4}:\s{0,4}\\{0,3}[\"']",
            end="",
            score=_MEMBER,
            max_chars=1620,
            follows=True,
        ),
        PatternRule(
            # What of an RSA key in XML is private.
            entity_type="PRIVATE_KEY",
            regex=r"(?P<value>[A-Za-z0-9+/][A-Za-z0-9+/=\s]{14,1600}[A-Za-z0-9+/=])(?=\s{0,32}</)",
            trigger=r"<(?:D|P|Q|DP|DQ|InverseQ)>\s{0,32}",
            end="",
            score=_ELEMENT,
            max_chars=1700,
            follows=True,
        ),
        PatternRule(
            # The hexadecimal lines of OpenVPN's key.
            entity_type="PRIVATE_KEY",
            regex=r"-----BEGIN OpenVPN Static key V1-----(?:[0-9a-fA-F>|#* \t\r\n]|\\[nr]|(?<=[\\\n])[\"',+]){32,2000}"
            r"(?:-----END OpenVPN Static key V1-----)?",
            trigger=r"-----BEGIN OpenVPN Static key V1-----",
            start="",
            end="",
            score=0.97,
            lead_chars=48,
            max_chars=2100,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the armor; where something stands before its lines, as far as the pieces of the key go."""
        score = candidate.pattern.score
        if score in (_MEMBER, _ELEMENT):
            if (_is_in_jwk if score == _MEMBER else _is_in_rsa)(candidate.text, candidate.start, candidate.end):
                yield from super().check(candidate)
            return
        begin = _BEGIN.match(candidate.text, candidate.start)
        carried = _carried(candidate.text, begin.end()) if begin is not None else 0
        if carried > candidate.end:
            yield Span("PRIVATE_KEY", candidate.start, carried, candidate.pattern.score, self.name)
        elif candidate.pattern.score != _CARRIED:
            yield from super().check(candidate)


def _is_in_jwk(text: str, start: int, end: int) -> bool:
    """Tell whether the object around the value says that it is a key."""
    before = _BRACES.split(text[max(0, start - _WIDEST_KEY) : start])[-1]
    behind = _BRACES.split(text[end : end + _WIDEST_KEY], maxsplit=1)[0]
    return _KTY.search(before + behind) is not None


def _is_in_rsa(text: str, start: int, end: int) -> bool:
    """Tell whether the value is a part of an RSA key."""
    before = text[max(0, start - 2 * _WIDEST_KEY) : start]
    return before.rfind("<RSAKeyValue") > before.rfind("</RSAKeyValue")


_KTY = re.compile(r"[\"']kty\\{0,3}[\"']\s{0,4}:\s{0,4}\\{0,3}[\"'](?:OKP|EC|RSA|oct|AKP)\b")
_BRACES = re.compile("[{}]")
_WIDEST_KEY = 2400  # of 4,096 bits


def _carried(text: str, start: int) -> int:
    """Return where the key ends whose first line ends at `start`, or `start` if none follows.

    A key is written in pieces of one width. Whatever stands between two of them (a line end and the prefix of a log,
    the rest of an object and the beginning of the next, quotes and a comma) belongs to it. The end line ends a key;
    where it is missing, the last piece does, which is shorter and stands behind and before the same as the others.
    """
    first = _first(text, start)
    if first is None:
        return start
    width, done, count = len(first.group()), first.end(), 1
    gap = text[start : first.start()]
    while count < _MOST_PIECES and (piece := _next(text, done, width)) is not None:
        begin, end = piece.span()
        gap, done, count = text[done:begin], end, count + 1
    if count == 1 and not _SEQUENCE.match(first.group()):
        return start
    done = _last(text, done, gap, width)
    line = _ARMOR_LINE.search(text, done, start + _LONGEST)
    return line.end() if line is not None and line["end"] else done


def _next(text: str, done: int, width: int) -> re.Match[str] | None:
    """Return the piece of `width` behind `done`, past the words and digests of a prefix."""
    for piece in _PIECES.finditer(text, done, done + _WIDEST_GAP + width + 1):
        if len(piece.group()) == width and not is_digest(piece.group()):
            return piece
    return None


def _first(text: str, start: int) -> re.Match[str] | None:
    """Return the first piece of a key: not a digest, which the prefix of a log or the head of the armor may hold."""
    for piece in _PIECES.finditer(text, start, start + _WIDEST_HEAD):
        if not is_digest(piece.group()):
            return piece
    return None


def _last(text: str, done: int, gap: str, width: int) -> int:
    """Return the end of the last piece, which is shorter; `done` if there is none.

    What stands before it looks like `gap`, and what stands behind it is what does behind the piece that ends at `done`.
    """
    piece = _SHORTER.search(text, max(done, done + len(gap) - _DRIFT), done + len(gap) + _DRIFT + width)
    while piece is not None and piece.start() - done <= len(gap) + _DRIFT:
        alike = _shape(text[done : piece.start()]) == _shape(gap)
        if alike and text[piece.end() : piece.end() + 1] in ("", text[done : done + 1]):
            return piece.end()
        piece = _SHORTER.search(text, piece.end(), done + len(gap) + _DRIFT + width)
    return done


def _shape(gap: str) -> str:
    """Return what stands between two pieces without its numbers: those of lines and times differ."""
    return _NUMBERS.sub("0", gap)


# A word of a prefix is no piece; a line end that is written out is no part of one.
_BORDER = r"(?:(?<![A-Za-z0-9+/\\])|(?<=\\[nr]))"
_PIECES = re.compile(_BORDER + r"[A-Za-z0-9+/]{40,128}(?![A-Za-z0-9+/])")
_SHORTER = re.compile(_BORDER + r"[A-Za-z0-9+/]{2,127}={0,2}(?![A-Za-z0-9+/=])")
_ARMOR_LINE = re.compile(r"-----(?:BEGIN|(?P<end>END)) [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----")
_NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")
# The sequence that a key is, and the magic of OpenSSH: one piece that begins so is a key without its end line, too.
_SEQUENCE = re.compile(r"M[A-P]|b3BlbnNz")
_WIDEST_GAP, _WIDEST_HEAD, _DRIFT = 320, 640, 8
_MOST_PIECES, _LONGEST = 400, 65_536  # a key of 16,384 bits has some 200 lines


PLUGINS = (PrivateKeyRecognizer,)
