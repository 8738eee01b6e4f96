"""Judge what a model found by the text that it stands in: program text, logs, lock files, paths, lists of tools.

A model that learnt names from sentences takes `grafana`, `@babel`, a hash or a line number for somebody's.
What such a thing is shows in a few characters: how it is joined to its neighbours, what its label says, and whether the
line reads like a sentence. Each type has its own questions:

* a person: `technical_people`;
* a user name: not a word of Han, kana or Hangul, the scope of a package, a decorator, a mark of a patch, or a folder
  that is not a home;
* a password: something near it speaks of one, or it looks like one; the name of its setting is no part of it;
* an identifier: not a hash, a line number, a version or a time, and not labelled as the number of a thing;
* a street: more than a number, not a word with digits in it, and not the label of an account ("IBAN").

The judgement is a function of the text alone and reads one line around a span, so equal texts have equal spans. It only
takes spans away; what patterns find is not asked. Work is bounded for each span.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from relay.detect.borders import is_all_unspaced
from relay.detect.checksums import is_issued_ssn, luhn
from relay.detect.entropy import is_stand_in
from relay.detect.place import LineContext, LineKind
from relay.detect.products import SYSTEM_USERS
from relay.detect.technical_people import HOME, is_person
from relay.types import Span

__all__ = ["is_believed", "narrowed"]

_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"(?=[0-9a-f]{0,39}[a-f])(?=[0-9a-f]{0,39}[0-9])[0-9a-f]{6,64}(?:\.\.\.?[0-9a-f]{0,40})?")


# ----------------------------------------------------------------------------------------------------------- accounts

_NO_HANDLE = re.compile(r"[/(]|\.\w|\s?=")
_NO_HOME = re.compile(r"[/\\]$")
_PROFILE = re.compile(
    r"\b(?:[\w-]{2,}\.(?:com|org|net|io|dev|me|social|tv|app)|/u|/user|/users|/in)/@?$", re.IGNORECASE
)
_ANNOTATIONS_TEXT = (
    "param params return returns throws type typedef see since author version deprecated override test before after "
    "property staticmethod classmethod dataclass cached_property abstractmethod overload final media import charset "
    "fixture pytest mock patch app click route get post put delete component injectable input output autowired bean "
    "entity service controller repository nullable notnull todo note example internal private public protected latest "
    "next everyone here channel"
)
_ANNOTATIONS: Final = frozenset(_ANNOTATIONS_TEXT.split())
# Longer than any service allows.
_LONGEST_USERNAME = 40


def _is_username(place: LineContext) -> bool:
    value = place.value
    if is_all_unspaced(value):
        return False  # a particle or noun of the sentence: "です", "주소는"
    if value.startswith("@@") or "/" in value or len(value) > _LONGEST_USERNAME or _UUID.fullmatch(value):
        return False
    bare = value.lstrip("@").lower()
    if bare in SYSTEM_USERS:
        return False
    if value.startswith("@"):
        # `@scope/package`, `@app.route(`, `my @names =`, `@param`.
        return not (_NO_HANDLE.match(place.behind) or bare in _ANNOTATIONS)
    if _NO_HOME.search(place.before):
        return bool(HOME.search(place.before) or _PROFILE.search(place.before))
    if value.isdigit():
        return place.line is not LineKind.TECHNICAL
    return True


# ---------------------------------------------------------------------------------------------------------- passwords

_SPEAKS_OF_ONE = re.compile(
    r"pass|pwd|\bpin\b|pin\b|log ?in|sign ?in|credential|secret|token|\bkey|contraseñ|kennwort|senha|wachtwoord|mot de"
    r"|parola|access|unlock|\bauth|reset|account|security|\bcode\b",
    re.IGNORECASE,
)
_TEST_NAME = re.compile(r"(?:Test|test_|Benchmark|Example|Fuzz)[\w/.#-]*")


# The name of a setting that was taken for a part of its value: `DB_PASSWORD=`, `secret: "`.
_SETTING = re.compile(
    r"[\w.-]{0,48}?(?:pass|pwd|secret|token|key|cred|user|login)[\w.-]{0,16}[\"']?\s?[:=]\s?[\"'`]?", re.IGNORECASE
)
# What goes on behind a value: the next part of a sentence, the next field of a form.
_LINE_END = re.compile(r"[\r\n]")
_GOES_ON = re.compile(r"[\r\n]|,\s|&[A-Za-z_]\w{0,32}=|[;\"'`](?=\s|$)")
_NEXT_FIELD = re.compile(r"(?:port|host|hostname|server|database|db|schema|role|region)\b", re.IGNORECASE)
_LEAST_PASSWORD = 3


def narrowed(text: str, span: Span) -> Span:
    """Return a model's span of a secret or account without the name of its setting and what comes behind it."""
    if span.entity_type not in ("PASSWORD", "USERNAME"):
        return span
    start, end = span.start, span.end
    setting = _SETTING.match(text, start, end)
    if setting is not None and end - setting.end() >= _LEAST_PASSWORD:
        start = setting.end()
    expression = _GOES_ON if span.entity_type == "PASSWORD" else _LINE_END
    behind = expression.search(text, start + _LEAST_PASSWORD, end)
    end = behind.start() if behind is not None else end
    return span if (start, end) == span[1:3] else span._replace(start=start, end=end)


