"""Tell random-looking text from words, and real values from stand-ins such as `YOUR_API_KEY`."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

__all__ = [
    "entropy",
    "is_artefact",
    "is_digest",
    "is_mixed",
    "is_odd",
    "is_program_text",
    "is_random_key",
    "is_reference",
    "is_stand_in",
    "looks_random",
    "reads_as_words",
    "stands_out",
]

# Stand-ins for "put your key here", in programs and in prose. What a bracket opens is one if it is closed, or has no
# signs as passwords have them; what begins with a mask, if no more than the end of a value follows. Repeats that may
# take the same signs are possessive: each takes all it can and gives nothing back, so no length costs more than a pass.
_STAND_IN = re.compile(
    r"""[<{\[](?:.*[>}\]]|[^!@\#%^&*~;?<>}\]]*) | \$\{?\w+\}?(?:[:.].*)? | \$\(.*\)? | %\w+% | @\w+@
    | (?:your|insert|replace|change|enter|paste|fill)(?:[\W_]|me|your|with|in|it|this|the)*+[\w-]*+[\W_]*+
    | (?:my|the|some|an?|new|old|test|fake|dummy|sample|example|mock|demo)[\W_]++(?:[\w-]*?[\W_])?
      (?:key|token|secret|password|passwd|pass|pwd|here|value|id|code|string|name)[\W_]*+\d?
    | (?:x{3,}|\*{3,}|-{3,}|_{3,}|0{4,}|\?{3,}|•{2,})(?:[^\d]*|[x*.\-_0?• ]*.{0,4}|.*(?:\.\.\.|…).*)
    | (?:\.{3,}|…).* | (?!x{3}|\*{3}).*(?:x{4,}|\*{3,}|\.\.\.|…).*
    | (?:%[a-z]|%\(\w+\)s|[:/@])+
    | (?:null|none|nil|undefined|true|false|todo|tbd|n/?a|unknown|required|optional|empty|redacted|hidden|masked|removed
      |password|passwd|pass|pwd|secret|token|key|api[_-]?key|value|string|str|int|bytes|bool|example|sample|placeholder
      |user(?:name)?|change[_-]?me|foo|bar|baz|foobar|dummy|test|default|admin|root|os|process|env|config|self|this)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


_OBJECTS = (
    "env|self|this|config|settings|secrets|params|request|req|ctx|data|args|options|props|state|user|form|body|row|res"
    "|response|event|input|cfg|conf|app|vault|var|local|module"
)
# A call, an attribute, names with dots between, a name, a lower-case word, an opened bracket, a short number, a path:
# code, not a value.
_REFERENCE = re.compile(rf"[\w.]+\((?:.*\)(?:[.\[].*)?)?|(?:process\.env|os\.(?:environ|getenv)|{_OBJECTS})[.\[].*")
_PROGRAM = re.compile(
    rf"{_REFERENCE.pattern}|[\w.]+\(.*|[a-z_]+(?:\.[a-z_]+)+|[a-z]+[A-Z][A-Za-z]*|[a-z]+(?:_[a-z]+)+"
    r"|[A-Z][a-z]+(?:[A-Z][a-z]+)*|[a-z]{1,24}[;,)\]]?|[\[({].*|.*\[\]|[|&].*|\d{1,3}|https?://.*|/[\w./-]*"
)


def entropy(text: str) -> float:
    """Return the Shannon entropy of `text` in bits per character (0 for an empty text)."""
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values()) if size else 0.0


def looks_random(text: str) -> bool:
    """Tell whether `text` reads like a key: long enough, several kinds of character, hard to guess."""
    if len(text) < 12:
        return False
    kinds = (any(map(str.isdigit, text)), any(map(str.islower, text)), any(map(str.isupper, text)))
    return sum(kinds) >= 2 and kinds[0] and entropy(text) >= min(3.0, log2(len(text)) - 0.8)


def is_random_key(text: str) -> bool:
    """Tell whether `text` of 12 characters and more is hexadecimal, or letters in an order that no name has.

    Less than `looks_random` asks for: only for what stands under the name of a key.
    """
    if _HEX_KEY.fullmatch(text):
        return len(set(text)) >= _LEAST_DIFFERENT
    if not _LETTERS.fullmatch(text) or text.islower() or text.isupper():
        return False
    words = (word for word in _WORDS.findall(text) if _VOWEL.search(word) or word.isupper())
    return sum(map(len, words)) <= _MOST_IN_WORDS * len(text)


_HEX_KEY = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,64}|(?=[A-F]*\d)(?=\d*[A-F])[0-9A-F]{12,64}")
_LETTERS = re.compile(r"[A-Za-z]{12,64}")
# What names consist of: small letters and a capital before them, a vowel among them; and what is spelled in capitals.
_WORDS = re.compile(
    r"(?:RSA|PEM|DER|HTTPS?|JSON|XML|SQL|UR[LI]|JWT|API|AES|SHA|SSL|TLS|SSH|PKCS|HMAC|UUID|AWS|TCP|UDP|DNS|DSA|CSRF|XSRF"
    r"|CSS|HTML|SDK|OTP|HSM|KEY|TOKEN|SECRET)(?![a-z])|[A-Z]?[a-z]{2,}"
)
_VOWEL = re.compile(r"[aeiouy]", re.IGNORECASE)
_LEAST_DIFFERENT = 5
_MOST_IN_WORDS = 0.67


