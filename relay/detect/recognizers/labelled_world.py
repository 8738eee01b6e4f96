"""Values that only their label tells, in fifty languages: `护照号码：E48213377`, `רישיון נהיגה 4821337`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import normalize

from relay.detect.borders import LATIN, UNSPACED
from relay.detect.entropy import is_odd, is_program_text, is_stand_in, looks_random
from relay.detect.label_words import LABELS_ELSEWHERE
from relay.detect.label_words_latin import LABELS_IN_LATIN
from relay.detect.products import SYSTEM_USERS
from relay.detect.recognizers.secrets_labels import LABELS as PASSWORD_LABELS
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "LabelledWorldRecognizer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What stands behind a label: its type, its shape, how many digits it has, how far the label may be away."""

    entity_type: str
    shape: re.Pattern[str]
    digits: int
    farthest: int
    score: float


_END = rf"(?![{LATIN}])"
# Groups of letters and digits; behind a blank a group has a digit.
_ID = (
    r"(?:[A-Z]{1,4} (?=[A-Z]{0,3}\d))?(?=[A-Za-z./-]{0,16}\d)[A-Za-z0-9]{1,34}(?:"
    r"[./\u2010-\u2013-][A-Za-z0-9]{1,16}){0,6}(?: (?=[A-Z]{0,3}\d)[A-Z0-9-]{1,12}){0,6}"
)
_PLATE = r"[A-Z0-9]{1,7}(?:[ .\u00b7-]{1,2}[A-Z0-9]{1,6}){0,4}"
_HANDLE = r"@?[A-Za-z][\w.-]{2,31}"


# A password or key, without what ends the sentence or closes the bracket behind it.
_SECRETIVE = r"[!-~]{5,127}(?<![.,;:!?)\]}>\"'])(?=[.,;:!?)\]}>\"']{0,3}(?:[^!-~]|$))"


def _kind(entity_type: str, shape: str, digits: int, farthest: int, end: str = _END) -> _Kind:
    # A type of its own, with a check digit, goes before these two.
    score = 0.45 if entity_type in ("TAX_ID", "NATIONAL_ID") else 0.6
    return _Kind(entity_type=entity_type, shape=re.compile(shape + end), digits=digits, farthest=farthest, score=score)