def _is_password(place: LineContext) -> bool:
    # "port 5432" behind a password, and "db01" behind "host".
    if _NEXT_FIELD.match(place.value) or _NEXT_FIELD.search(place.before[-16:].rstrip(" :=").rpartition(" ")[2]):
        return False
    if _UUID.fullmatch(place.value) or _TEST_NAME.fullmatch(place.value) or is_stand_in(place.value):
        return False
    if ". " in place.value or place.value.endswith(("=", ":")) or _EXPRESSION.search(place.before):
        return False
    near = f"{place.above}\n{place.before}\n{place.behind[:48]}"
    if _SPEAKS_OF_ONE.search(near):
        return True
    return place.line is not LineKind.TECHNICAL and any(map(str.isdigit, place.value))


# What a workflow or a template puts in: `${{ secrets.DB_PASSWORD }}`.
_EXPRESSION = re.compile(r"\{\{-?\s{0,3}\Z")

# -------------------------------------------------------------------------------------------------------- identifiers

# The mode of a file, with the command and the file that a model takes for a part of it; and seconds or milliseconds
# since 1970, of this century's first half.
_MODE = re.compile(r"(?:chmod\s{1,3}(?:-\w{1,4}\s{1,3})?)?0[0-7]{3}(?:\s{1,3}[\w./*~$-]{1,80})?", re.IGNORECASE)
_MODES = frozenset(("chmod", "mode", "umask", "perm", "perms", "permission", "permissions", "mkdir", "install"))
_EPOCH = re.compile(r"1[0-9]{9}(?:\.[0-9]{1,9}|[0-9]{3})?")
_CLOCK_TEXT = (
    "exp expires expire expiry iat nbf ts time timestamp epoch unix created updated modified started ended since until "
    "mtime ctime atime issued"
)
_CLOCK = frozenset(_CLOCK_TEXT.split())

