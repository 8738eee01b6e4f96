"""Check a model's findings of people by the line around them.

An identifier, a version or a cell of a table is not a person. In lower case, or on a line that is not a sentence, a
finding must be a common name, be introduced as one ("Author:", "my name is"), or have a high score.
"""

from __future__ import annotations

import re
import unicodedata

from relay.detect.common_names import FAMILY, GIVEN
from relay.detect.place import WORD, LineContext, LineKind
from relay.detect.products import ALSO_NAMES, PRODUCTS

__all__ = ["HOME", "is_person"]

_ESCAPE = re.compile(r"\\{1,2}u([0-9a-fA-F]{4})")
_NO_NAME = re.compile(r"[_\\={}<>|*+@#$^\[]|::|->")
_ACCOUNT = re.compile(r"[^\W\d_]+(?:_[^\W\d_]+)+")
_HARDLY = re.compile(r"[\d/\t\n]|  |--")
# An initial or a title before a full stop ("C.V.Rao", "Smt.Rao") and initials behind a name join nothing.
_JOINED_BEFORE = re.compile(
    r"(?:[/\\_#$=%&~@:]|\w-|[\w)][a-z0-9_)]\.)$(?<!Smt\.)(?<!Sri\.)(?<!Mrs\.)(?<!Mr\.)(?<!Dr\.)"
)
_JOINED_BEHIND = re.compile(r"[/\\_=@$]|[:-]\w|\.(?![A-Z](?:\.|\b))\w|::|\(")
HOME = re.compile(r"(?:(?:/home|/Users|\\Users)[/\\]{1,2}|~)$")
_INNER_CAPITAL = re.compile(r"(?!Mc|Mac|De|Di|Da|Du|La|Le|Van|Von|Fitz|San|El|Al|Ben|O)(?=[A-Za-z]*[a-z][A-Z])\w++")
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


def is_person(place: LineContext) -> bool:
    """Tell whether a model's finding of a person is accepted."""
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
    return HOME.search(place.before) is None


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
