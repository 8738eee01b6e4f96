"""Which data classes a request holds: from its entity types, and from words in its text, with the evidence.

| class        | holds when |
| ------------ | --- |
| PHI          | a patient's number; or a health word, condition, drug or provider number together with a person |
| PCI          | card data |
| NPI          | an account or tax number together with a person |
| PRIVILEGED   | words of lawyer-client confidence |
| SECRET       | a credential |
| PII          | any other personal value of a type that is on or that a rule names |

A person is whoever can be named or reached: `PERSON_TYPES`. Tool descriptions and schemas are no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from relay.policy.lexicons import HEALTH, PRIVILEGED, Lexicon
from relay.policy.model import DataClass
from relay.types import Segment

__all__ = ["PERSON_TYPES", "WHOLE_REQUEST", "Evidence", "KnownType", "classify"]


class KnownType(Protocol):
    """What policy needs to know about an entity type. Whoever builds the engine passes the table in."""

    @property
    def group(self) -> str:
        """Return the group: PERSON, FINANCE, …"""
        ...

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the data classes that a value of this type counts for, some only together with a person."""
        ...

    @property
    def default(self) -> bool:
        """Tell whether the type is on when policy names nothing."""
        ...


# Types that name or reach one person. Accounts and tax numbers are not among them: they make NPI only beside one.
PERSON_TYPES = frozenset(
    {
        "PERSON",
        "USERNAME",
        "EMAIL_ADDRESS",
        "PHONE_NUMBER",
        "FAX_NUMBER",
        "STREET_ADDRESS",
        "DATE_OF_BIRTH",
        "PROFILE_URL",
        "US_SSN",
        "US_PASSPORT",
        "US_DRIVER_LICENSE",
        "UK_PASSPORT",
        "UK_DRIVING_LICENCE",
        "PASSPORT",
        "PASSPORT_MRZ",
        "DRIVER_LICENSE",
        "NATIONAL_ID",
        "DE_ID_CARD",
        "DE_PASSPORT",
        "SG_NRIC_FIN",
    }
)

# Classes that are about the whole request: `class: PHI` selects every type that is on. The others (PCI, SECRET) select
# the values that the class is made of.
WHOLE_REQUEST = frozenset({DataClass.PHI, DataClass.NPI, DataClass.PRIVILEGED, DataClass.TRADE_SECRET, DataClass.PII})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a request has a data class: the entity types, and the words of a lexicon. `words` says much: not for logs."""

    data_class: DataClass
    types: tuple[str, ...] = ()
    lexicon: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)

    @property
    def reason(self) -> str:
        """Return the evidence in a form that holds no word of the text."""
        parts = list(self.types)
        if self.words:
            parts.append(f"{len(self.words)} {self.lexicon} {'word' if len(self.words) == 1 else 'words'}")
        return f"{self.data_class}: {', '.join(parts)}"


def classify(
    segments: Sequence[Segment], types: Mapping[str, KnownType], personal: frozenset[str]
) -> tuple[Evidence, ...]:
    """Return the evidence for each data class of a request, in the order of `DataClass`.

    `types` are the entity types that were found, with what is known of them; `personal` those that may count for PII.
    """
    names = sorted(types)
    hinted: dict[str, list[str]] = {}
    for name in names:
        for hint in types[name].classes:
            hinted.setdefault(hint, []).append(name)
    health = [name for name in names if types[name].group == "HEALTH" and types[name].default]
    people = [name for name in names if name in PERSON_TYPES]
    texts = [segment.text for segment in segments if not segment.contract]
    found = (
        _phi(hinted.get("PHI", []), health, people, texts),
        _simple(DataClass.PCI, hinted),
        _npi(hinted.get("NPI", []), people),
        _words(DataClass.PRIVILEGED, PRIVILEGED, texts),
        _simple(DataClass.SECRET, hinted),
        _pii(hinted.get("PII", []), personal),
    )
    return tuple(item for item in found if item is not None)


def _simple(data_class: DataClass, hinted: Mapping[str, list[str]]) -> Evidence | None:
    names = hinted.get(data_class.value)
    return Evidence(data_class=data_class, types=tuple(names)) if names else None


def _phi(hinted: list[str], health: list[str], people: list[str], texts: Sequence[str]) -> Evidence | None:
    if health:
        return Evidence(data_class=DataClass.PHI, types=tuple(sorted({*hinted, *people})))
    if not people:
        return None
    words = HEALTH.find(texts)
    if not hinted and not words:
        return None
    return Evidence(data_class=DataClass.PHI, types=tuple(sorted({*hinted, *people})), lexicon=HEALTH.name, words=words)


def _npi(accounts: list[str], people: list[str]) -> Evidence | None:
    """Account and person must be two different values: one tax number is not its own owner."""
    if not any(person != account for person in people for account in accounts):
        return None
    return Evidence(data_class=DataClass.NPI, types=tuple(sorted({*accounts, *people})))


def _words(data_class: DataClass, lexicon: Lexicon, texts: Sequence[str]) -> Evidence | None:
    words = lexicon.find(texts)
    return Evidence(data_class=data_class, lexicon=lexicon.name, words=words) if words else None


def _pii(hinted: list[str], personal: frozenset[str]) -> Evidence | None:
    names = tuple(name for name in hinted if name in personal)
    return Evidence(data_class=DataClass.PII, types=names) if names else None
