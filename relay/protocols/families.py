"""What all formats of one provider share: facts that the provider's folder states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from relay.types import Headers

__all__ = ["ContractHeaders", "ContractWords", "Family", "LogProbabilities", "TokenFields"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFields:
    """Where a family's requests and answers state numbers of tokens. A path is the keys from the root.

    `usage`: where an answer or an event holds its usage; the first path that leads to an object with members counts,
    and `()` is the answer itself. `input` and `output`: the fields of it that are added up. `limits`: where a request
    bounds its answer; the first that holds a number counts.
    """

    usage: tuple[tuple[str, ...], ...]
    input: tuple[str, ...]
    output: tuple[str, ...]
    limits: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProbabilities:
    """How a format's answers state the log-probability of each token.

    `ask`: the fields that ask for them; a request that states the first one asked itself. `holders`: the path, through
    arrays, to the objects that have them (`()`: the answer itself), in `field`. `values`: the paths from there, through
    arrays, to the numbers. `nullable`: the field is null where there are none; else it is absent.
    """

    ask: Mapping[str, bool | int]
    holders: tuple[str, ...]
    field: str
    values: tuple[tuple[str, ...], ...]
    nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What all formats of one provider share, stated in `relay/wire/<name>/family.py`. No fact has a default.

    `name` is the folder's name, the word in the configuration's `formats`, and the prefix of a path that names the
    vendor: `/openai/v1/models`. `under_prefix`: the families whose paths the vendor's own server has; they are served
    under the prefix.

    `client_headers`: headers, in lower case, that only this vendor's clients send. They tell whose a path is that
    vendors share; what they do not tell belongs to the families without such headers. `client_paths` finds what only
    this vendor's paths have: a guess, for the shape of an error (None: any other path).

    `page_headers`: headers, in lower case, that its SDKs send from a web page; one that ends in `*` stands for all that
    begin so. `keyless`: clients may send no API key. `keep_alive`: the bytes that keep a silent stream open; empty
    where the SDKs accept nothing.
    """

    name: str
    under_prefix: tuple[str, ...]
    client_headers: frozenset[str]
    client_paths: re.Pattern[str] | None
    page_headers: frozenset[str]
    keyless: bool
    keep_alive: bytes
    tokens: TokenFields


_NAME = re.compile("(?<![0-9])[a-z]+")  # not the letter of a size: `128k`


@dataclass(frozen=True, slots=True)
class ContractWords:
    """The words that one header may hold: those `listed`, and others of the documented `shape` with the names of these.

    A name is a run of letters, so a new version of a feature passes, and so does a feature that is named like others.
    """

    shape: re.Pattern[str]
    listed: frozenset[str] = frozenset()
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(name for word in self.listed for name in _NAME.findall(word)))

    def take(self, word: str) -> bool:
        """Tell whether a word that is not listed may pass."""
        return self.shape.fullmatch(word) is not None and self.names.issuperset(_NAME.findall(word))


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractHeaders:
    """What of a client's headers belongs to the provider's contract (API version, beta flags), in one order.

    `unlisted` are the words among them that are only shaped like the contract's own; `dropped` words may not pass.
    """

    headers: Headers = field(default=(), repr=False)
    unlisted: tuple[str, ...] = field(default=(), repr=False)
    dropped: int = 0