def is_mixed(text: str) -> bool:
    """Tell whether the kinds of character in `text` take turns as in no name: `zu8Hq2Lw0`, and not `user2Token3`."""
    return any(map(str.isdigit, text)) and len(_KIND.findall(text)) >= _TURNS


# One character of each run of a kind, but a capital before small letters is of one kind with them.
_KIND = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]+")
_TURNS = 5


def is_artefact(value: str) -> bool:
    """Tell whether `value` names a release: `jjwt-jackson-0.11.2`, `org.example:core:1.2.3`, `@scope/name@4.5.6`."""
    return _ARTEFACT.fullmatch(value) is not None


# Words of small letters, joined, and a version of at least two numbers. Each part begins with a sign or a letter.
_ARTEFACT = re.compile(
    r"@?[a-z]{2,32}\d{0,2}(?:[-_./:][a-z]{1,32}\d{0,2}){0,8}(?:[-_:@]|==)v?\d{1,4}(?:\.\d{1,4}){1,3}"
    r"(?:[-.+]?(?:alpha|beta|rc|dev|post|final|release|snapshot|jre|android)[.\d-]{0,6})?",
    re.IGNORECASE,
)


def is_digest(value: str) -> bool:
    """Tell whether `value` is written like a digest or an identifier: hexadecimal of a usual length, a UUID."""
    return _DIGEST.fullmatch(value) is not None


_DIGEST = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})",
    re.IGNORECASE,
)


def reads_as_words(value: str) -> bool:
    """Tell whether `value` is words with numbers behind them, joined by signs: `app-settings-v2`, `user:42`."""
    return _JOINED_WORDS.fullmatch(value) is not None


# A word in one case or with capitals at its humps, or a number; at most 8 digits. There is one way to read each word:
# with two, the time of a text that ends in another sign doubles with every letter.
_WORD = r"(?:(?:[a-z]++|[A-Z]{2,}+|[A-Z](?=[a-z]))++\d{0,8}|\d{1,8})"
_JOINED_WORDS = re.compile(rf"{_WORD}(?:[-_./:#@ ]{{1,2}}{_WORD})*")


def is_stand_in(value: str) -> bool:
    """Tell whether `value` stands for a secret instead of being one."""
    return len(set(value)) <= 2 or _STAND_IN.fullmatch(value) is not None or _VARIABLE.fullmatch(value) is not None


def is_program_text(value: str) -> bool:
    """Tell whether an unquoted `value` reads like a piece of a program: a call, a name, a path."""
    return _PROGRAM.fullmatch(value) is not None


def is_reference(value: str) -> bool:
    """Tell whether an unquoted `value` is a call or a part of an object: `getpass()`, `os.environ["X"]`."""
    return _REFERENCE.fullmatch(value) is not None


def is_odd(value: str) -> bool:
    """Tell whether `value` is unlike a word of prose: it mixes letters with digits or signs."""
    return not value.isalpha() and (any(map(str.isdigit, value)) or any(char in "!@#$%^&*_+=~?" for char in value))


def stands_out(value: str, *, alone: bool = False) -> bool:
    """Tell whether `value` is hardly anything but a password, whatever stands before it: long enough, of three kinds of
    character or of kinds that take turns, and no name with a number, path, address, call, setting, time or digest.

    `alone`: nothing else is in its cell or on its line. There a word with a number is one, too, unless numbers are
    usual behind that word.
    """
    if alone and _WORD_AND_NUMBER.fullmatch(value):
        return _NUMBERED.match(value) is None
    if len(value) < _LEAST_OUTSTANDING or not any(map(str.isdigit, value)) or not any(map(str.isalpha, value)):
        return False
    kinds = (any(map(str.islower, value)), any(map(str.isupper, value)), not value.isalnum())
    if sum(kinds) < 2 and not is_mixed(value):
        return False
    return not (
        _NO_PASSWORD.search(value)
        or (reads_as_words(value) and _WORD_AND_YEAR.fullmatch(value) is None)
        or is_program_text(value)
        or is_artefact(value)
        or is_stand_in(value)
    )


_WORD_AND_NUMBER = re.compile(r"(?=.{6})[A-Za-z]{4,24}\d{1,8}(?:[A-Za-z]{2,24}\d{0,8})?")
_NUMBERED = re.compile(
    r"(?:sha|shake|md|bcrypt|scrypt|argon|pbkdf|utf|base|oauth|openid|saml|n?(?:var)?char|u?int|float|string|text|version"
    r"|step|chapter|section|level|page|field|column|option|item|user|group|host|node|server|client|port|http|socks|ipv"
    r"|windows|python|java|release|build|phase|type|table|row|line|test|example|case|file|config|setting|note|figure"
    r"|password|passwd|part|form|label|input|value|name|key)s?\d",
    re.IGNORECASE,
)
_LEAST_OUTSTANDING = 8
_WORD_AND_YEAR = re.compile(r"[A-Za-z]{4,24}\d{2,8}")
_NO_PASSWORD = re.compile(
    r"://|::|@[\w-]+\.\w|\w[(\[].*[)\]]|^[\w.-]+[=:][^=]|^~?/\w|^[A-Za-z]:\\|^\d{4}-\d\d-\d\d|^[0-9a-f-]+$|^-|\.\w{1,4}$|^[Aa]rgon2",
)
