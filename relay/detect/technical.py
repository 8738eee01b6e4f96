"""Check a model's findings in technical text: program text, logs, lock files, paths, lists of tools.

A model that learned names from sentences reports `grafana`, `@babel`, a hash or a line number as personal data. A few
characters show what such a word is: how it is joined to its neighbours, what its label says, and whether the line is a
sentence. Each type has its own checks:

* a person: not an identifier, a version or a cell of a table; in lower case, or on a line that is not a sentence, it
  must be a common name, be introduced as one ("Author:", "my name is"), or have a high score;
* a user name: not the scope of a package, a decorator, a mark of a patch, or a folder that is not a home;
* a password: a word near it refers to one, or it looks like one; the name of its setting is not part of it;
* an identifier: not a hash, a line number, a version or a time, and not labelled as the number of a thing;
* a street: more than a number, and not a word with digits in it.

The result is a function of the text alone and reads one line around a span, so equal texts have equal spans. Spans are
only removed; findings of patterns are not checked. Work is bounded for each span.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from relay.detect.checksums import is_issued_ssn, luhn
from relay.detect.common_names import FAMILY, GIVEN
from relay.detect.entropy import is_stand_in
from relay.detect.place import WORD, LineContext, LineKind
from relay.detect.products import ALSO_NAMES, PRODUCTS, SYSTEM_USERS
from relay.types import Span

__all__ = ["is_believed", "narrowed"]

_ESCAPE = re.compile(r"\\{1,2}u([0-9a-fA-F]{4})")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"(?=[0-9a-f]{0,39}[a-f])(?=[0-9a-f]{0,39}[0-9])[0-9a-f]{6,64}(?:\.\.\.?[0-9a-f]{0,40})?")


# ------------------------------------------------------------------------------------------------------------- people

_NO_NAME = re.compile(r"[_\\={}<>|*+@#$^\[]|::|->")
_ACCOUNT = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)+")
_HARDLY = re.compile(r"[\d/\t\n]|  |--")
# An initial or a title before a full stop ("C.V.Rao", "Smt.Rao") and initials behind a name join nothing.
_JOINED_BEFORE = re.compile(
    r"(?:[/\\_#$=%&~@:]|\w-|[\w)][a-z0-9_)]\.)$(?<!Smt\.)(?<!Sri\.)(?<!Mrs\.)(?<!Mr\.)(?<!Dr\.)"
)
_JOINED_BEHIND = re.compile(r"[/\\_=@$]|[:-]\w|\.(?![A-Z](?:\.|\b))\w|::|\(")
_HOME = re.compile(r"(?:(?:/home|/Users|\\Users)[/\\]{1,2}|~)$")
_INNER_CAPITAL = re.compile(r"(?!Mc|Mac|De|Di|Da|Du|La|Le|Van|Von|Fitz|San|El|Al|Ben|O)[A-Za-z]*[a-z][A-Z]\w*")
_INTRODUCED = re.compile(
    r"(?:\b(?:name(?:'s| is)|named|called|i am|i'm|im|mr|mrs|ms|miss|master|dr|prof|professor|sri|shri|smt|adv"
    r"|herr|frau|señora?|madame|monsieur|author(?:s|ed by)?|maintainers?"
    r"|owner|reviewers?|assignees?|assigned to|contact|written by|created by|changed by|reported by|thanks to|[a-z]+-by"
    r"|dear|hi|hello|hey|cc|attn|regards|customer|patient|client|employee|speaker|sender|recipient|passenger|guest|signed"
    r"|copyright|display_?name|full_?name|first_?name|last_?name|cardholder|from)|©|\(c\)|todo\(|fixme\()"
    r"[\s\"'`:=,.*-]{0,6}(?:(?:19|20)\d\d[\d, -]{0,12})?$",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"\"?,?\s{0,2}[<(][^<>()\s]{1,64}(?:@| at )")
# A `name` in a settings file is mostly that of a thing, unless fields of a person stand beside it.
_NAME_FIELD = re.compile(r"\bname[\"']?\s{0,2}[:=]\s{0,2}[\"']?$", re.IGNORECASE)
_WITH_PERSON = re.compile(
    r"[\"',;\s]{1,6}(?:e-?mail|phone|tel|mobile|address|street|dob|birth|born|age|role|login|user)", re.IGNORECASE
)
# A key of JSON is seldom a person.
_KEY = re.compile(r"\"\s?:")
_VERSIONED = re.compile(r"\s(?:v?\d{1,3}\.\d|[A-Z]{1,5}\d)")
_ASSISTED = re.compile(
    r"anthropic|claude[ -]?(?:code|opus|sonnet|haiku|desktop|pro|md)|CLAUDE\.md|\.claude|claude/|gpt|openai|codex"
    r"|gemini|\bllms?\b|copilot|(?:coding|ai|sub|cli)[ -]?agents?\b",
    re.IGNORECASE,
)
# A label stands within so many characters.
_LABEL = 48
# The score from which a model's finding is more than a guess.
_SURE = 0.9
_FAIR = 0.6
_GUESS = 0.35


def _is_person(place: LineContext) -> bool:
    value = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), place.value)
    if not value.isascii() and any(char > "\u0250" for char in value if char.isalpha()):
        return True  # scripts without case, or with other names than the lists have
    words = [_plain(word) for word in WORD.findall(value)]
    if not words:
        return False
    if _NO_NAME.search(value):
        # "daiki_silva" is a person's account.
        return (
            len(words) > 1
            and _ACCOUNT.fullmatch(value) is not None
            and any(word in GIVEN or word in FAMILY for word in words)
        )
    lower, sure = value == value.lower(), place.score >= _SURE
    given = any(word in GIVEN for word in words)
    known = given or any(word in FAMILY for word in words)
    introduced = bool(_INTRODUCED.search(place.before[-_LABEL:]) or _ADDRESSED.match(place.behind))
    if _is_product(words, place, known=known) and not (introduced and words[0] in ALSO_NAMES):
        return False
    if not known and place.is_technical and _NAME_FIELD.search(place.before) and (lower or place.before[-1] in "\"'="):
        return _WITH_PERSON.match(place.behind) is not None
    if introduced:
        return True
    if not known and _KEY.match(place.behind) and place.is_technical:
        return False
    if "  " in value and not known:
        return False
    if known and not lower and not _HARDLY.search(value) and not _is_joined(place):
        return True
    if not place.is_technical:
        return not (_HARDLY.search(value) and lower)
    likely = not lower and (known or (sure and len(words) > 1))
    if _HARDLY.search(value) and not likely:
        return False
    if _is_joined(place) and (not likely or (len(words) == 1 and place.line is LineKind.TECHNICAL)):
        return False
    if likely:
        return True
    match place.line:
        case LineKind.SENTENCE:
            return given or place.score >= (_GUESS if lower else 0)
        case LineKind.TECHNICAL:
            return False
        case _:
            if len(words) == 1 and _INNER_CAPITAL.fullmatch(value):
                return False
            return given or sure or (place.score >= _FAIR and not (lower and place.is_listed))


def _is_joined(place: LineContext) -> bool:
    """Tell whether the value is a piece of a longer word, path or name of a program; a home folder aside."""
    if not (_JOINED_BEFORE.search(place.before) or _JOINED_BEHIND.match(place.behind)):
        return False
    return _HOME.search(place.before) is None


def _is_product(words: list[str], place: LineContext, *, known: bool) -> bool:
    """Tell whether the words name software: by a list, by the version behind them, or by other words of assistants."""
    if not known and _VERSIONED.match(place.behind):
        return True
    if words[:1] == ["claude"]:
        return _ASSISTED.search(place.around) is not None or (len(words) > 1 and place.value.endswith(words[1]))
    lower = place.value == place.value.lower()
    if not all(word in PRODUCTS for word in words):
        return lower and words[0] in PRODUCTS and words[0] not in ALSO_NAMES  # "kafka running"
    return place.line is not LineKind.SENTENCE or not all(word in ALSO_NAMES for word in words)


def _plain(word: str) -> str:
    """Return `word` in lower case without accents."""
    lower = word.lower()
    if lower.isascii():
        return lower
    return "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))


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
    if value.startswith("@@") or "/" in value or len(value) > _LONGEST_USERNAME or _UUID.fullmatch(value):
        return False
    bare = value.lstrip("@").lower()
    if bare in SYSTEM_USERS:
        return False
    if value.startswith("@"):
        # `@scope/package`, `@app.route(`, `my @names =`, `@param`.
        return not (_NO_HANDLE.match(place.behind) or bare in _ANNOTATIONS)
    if _NO_HOME.search(place.before):
        return bool(_HOME.search(place.before) or _PROFILE.search(place.before))
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
    """Return a model's span of a secret or account without the name of its setting and what follows it."""
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
    if ". " in place.value or place.value.endswith(("=", ":")):
        return False
    near = f"{place.above}\n{place.before}\n{place.behind[:48]}"
    if _SPEAKS_OF_ONE.search(near):
        return True
    return place.line is not LineKind.TECHNICAL and any(map(str.isdigit, place.value))


# -------------------------------------------------------------------------------------------------------- identifiers

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
_COLUMN = re.compile(r"\t|\s{2,}\d")
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
        return True  # not the reported type, but personal
    if _UUID.fullmatch(value) or _VERSION.fullmatch(value) or _TIME.fullmatch(value) or _THING_CODE.fullmatch(value):
        return False
    if _SSN.fullmatch(value) and not is_issued_ssn(value.replace("-", "")):
        # Without the label it may be another personal number.
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
        "PERSON": _is_person,
        "USERNAME": _is_username,
        "PASSWORD": _is_password,
        "ID_NUMBER": _is_identifier,
        "STREET_ADDRESS": _is_street,
    }
)


def is_believed(text: str, span: Span) -> bool:
    """Tell whether a model's finding in `text` is accepted, by the rules above; other types always are."""
    judge = _JUDGES.get(span.entity_type)
    return judge is None or judge(LineContext(text, span))