_LISTING = re.compile(r"\s{0,12}[>|+-]?\s{0,8}$")
_LISTED = re.compile(r"\t|→|\s{0,3}[│|]|:\s")
_COMMIT = re.compile(r"(?:[*|/\\ ]{0,12}|(?:commit|HEAD is now at|Merge:|index) )$")
_VERSION = re.compile(
    r"(?:v\d{1,4}(?:\.\d{1,4}){1,3}|\d{1,4}(?:\.\d{1,2}){1,3})(?:[-.+]?(?:rc|alpha|beta|dev|post)\.?\d{0,4})?",
    re.IGNORECASE,
)
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}")
_CARD = re.compile(r"\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}")
_CARDS = frozenset(("card", "cc", "visa", "mastercard", "amex"))
_PHONE = re.compile(r"\+?\d{3}[-. ]\d{3}[-. ]\d{4}")
_TIME = re.compile(
    r"(?:19|20)\d\d-\d\d(?:-\d\d)?(?:[T ][\d:.Z+-]*)?|\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:T\d+Z?)?"
)
_THING_CODE = re.compile(
    r"#?(?:(?:SKU|CVE|CWE|GHSA|RFC|ISBN|ASIN|HTTP|ISSUE|BUILD)[ _-]?"
    r"|(?:GH|PR|MR|PEP|ISO|IEC|BUG|UTF|SHA|KB|ORA|STEP|TASK|LINE|ITEM|PART)[ _-])\d[\w.-]{0,24}"
)
_DUMP = re.compile(r"(?=[\d ]*[a-fA-F])[0-9A-Fa-f]{2}(?: [0-9A-Fa-f]{2})*")
_THINGS_TEXT = (
    "pid ppid tid port ports line lines row rows column col page chunk build version commit revision rev release "
    "tag branch pr mr issue issues bug gh errno exit error err status http flight product products item items sku "
    "model part isbn cve rfc seq step epoch size bytes kb mb offset chapter section figure table job run task "
    "thread process inode block sector index idx len length count total sum score price amount cost width height "
    "depth level layer batch worker attempt retry shard partition node slot frame sample seed iteration cycle "
    "year quantity qty stock uid gid sha hash digest checksum md etag crc loc ms sec seconds minutes hours "
    "percent age uptime http https opcode register segment vlan mtu ttl "
)
_OWN_LABEL = re.compile(r"([A-Za-z]+)[ :#=]")
_COLUMN = re.compile(r"\t|(?<!\s)\s{2,}+\d")
# A row of a table whose first cell is a number: "22E\t004F 0307".
_KEYED_ROW = re.compile(r"[0-9A-F]{1,6}\t")
_THINGS: Final = frozenset(_THINGS_TEXT.split())
_LINKS = frozenset(("id", "ids", "number", "num", "no", "nr", "is", "was", "code", "the", "of", "on", "at"))
_OWNED = re.compile(
    r"\b(?:patient|customer|member|account|employee|passport|licen[cs]e|policy|claim|ssn|social|medical|record|mrn|student"
    r"|booking|reservation|confirmation|order|user|device|serial|tracking|invoice|case|national|tax|bank)",
    re.IGNORECASE,
)


def _is_identifier(place: LineContext) -> bool:
    value = place.value
    if _PHONE.fullmatch(value):
        return True  # not what it was taken for, but somebody's
    if _UUID.fullmatch(value) or _VERSION.fullmatch(value) or _TIME.fullmatch(value) or _THING_CODE.fullmatch(value):
        return False
    if _MODE.fullmatch(value) and ("chmod" in value.lower() or _MODES & set(place.words[-3:])):
        return False
    if _EPOCH.fullmatch(value) and _CLOCK & set(place.words[-3:]):
        return False
    if _SSN.fullmatch(value) and not is_issued_ssn(value.replace("-", "")):
        # Without the label it may be another number of somebody's.
        return value.startswith("9") and not {"ssn", "security"} & set(place.words[-2:])
    if (
        _CARD.fullmatch(value)
        and not luhn("".join(filter(str.isdigit, value)))
        and place.words[-1:]
        and place.words[-1] in _CARDS
    ):
        return False
    own = _OWN_LABEL.match(value)
    if _is_of_a_thing(place.words) or (own is not None and own[1].lower() in _THINGS):
        return False
    if _COLUMN.search(value) or _COLUMN.match(place.behind) or _KEYED_ROW.match(place.before):
        return False
    if not any(map(str.isdigit, value)):
        return place.line is not LineKind.TECHNICAL and "_" not in value
    if _OWNED.search(place.before[-48:]):
        return True
    if _HEX.fullmatch(value) and not (place.line is LineKind.SENTENCE and "id" in place.words[-3:]):
        return False
    if value.isdigit():
        if _LISTING.fullmatch(place.before) and _LISTED.match(place.behind):
            return False
        if 7 <= len(value) <= 10 and _COMMIT.fullmatch(place.before) and _is_log(place):
            return False
    return not (_DUMP.fullmatch(value) and place.line is LineKind.TECHNICAL)


