"""Which data classes a request holds: from its entity types, and from words in its text, with the evidence.

| class        | holds when |
| ------------ | --- |
| PHI          | a patient's number, or an untyped number with a word for it; or, beside a person, a condition, a      |
|              | drug, a provider's number, or one strong or two weak words of health |
| PCI          | card data; or an untyped number with a word for cards |
| NPI          | an account or tax number, or an untyped number with a word for accounts, together with a person |
| PRIVILEGED   | a marking of lawyer-client confidence; one's own lawyer; or a client, or a lawyer's advice, with a  |
|              | legal matter |
| SECRET       | a credential |
| TRADE_SECRET | one of the policy's own markers or code names; or what the operator's own recognizers find  |
| PII          | any other personal value of a type that is on or that a rule names |

PHI, NPI, PRIVILEGED and TRADE_SECRET hold as well where the model finds that a passage implies them and the policy
has them under `implied` (implied.py).

The types that name or reach one person are `PERSON_TYPES`. Tool descriptions and schemas are no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from relay.policy.implied import NOTHING_IMPLIED, Implied, Passage
from relay.policy.lexicons import CARD, FINANCE, HEALTH, PRIVILEGED, SECRECY
from relay.policy.model import DataClass
from relay.policy.words import Lexicon, Phrases, Words, as_written
from relay.types import Segment

__all__ = ["PERSON_TYPES", "WHOLE_REQUEST", "ClassEvidence", "Evidence", "KnownType", "classify", "evidence_types"]


class KnownType(Protocol):
    """What policy needs to know about an entity type. The table is an argument of the engine."""

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


# The type of a number that only its context gives away; its words decide what it is.
_UNTYPED = "ID_NUMBER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why a request has a data class: the entity types, the words of a lexicon, and the passages that imply it.

    `words` and `passages` say much: not for logs.
    """

    data_class: DataClass
    types: tuple[str, ...] = ()
    lexicon: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)
    passages: tuple[Passage, ...] = field(default=(), repr=False)

    @property
    def reason(self) -> str:
        """Return the evidence in a form that holds no word of the text, and no place or length."""
        parts = list(self.types)
        if self.words:
            parts.append(f"{len(self.words)} {self.lexicon} {'word' if len(self.words) == 1 else 'words'}")
        if self.passages:
            count, best = len(self.passages), self.passages[0].score
            parts.append(f"implied by {count} {'passage' if count == 1 else 'passages'}, score {best:.2f}")
        return f"{self.data_class}: {', '.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEvidence:
    """What a set of entity types says about data classes, whatever the text. Holds no text, so it may be kept."""

    hinted: Mapping[str, tuple[str, ...]]  # data class → types that count for it
    health: bool  # a patient's number is among them
    people: tuple[str, ...]
    untyped: bool
    personal: tuple[str, ...]

    @classmethod
    def of(cls, types: Mapping[str, KnownType], personal: Collection[str]) -> ClassEvidence:
        """Sort out `types`; `personal` are those of them that may count for PII."""
        hinted: dict[str, tuple[str, ...]] = {}
        for name in sorted(types):
            for hint in types[name].classes:
                hinted[hint] = (*hinted.get(hint, ()), name)
        return cls(
            hinted=hinted,
            health=any(known.group == "HEALTH" and known.default for known in types.values()),
            people=tuple(name for name in sorted(types) if name in PERSON_TYPES),
            untyped=_UNTYPED in types,
            personal=tuple(name for name in hinted.get("PII", ()) if name in personal),
        )

    def counting_for(self, data_class: DataClass) -> tuple[str, ...]:
        """Return the types that count for `data_class`, sorted."""
        return self.hinted.get(data_class.value, ())


def classify(
    segments: Sequence[Segment],
    found: ClassEvidence,
    trade_secrets: Phrases | None = None,
    legible: Callable[[str], str] = as_written,
    implied: Implied = NOTHING_IMPLIED,
) -> tuple[Evidence, ...]:
    """Return the evidence for each data class of a request, in the order of `DataClass`. `implied`: by its passages.

    `legible` undoes what disguises a text, so that a word counts in every spelling in which detection finds values.
    """
    words = Words([segment.text for segment in segments if not segment.contract], legible)
    evidence = (
        _with_passages(_phi(found, words), DataClass.PHI, HEALTH, implied, words),
        _pci(found, words),
        _with_passages(_npi(found, words), DataClass.NPI, FINANCE, implied, words),
        _with_passages(_privileged(words), DataClass.PRIVILEGED, PRIVILEGED, implied, words),
        _of_types(DataClass.SECRET, found.counting_for(DataClass.SECRET)),
        _with_passages(_trade_secret(found, trade_secrets, words), DataClass.TRADE_SECRET, SECRECY, implied, words),
        _of_types(DataClass.PII, found.personal),
    )
    return tuple(item for item in evidence if item is not None)


