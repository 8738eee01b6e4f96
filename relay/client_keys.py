"""The digest by which a client is known, and those that are none: of words that anybody tries, and of documentation."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

__all__ = ["SHOWN", "ClientName", "KeyDigest"]

# What documentation and templates show where the digest of a key belongs. It is the digest of nothing that is known.
SHOWN = "0" * 64
# What people and examples put where a key belongs, also with the line end that `echo` adds to it.
_WORDS = """
1234 12345 123456 1234567 12345678 123456789 1234567890 abc123 access admin administrator api apikey api-key api_key
changeit changeme change-me change_me client default demo desktop dev dummy example foo foobar hello hunter2 key
key-test laptop letmein local localhost master my-key mykey none null openai pass passw0rd password password1 qwerty
relay relay-key root secret secret-key secretkey server sk-1234 sk-test sk-xxx test test-key test123 testing token
user welcome xxx your-key your-api-key
"""


def _of_a_secret(digest: str) -> str:
    if digest == SHOWN or digest in _digests():
        raise ValueError("is the digest of a word, or the one that documentation shows; relay keygen makes a key")
    return digest


@cache
def _digests() -> frozenset[str]:
    words = ("", *_WORDS.split())
    spelled = {form for word in words for form in (word, word.upper(), word.capitalize())}
    return frozenset(hashlib.sha256((word + end).encode()).hexdigest() for word in spelled for end in ("", "\n"))


def _stated(name: str) -> str:
    # Without a name a client is one that is not configured, and all of these would be one.
    if not name.strip():
        raise ValueError("is empty; clients are told apart by their names")
    return name


# Entries of one name are one client, with several keys: so a key is replaced by another while both are accepted.
ClientName = Annotated[str, AfterValidator(_stated)]
# SHA-256 of a client's key, in hex.
KeyDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), AfterValidator(_of_a_secret)]