def _is_of_a_thing(words: list[str]) -> bool:
    """Tell whether the nearest of `words` that says anything names a thing: "pid", "flight number"."""
    for word in reversed(words[-4:]):
        if word in _THINGS:
            return True
        if word not in _LINKS:
            return False
    return False


_LOGGED = re.compile(r"[*|/\\ ]{0,12}[0-9a-f]{7,12}[ \t]")


def _is_log(place: LineContext) -> bool:
    """Tell whether the line, or one beside it, begins as a list of commits does: a short hash and a subject."""
    return re.match(r"\s[^\W\d_]", place.behind) is not None and (
        place.before.startswith(("HEAD", "commit"))
        or any(_LOGGED.match(line) is not None for line in (place.above, place.below))
    )


# ------------------------------------------------------------------------------------------------------------ streets

_PROGRAM = re.compile(r"[\t│→{}=<>;|]|\w\(")
_ADDRESSES = frozenset(
    ("zip", "zipcode", "postcode", "postal", "plz", "address", "street", "house", "apartment", "unit")
)
_LABELS = frozenset(("IBAN", "BIC", "SWIFT", "TEL", "FAX", "SSN", "VAT", "MAC", "IP"))
_ZIP_DIGITS = 5
_LEAST_ALONE = 4  # digits of a number that may be a postal code without being called so
_ONE_TOKEN = re.compile(r"(?=\D*\d)(?=[^a-zA-Z]*[a-zA-Z])[\w.-]+")
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]?(?:\d[A-Z]{2})?|\d{4,6}[A-Z]{2}|[A-Z]{1,2}-\d{4,5}|\d{1,5}[A-Za-z]", re.IGNORECASE
)


def _is_street(place: LineContext) -> bool:
    value = place.value
    if _PROGRAM.search(value):
        return False
    if value.strip(":.").upper() in _LABELS:
        return False
    if not any(map(str.isalpha, value)):
        # The number of a house or a postal code; a ZIP code has five digits.
        digits = sum(map(str.isdigit, value))
        return not (
            (digits < _LEAST_ALONE and _ADDRESSES.isdisjoint(place.words[-3:]))
            or (place.line is LineKind.TECHNICAL and _ADDRESSES.isdisjoint(place.words[-2:]))
            or _is_of_a_thing(place.words)
            or (digits < _ZIP_DIGITS and place.before.lower().endswith("zip "))
        )
    if _ONE_TOKEN.fullmatch(value):
        return not _HEX.fullmatch(value) and (place.line is LineKind.SENTENCE or _POSTCODE.fullmatch(value) is not None)
    return not (value.islower() and value.isalpha() and place.line is not LineKind.SENTENCE)


_JUDGES: Mapping[str, Callable[[LineContext], bool]] = MappingProxyType(
    {
        "PERSON": is_person,
        "USERNAME": _is_username,
        "PASSWORD": _is_password,
        "ID_NUMBER": _is_identifier,
        "STREET_ADDRESS": _is_street,
    }
)


def is_believed(text: str, span: Span) -> bool:
    """Tell whether what a model found in `text` is what it says, by the rules above; other types always are.

    The scheme of a URL is never anything.
    """
    if text.startswith("://", span.end):
        return False
    judge = _JUDGES.get(span.entity_type)
    return judge is None or judge(LineContext(text, span))
