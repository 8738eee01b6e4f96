r"""Undo what shells, databases, tables and templates do to a sign so that it stands for itself.

`Pa\$sw0rd`, `Pa$$sw0rd` and ``Pa`$sw0rd`` are one password, as are `it's`, `it''s`, `it\'s`, `it'\''s` and
`it'"'"'s`. In which of these languages a text is written is not asked: no two values differ in such signs alone.
"""

from __future__ import annotations

import re

__all__ = ["is_quotable", "unquoted"]

# A closing quotation mark, the mark in quotation marks of the other kind, and the opening one again.
_CHANGED = (("'\"'\"'", "'"), ('"\'"\'"', '"'))
# Before a sign or blank: of shells and most languages, of cmd and of PowerShell.
_ESCAPE = re.compile(r"[\\^`](?=[ !-/:-@\[-`{-~])")
_DOUBLED = re.compile(r"([$%'\"])\1+")
_SIGN = re.compile(r"[ !-/:-@\[-`{-~]")


def is_quotable(value: str) -> bool:
    """Tell whether `value` has a sign within it that may be written otherwise."""
    return _SIGN.search(value, 1, len(value) - 1) is not None


def unquoted(text: str) -> str:
    """Return `text` with each sign written once and without an escape. Letters and digits stay as they are."""
    for changed, sign in _CHANGED:
        text = text.replace(changed, sign)
    return _DOUBLED.sub(r"\1", _ESCAPE.sub("", text))
