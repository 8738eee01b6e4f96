"""Which strings of a request belong to the protocol and not to its text: ids, names, closed words, signatures.

Both walks over a request ask here: the one that collects its segments (`relay.wire.segments`) and the one that reads
what is about to leave (`relay.wire.outgoing`). A string that passes as protocol is neither replaced nor compared with
values: a value may be the same word, and then it is replaced in text and stays in the protocol.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

__all__ = [
    "ID",
    "NAME_LISTS",
    "SCHEMA_KEYS",
    "SCHEMA_WORDS",
    "WORDS_ONLY",
    "holds_digits",
    "holds_long_number",
    "is_identifier",
    "is_name",
    "is_signature",
    "names_client",
    "names_code",
    "passes",
    "plain_number",
    "user_name",
]

# How ids, model names, tool names and words of closed sets are written. Digits alone can be anybody's.
ID: Final = re.compile(r"(?=[^A-Za-z]*[A-Za-z]|[^A-Za-z]{0,6}\Z)[A-Za-z0-9_.:/=+-]{0,256}")
# What a field that the table passes may hold unread. Words of a closed set or the name of a model: pieces that are
# words, short numbers or short mixtures of both, with six digits in all and perhaps a date.
_JOINT = re.compile("[_.:/=+-]")
_PIECE = re.compile("[A-Za-z]{1,24}|[A-Za-z0-9]{1,8}|")
WORDS_ONLY = re.compile(r"[A-Za-z]{1,24}(?:[_.:/-][A-Za-z]{1,24}){0,7}")
_DATE = re.compile(r"(?<![0-9])20[0-9]{2}(-?)[01][0-9]\1[0-3][0-9](?![0-9])")
# An id as providers issue them: a UUID, or a prefix with an opaque tail. IBANs, cards and keys have other lengths, no
# small letters, or hardly a letter.
_ISSUED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|[a-z]{2,12}[_-](?:tool-)?(?P<tail>[A-Za-z0-9]{24}|[0-9a-f]{32}|[0-9a-f]{48,68})"
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
_LEAST_DIGITS: Final = 5
_LONG_NUMBER: Final = 100_000_000  # of nine digits
_LONGEST_IDENTIFIER: Final = 40
_LONGEST_NAME: Final = 64  # of a function, with OpenAI and Anthropic
_MOST_DIGITS: Final = 6  # a name with more may hold a person's number
# Words that schemas repeat and that mean nothing by themselves: JSON Schema 2020-12, "type", and its dialects.
SCHEMA_WORDS: Final = frozenset(
    {
        *("object", "string", "integer", "number", "boolean", "array", "null", "function", "custom"),
        *("http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"),
    }
)
# Keywords that stand in nearly every object of a schema; looking them up is faster than looking at them.
SCHEMA_KEYS: Final = frozenset(
    {"type", "description", "properties", "required", "items", "enum", "additionalProperties"}
)
# Keywords whose strings are names of properties, of other schemas or of formats.
NAME_LISTS: Final = frozenset({"required", "propertyOrdering", "format", "$ref", "$schema"})

# Opaque text as providers write it: base64 of either alphabet, parts joined by dots or colons. Never white space.
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_.:~-]+")
_LONG_ENOUGH: Final = 64  # 48 bytes: what any signature or ciphertext has at least
# A long text of these signs that is no prose: base64 has all kinds, hexadecimal has digits.
_KINDS = tuple(re.compile(kind) for kind in ("[0-9]", "[A-Z]", "[a-z]"))
_HEX = re.compile("[0-9a-fA-F]+")
# How signatures of the large providers begin, for one that was cut short: a protocol buffer whose first field is 1 or 2
# and has a length (Anthropic, Google), or a Fernet token (OpenAI). Words have no two capitals or digits in a row.
_CUT_SHORT = re.compile(r"E[o-v]|(?:[CE][g-v]|gAAAA)(?=[a-z_-]*(?:[A-Z][a-z_-]+)*[A-Z0-9+/=]{2})[A-Za-z0-9+/=_-]*")
# Codex's `installation_id`, Claude Code's `device_id` and `account_uuid`, Azure's `end_user_id`, and the like.
_CLIENTS_ID = re.compile(
    r"[a-z0-9_-]*(?:device|install|installation|machine|hardware|host|account|user|member|employee|customer|tenant|session"
    r"|profile|visitor|anonymous|distinct|org|organi[sz]ation|project|team|workspace|conversation|thread|chat|trace|request"
    r"|user[_-]?prompt|turn)[_-]?(?:id|ids|uuid|guid|identifier|fingerprint)",
    re.IGNORECASE,
)
# What the name of a short number holds that may be a code of a card or a door, a PIN or a postcode. All other short
# numbers are lines, ports and counts, and nothing reads them.
_CODE = re.compile(
    r"cv[cvn]|csc|cav2|pin|puk|geheimzahl|otp|code|security|verification|pass|pwd|zip|plz|postal|ssn|social|[^\x00-\x7f]",
    re.IGNORECASE,
)
_LEAST_CODE: Final = 100
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?")
# A key and not a name: capitals and digits as issuers of credentials write them.
_JOINTS = re.compile("[_-]")
_KEY_LIKE = re.compile(r"(?=[A-Z]*[0-9])[A-Z0-9]{16,}")


def holds_digits(value: int | float) -> bool:
    """Tell whether a number has as many digits as a value that is looked for (`relay.detect.known`)."""
    return abs(value) >= 10 ** (_LEAST_DIGITS - 1) or (
        type(value) is float and sum(map(str.isdigit, repr(value))) >= _LEAST_DIGITS
    )


def names_code(label: str, value: int | float) -> bool:
    """Tell whether a number under `label` is read although it is short: of three digits at least."""
    return abs(value) >= _LEAST_CODE and _CODE.search(label) is not None


def holds_long_number(value: int | float) -> bool:
    """Tell whether a number is longer than what a setting has: counts, limits, tokens of a vocabulary."""
    return abs(value) >= _LONG_NUMBER


def plain_number(written: str) -> str:
    """Return a JSON number as people write it: a whole one without fraction and exponent, whatever its type is."""
    if written.isdigit() or _NUMBER.fullmatch(written) is None:
        return written
    value = Decimal(written)
    return f"{value:f}".partition(".")[0] if value == value.to_integral_value() else written


def passes(text: str) -> bool:
    """Tell whether a text that stands where the table passes is read by no recognizer, and compared with no value."""
    if WORDS_ONLY.fullmatch(text) is not None or not text:
        return True
    issued = _ISSUED.fullmatch(text)
    if issued is not None:
        tail = issued["tail"] or ""
        return not tail or (not tail.isupper() and sum(map(str.isdigit, tail)) * 4 <= len(tail) * 3)
    return (
        ID.fullmatch(text) is not None
        and sum(map(str.isdigit, _DATE.sub("", text, count=1))) <= _MOST_DIGITS
        and all(map(_PIECE.fullmatch, _JOINT.split(text)))
    )


def is_identifier(key: str) -> bool:
    """Tell whether `key` is written like a field name: ASCII letters, underscores and hyphens, and not long."""
    return (
        len(key) <= _LONGEST_IDENTIFIER and key.isascii() and key.replace("_", "").replace("-", "").isalpha()
    ) or key == ""


def names_client(key: str) -> bool:
    """Tell whether a field that no table knows is called like the id of a person, device, account or session."""
    return len(key) <= _LONGEST_NAME and _CLIENTS_ID.fullmatch(key) is not None


def is_name(text: str) -> bool:
    """Tell whether `text` is written like the name of a tool or property: an identifier, perhaps with a few digits."""
    if is_identifier(text):
        return True
    plain = text.lstrip("$@").replace("_", "").replace("-", "")
    return (
        len(text) <= _LONGEST_NAME
        and plain.isascii()
        and plain.isalnum()
        and not plain[0].isdigit()
        and sum(map(str.isdigit, plain)) <= _MOST_DIGITS
        and not any(map(_KEY_LIKE.fullmatch, _JOINTS.split(text)))
    )


def user_name(pseudonym: str) -> str:
    """Return the name of a speaker: OpenAI allows [A-Za-z0-9_-] and 64 characters."""
    return f"user_{_NOT_IN_NAMES.sub('_', pseudonym)}"[:64]


def is_signature(text: str) -> bool:
    """Tell whether `text` has the shape of a provider's signature or encrypted content; who wrote it is not known."""
    if len(text) >= _LONG_ENOUGH:
        all_kinds = all(kind.search(text) for kind in _KINDS)
        return _OPAQUE.fullmatch(text) is not None and (all_kinds or _HEX.fullmatch(text) is not None)
    return _CUT_SHORT.fullmatch(text) is not None
