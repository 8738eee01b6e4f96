"""Which words of a client's headers belong to a provider's contract and may pass: API versions and beta flags.

A header that a client writes is a way around the scrubber, so its words come from closed grammars: those that the
provider's SDKs list, and, so that a new version of a feature works before it is listed here, words of the documented
shape in which no other names stand than in listed ones. What is neither does not leave, and the log counts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from relay.protocols import ContractHeaders, ContractWords
from relay.types import Headers

__all__ = ["DATE", "NOTHING_PASSES", "less", "passing"]

# The date of an API version or of a beta flag. The oldest one in use is 2022-12-01 (Azure), so no date of birth is one.
DATE = r"20(?:2[2-9]|[3-9][0-9])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
# A client sends some ten; a header may hold thousands.
_MOST_WORDS = 64


NOTHING_PASSES = ContractHeaders()


def passing(headers: Headers, grammars: Mapping[str, ContractWords]) -> ContractHeaders:
    """Return what of `headers` may pass, by the grammar of each name (in lower case).

    Words are sorted and each stands once, whatever the client's order.
    """
    found: dict[str, set[str]] = {}
    unlisted: set[str] = set()
    dropped = 0
    for name, value in headers:
        grammar = grammars.get(name)
        if grammar is None:
            continue
        for word in filter(None, map(str.strip, value.split(","))):
            kept = found.setdefault(name, set())
            if word in grammar.listed:
                kept.add(word)
            elif len(kept) < _MOST_WORDS and grammar.take(word):
                kept.add(word)
                unlisted.add(word)
            else:
                dropped += 1
    return ContractHeaders(
        headers=tuple((name, ",".join(sorted(kept))) for name, kept in sorted(found.items()) if kept),
        unlisted=tuple(sorted(unlisted)),
        dropped=dropped,
    )


def less(contract: ContractHeaders, words: Iterable[str]) -> ContractHeaders:
    """Return `contract` without `words`, which are unlisted ones."""
    gone = frozenset(words)
    rows = ((name, [word for word in value.split(",") if word not in gone]) for name, value in contract.headers)
    return ContractHeaders(
        headers=tuple((name, ",".join(left)) for name, left in rows if left),
        unlisted=tuple(word for word in contract.unlisted if word not in gone),
        dropped=contract.dropped + len(gone),
    )