def evidence_types(data_classes: Collection[str | None]) -> frozenset[str]:
    """Return the types that `data_classes` depend on besides those that the entity-type table gives them."""
    needs_person = {DataClass.PHI.value, DataClass.NPI.value} & set(data_classes)
    needs_number = needs_person or DataClass.PCI.value in data_classes
    return (PERSON_TYPES if needs_person else frozenset()) | (frozenset({_UNTYPED}) if needs_number else frozenset())


def _of_types(data_class: DataClass, names: tuple[str, ...]) -> Evidence | None:
    return Evidence(data_class=data_class, types=names) if names else None


def _with_passages(
    evidence: Evidence | None, data_class: DataClass, lexicon: Lexicon, implied: Implied, words: Words
) -> Evidence | None:
    """Return the evidence with the passages that imply the class; words that alone do not make it count beside them."""
    if not implied.may_be(data_class):
        return evidence
    hits = tuple(sorted(hit for row in lexicon.find(words).values() for hit in row))
    passages = implied.enough(data_class, beside_words=bool(hits))
    if evidence is not None:
        return replace(evidence, passages=passages)
    if not passages:
        return None
    return Evidence(data_class=data_class, lexicon=lexicon.name, words=hits, passages=passages)


def _phi(found: ClassEvidence, words: Words) -> Evidence | None:
    hinted = found.counting_for(DataClass.PHI)
    types = {*hinted, *found.people}
    if found.health:
        return _of_types(DataClass.PHI, tuple(sorted(types)))
    if not found.people and not found.untyped:
        return None
    hits = HEALTH.find(words)
    numbers, strong, weak = (hits.get(kind, ()) for kind in ("number", "strong", "weak"))
    if found.untyped and numbers:
        types.add(_UNTYPED)
    elif not found.people or not (hinted or numbers or strong or len(weak) > 1):
        return None
    shown = (*numbers, *strong, *weak)
    return Evidence(data_class=DataClass.PHI, types=tuple(sorted(types)), lexicon=HEALTH.name, words=shown)


def _pci(found: ClassEvidence, words: Words) -> Evidence | None:
    cards = found.counting_for(DataClass.PCI)
    if cards or not found.untyped:
        return _of_types(DataClass.PCI, cards)
    hits = CARD.find(words).get("strong", ())
    if not hits:
        return None
    return Evidence(data_class=DataClass.PCI, types=(_UNTYPED,), lexicon=CARD.name, words=hits)


def _npi(found: ClassEvidence, words: Words) -> Evidence | None:
    """Account and person must be two different values: one tax number is not its own owner."""
    accounts, people = found.counting_for(DataClass.NPI), found.people
    if any(person != account for person in people for account in accounts):
        return _of_types(DataClass.NPI, tuple(sorted({*accounts, *people})))
    if not found.untyped or not people:
        return None
    hits = FINANCE.find(words).get("strong", ())
    if not hits:
        return None
    types = tuple(sorted({_UNTYPED, *people}))
    return Evidence(data_class=DataClass.NPI, types=types, lexicon=FINANCE.name, words=hits)


# "my lawyer", "our employment attorneys", but not "my lawyer friend". In 9,500 texts that others wrote (prompts, chat,
# mail, news, court decisions) it occurred nowhere, so it needs no legal matter beside it.
_OWN_LAWYER = re.compile(
    r"\b(?:my|our)\s+(?:[\w'-]+\s+){0,2}?(?:(?:lawyer|attorney|solicitor|barrister|litigator)(?:'?s|s')?|counsel(?:'s)?"
    r"|law\s+firm(?:'s)?|legal\s+(?:team|department)|public\s+defender)\b(?!\s+(?:friends?|jokes?|of)\b)"
)
_LAWYERS = ("lawyer", "attorney", "solicitor", "barrister", "litigator", "counsel", "law firm", "legal ", "defender")


_PRIVILEGED_STEMS = (*PRIVILEGED.stems, *_LAWYERS)


def _privileged(words: Words) -> Evidence | None:
    if not words.contains_any(_PRIVILEGED_STEMS):
        return None
    hits = PRIVILEGED.find(words)
    strong, mine, lawyer, client = (hits.get(kind, ()) for kind in ("strong", "my lawyer", "a lawyer", "own client"))
    matter, soft = hits.get("matter", ()), hits.get("soft matter", ())
    mine = (*mine, *words.search(_OWN_LAWYER, _LAWYERS))
    if not strong and not mine and not (lawyer and (matter or soft)) and not (client and matter):
        return None
    words_found = (*strong, *mine, *lawyer, *client, *matter, *soft)
    return Evidence(data_class=DataClass.PRIVILEGED, lexicon=PRIVILEGED.name, words=words_found)


def _trade_secret(found: ClassEvidence, phrases: Phrases | None, words: Words) -> Evidence | None:
    types = found.counting_for(DataClass.TRADE_SECRET)
    hits = phrases.find(words) if phrases is not None else ()
    if not hits:
        return _of_types(DataClass.TRADE_SECRET, types)
    return Evidence(data_class=DataClass.TRADE_SECRET, types=types, lexicon="trade secret", words=hits)