_KINDS = {
    "PASSPORT": _kind("PASSPORT", _ID, 5, 28),
    "DRIVER_LICENSE": _kind("DRIVER_LICENSE", _ID, 5, 28),
    "NATIONAL_ID": _kind("NATIONAL_ID", _ID, 5, 28),
    "TAX_ID": _kind("TAX_ID", _ID, 5, 28),
    "BANK_ACCOUNT": _kind("BANK_ACCOUNT", _ID, 5, 28),
    "SWIFT_CODE": _kind("SWIFT_CODE", r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", 0, 20),
    "CREDIT_CARD": _kind(
        "CREDIT_CARD", r"\d{4}(?P<gap>[ -]?)\d{4}(?P=gap)\d{4}(?P=gap)\d{4}(?:(?P=gap)\d{3})?", 16, 20
    ),
    "CARD_CVV": _kind("CARD_CVV", r"\d{3,4}", 3, 20),
    "CARD_EXPIRY": _kind("CARD_EXPIRY", r"(?:0[1-9]|1[0-2]) ?[/.-] ?(?:20)?\d\d", 4, 20),
    "PIN": _kind("PASSWORD", r"\d{3,8}", 3, 20),
    "OTP": _kind("PASSWORD", r"[A-Z]-\d{4,8}|\d{3}[ -]\d{3}|\d{4,8}", 4, 20),
    "USERNAME": _kind("USERNAME", _HANDLE, 0, 20),
    "LICENSE_PLATE": _kind("LICENSE_PLATE", _PLATE, 2, 20),
    "IMEI": _kind("IMEI", r"\d{15}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d", 15, 20),
    "SERIAL_NUMBER": _kind("SERIAL_NUMBER", _ID, 3, 20),
    "MEDICAL_RECORD_NUMBER": _kind("MEDICAL_RECORD_NUMBER", _ID, 4, 24),
    "HEALTH_PLAN_NUMBER": _kind("HEALTH_PLAN_NUMBER", _ID, 5, 24),
    "ID_NUMBER": _kind("ID_NUMBER", _ID, 4, 24),
    "PASSWORD": _kind("PASSWORD", _SECRETIVE, 1, 20, ""),
    "SECRET_VALUE": _kind("SECRET_VALUE", _SECRETIVE, 1, 20, ""),
    "POSTCODE": _kind("POSTCODE", r"\d{3}[ -]\d{2,4}|\d{2}-\d{3}|(?:[A-Z]{2}-)?\d{4,7}", 4, 20),
}
# Behind a number: money, a share, a measure; before it: a date or a time is none of these values.
_NO_VALUE = re.compile(
    r"(?:(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)\d\d"
    r"|(?:19|20)\d\d(?![\d./-])"
    r"|\d{1,2}:\d\d|\d{1,3}-\d{1,3}(?![\d-])|\d{1,3}(?:[ ,.]\d{3}){1,3}(?:[.,]\d\d)?(?=[ ]?[%€$₽₴₸₪₹৳฿¥₩₫₺])"
    r"|\d+[.,]\d{1,2}(?!\d)"
    r"|\d+ ?(?:[%€$₽₴₸₪₹৳฿¥₩₫₺元円원]|руб|грн|тг|лв|บาท|ریال|تومان|ريال|درهم|ש\"ח|km|kg|GB|MB))",
)
_SHORT = 4
_SIGNED = re.compile(r"[^\w\s][ \t\n]{0,3}\Z|[是为為はがは는은이][ \t]{0,3}\Z")
_WORDLIKE = re.compile(r"[^\W\d_]*\d{0,3}|[\w.-]*[\d.]+")
_BLANKS = re.compile("[ _\u00a0-]")
_SYSTEM = SYSTEM_USERS | {"admin", "root", "user", "test", "null", "none"}


def _table() -> dict[str, tuple[str, ...]]:
    """Return for each label, in lower case and both ways that Unicode composes it, the kinds it stands for."""
    table: dict[str, tuple[str, ...]] = {}
    for listed in (LABELS_ELSEWHERE, LABELS_IN_LATIN, {"PASSWORD": ",".join(PASSWORD_LABELS)}):
        for kind, labels in listed.items():
            for label in labels.split(","):
                for form in ("NFC", "NFKC"):
                    name = _BLANKS.sub(" ", normalize(form, label.strip()).lower())
                    if kind not in table.get(name, ()):
                        table[name] = (*table.get(name, ()), kind)
    return table


_TABLE = _table()


def _any(labels: Iterable[str]) -> str:
    """Return an alternation, by first letter, the longest label first: few comparisons at each place."""
    groups: dict[str, list[str]] = {}
    for label in sorted(labels, key=len, reverse=True):
        groups.setdefault(label[0], []).append(re.escape(label[1:]))
    firsts = "".join(map(re.escape, groups))
    # Both ways to write a blank in a name.
    rows = "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in groups.items())
    return f"(?=[{firsts}])(?:{rows})".replace("\\ ", "[ _\u00a0-]")


# A label is a word or begins one, behind the article or preposition that Arabic and Hebrew write with it, and may go on
# with an ending; where words are not parted it stands anywhere.
_LABEL = re.compile(
    rf"(?:(?<![^\W\d_])|(?<={UNSPACED})|(?<=\b[\u05d0-\u05ea])|(?<=\b[\u05d0-\u05ea]{{2}})|(?<=\b[\u0648\u0628\u0644])"
    rf"|(?<=\b\u0627\u0644)|(?<=\b[\u0648\u0628]\u0627\u0644))(?P<label>{_any(_TABLE)})",
    re.IGNORECASE,
)
# Between a label and a value of the same line: an ending, a few words, signs. What ends a clause parts them.
_GAP = re.compile(r"(?:[^\d\n,;!?，、。；！？()\[\]{}<>]|(?<=[^\s])[(\[（「])*")
_ENDING = re.compile(r"[^\W\d_]{0,3}(?![^\W\d_])")
# The label asks on the line above.
_ASKED = re.compile(r"[^\n\d]{0,32}[?:？：;\u061f\u037e][ \t*]*\n{1,2}[ \t>*-]{0,4}(?:[^\W\d_][\w.-]{0,16}[:： ] ?)?")
_REST = re.compile(r"[ \t]*[.。,!*]?[ \t]*(?:[^\W\d_]{1,6}[.。]?)?[ \t\r]*(?:\n|$)")
_FARTHEST = 80

# A letter beyond Latin ones: no mark on one, no sign.
_OTHER = r"[^\x00-\u036f\u1e00-\u1eff\u2000-\u2bff]"
_SIGNS = r"[^\w\n]{0,6}"


def _tails() -> str:
    """Return what shows that a label in Latin letters ends: its last letters, or the whole of a short one.

    Whole labels take ten times as long to compile.
    """
    names = sorted(name for name in _TABLE if re.match(f"[{LATIN}]", name))
    long = {name[-2 * _TAIL :] if name.endswith(_ENGLISH) else name[-_TAIL:] for name in names if len(name) > _SHORT}
    short = [_seen(name) for name in names if len(name) <= _SHORT]
    return rf"(?:\b|_)(?:{'|'.join(short)})\b|{'|'.join(map(_seen, sorted(long)))}"


def _seen(name: str) -> str:
    """Return an expression for `name` as the scan sees it."""
    return "".join("[ _-]" if sign == " " else "[?]" if sign > "\xff" else re.escape(sign) for sign in name)


_TAIL, _ENGLISH = 6, ("number", "account")


class LabelledWorldRecognizer(RuleRecognizer):
    """Takes the value behind the nearest label; the kind of the label says what a value looks like."""

    name = "labelled_world"
    source = (
        "labels of forms, own collection in thirty languages; shapes as in `documents`,"
        " `health` and `finance`; 2026-12-01"
    )
    rules = (
        PatternRule(
            entity_type="ID_NUMBER",
            # The scan sees letters beyond Latin-1 as question marks: one stands near, or on the line above.
            regex=(
                rf"{_OTHER}(?:{_SIGNS}|{_SIGNS}\n{{1,2}}[ \t>*-]{{0,4}}"
                rf"|[ -]?[A-Za-z]{{1,8}}(?:[ \"']{{0,2}}[:=]{_SIGNS}|[ ](?=\S{{0,24}}\d)))"
                r"(?P<value>@?[A-Za-z0-9])(?=[!-~][!-~ ])"
            ),
            trigger=r"[?][^0-9A-Za-z]{0,12}[A-Za-z0-9]",
            start="",
            end="",
            score=0.6,
            lead_chars=16,
            max_chars=24,
        ),
        PatternRule(
            entity_type="ID_NUMBER",
            regex=(
                rf"(?![{LATIN}])(?:[^\n\d,;!?<>]{{0,24}}?"
                rf"|[^\n\d]{{0,32}}[?:]\n{{1,2}}[ \t>*-]{{0,4}})(?P<value>(?<![{LATIN}_-])(?:(?<=[:=])|(?<=[:=] )"
                rf"|(?<=[:=]\")|(?<=[:=] \")|(?=\S{{0,24}}\d)|(?-i:(?=[A-Z]{{1,4}} [A-Z]{{0,3}}\d)))@?[A-Za-z0-9])"
            ),
            trigger=_tails(),
            start="",
            end="",
            score=0.6,
            max_chars=64,
            ignore_case=True,
            follows=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the value as what its label says, if it looks like that."""
        text, start = candidate.text, candidate.start
        for name, gap, asked in _labels(text, start):
            for kind in map(_KINDS.__getitem__, _TABLE[name]):
                found = kind.shape.match(text, start)
                if found is None or (gap > kind.farthest and not asked):
                    continue
                value = found[0]
                if asked and _REST.match(text, found.end()) is None:
                    continue
                if _fits(kind, text, start, value):
                    yield Span(kind.entity_type, start, found.end(), kind.score, self.name)
                    return


def _labels(text: str, start: int) -> Iterator[tuple[str, int, bool]]:
    """Yield the labels before `start`, nearest first: name, characters between, whether on the line above."""
    low = max(0, start - _FARTHEST)
    before = text[low:start]
    for match in reversed(list(_LABEL.finditer(before))):
        end = match.end()
        # A label of a script with spaces may have an ending.
        ending = _ENDING.match(before, end)
        if not _UNSPACED_END.search(match[0]) and ending is None:
            continue
        name = _BLANKS.sub(" ", match["label"].lower())
        if name not in _TABLE:
            continue
        if _GAP.fullmatch(before, end):
            yield name, len(before) - end, False
        elif _ASKED.fullmatch(before, end):
            yield name, len(before) - end, True


_UNSPACED_END = re.compile(rf"{UNSPACED}$")


def _fits(kind: _Kind, text: str, start: int, value: str) -> bool:
    """Tell whether `value` can be one of `kind`."""
    digits = [char for char in value if char.isdigit()]
    if len(digits) < kind.digits or (len(set(digits)) == 1 and len(digits) > _SHORT):
        return False
    if len(digits) < len(value) and is_stand_in(value):
        return False
    if kind.entity_type == "SECRET_VALUE":
        return looks_random(value)
    if kind.shape.pattern == _SECRETIVE:
        # Without a sign before it only what no word looks like: not "пароль WPA2".
        if _SIGNED.search(text, max(0, start - 4), start) is None and _WORDLIKE.fullmatch(value):
            return False
        return is_odd(value) and not is_program_text(value) and not value.startswith(("http", "{", "$", "<"))
    if kind.entity_type == "USERNAME":
        # A plain word is one behind a sign only.
        sign = text[max(0, start - 3) : start].rstrip(" \"'")[-1:]
        return value.lower() not in _SYSTEM and (
            any(char.isdigit() or char in "_@" for char in value) or sign in (":", "：", "=")
        )
    if kind.entity_type == "CARD_EXPIRY":
        return True
    return _NO_VALUE.match(text, start) is None


LabelledWorldRecognizer.entity_types = tuple(dict.fromkeys(kind.entity_type for kind in _KINDS.values()))

PLUGINS = (LabelledWorldRecognizer,)
