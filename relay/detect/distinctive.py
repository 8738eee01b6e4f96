"""Tell which values are replaced wherever they stand, and not only where they were found.

Only distinctive values are searched. `postgres` is a password after `DB_PASSWORD=` and an ordinary word in forty other
places, where replacing it has no use. Such a value is replaced only where its own pattern or the model found it.
`distinctive` decides:

* what an operator listed or a plug-in found is distinctive;
* a person's name is, unless it is one word that is not a name: in small letters ("jordan", "akka"), three capitals or
  fewer ("JFK"), or with a digit in it;
* a secret, an account's name or an identifier is not when it reads like a word: letters of one case or capitalised,
  with up to 3 digits behind them ("postgres", "Staging", "user1", "admin123", "HAT052"). An account's name is
  distinctive when it is made of a person's: a common name, two, or an initial and a family name ("mgonzalez",
  "kofi2"). A secret is not when it is a few such words ("AccessDenied", "not found", "auth.password"), nor is a number
  of 6 digits or fewer;
* an ID_NUMBER, which only its context makes personal, is replaced in the text that gives the context and in later ones
  (`recurs`), not in earlier ones: on recorded conversations with support and coding agents four in five late findings
  were such numbers, and each invalidated the provider's prompt cache;
* any other value is, except one word in small letters ("apple", a company's name).
"""

from __future__ import annotations

import re

from relay.detect.common_names import FAMILY, GIVEN
from relay.detect.known import searchable
from relay.detect.taxonomy import Group, Method, describe

__all__ = ["PEOPLE", "distinctive", "recurs"]

_UNNAMED = "ID_NUMBER"
PEOPLE = frozenset({"PERSON", "GIT_AUTHOR"})
_ACCOUNTS = frozenset({"USERNAME", "HOME_PATH", "HOST_NAME", "PROFILE_URL"})
_LONGEST_ACRONYM = 3
_ONE_WORD = re.compile(r"[^\W_]+")
# A word in one case or with a capital, as no random text is for long.
_PLAIN = r"(?:[^\W\d_A-Z]+|[A-Z]+|[A-Z][^\W\d_A-Z]+)"
_WORD_WITH_NUMBER = re.compile(rf"{_PLAIN}[0-9]{{0,3}}")
_NUMBER = re.compile(r"[0-9]{1,6}")
# Up to three words as in prose, or any number as in the name of something in a program: `get_userName`, `auth.token`.
_HUMPS = r"(?:[^\W\d_A-Z]+|[A-Z]+)(?:[A-Z][^\W\d_A-Z]{2,})*|(?:[A-Z][^\W\d_A-Z]{2,})+"
_WORDS = re.compile(rf"{_PLAIN}(?:[ -]{_PLAIN}){{0,2}}[0-9]{{0,3}}|(?:{_HUMPS})(?:[_.](?:{_HUMPS}))*[0-9]{{0,3}}")


def distinctive(entity_type: str, value: str) -> bool:
    """Tell whether `value` is replaced wherever it stands, and not only where it was found as an `entity_type`."""
    return entity_type != _UNNAMED and recurs(entity_type, value)


def recurs(entity_type: str, value: str) -> bool:
    """Tell whether `value`, found as an `entity_type`, is replaced wherever it stands in that text and later ones."""
    if not searchable(value):
        return False
    info = describe(entity_type)
    if info.group is Group.OTHER:
        return True
    if entity_type in PEOPLE:
        return not _ONE_WORD.fullmatch(value) or _is_name(value)
    if info.group is Group.SECRET:
        return not (_NUMBER.fullmatch(value) or _WORDS.fullmatch(value))
    if entity_type in _ACCOUNTS and _is_named(value):
        return True
    if entity_type in _ACCOUNTS or (info.method in (Method.CONTEXT, Method.MODEL) and info.default):
        return not _WORD_WITH_NUMBER.fullmatch(value)
    return not (value.isalpha() and value.islower())


def _is_name(word: str) -> bool:
    """Tell whether a word can be a person's name: letters, capitalised where the script has capitals."""
    if any(map(str.isdigit, word)) or (word.isupper() and len(word) <= _LONGEST_ACRONYM):
        return False
    return not word.islower()


def _is_named(account: str) -> bool:
    """Tell whether an account is named after a person: a common name, two of them, or an initial and a family name."""
    letters = account.lower().rstrip("0123456789")
    if letters in GIVEN or letters in FAMILY or letters[1:] in FAMILY:
        return True
    return any(letters[:cut] in GIVEN and letters[cut:] in FAMILY for cut in range(3, min(len(letters) - 2, 20)))
