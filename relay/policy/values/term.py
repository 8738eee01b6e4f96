"""`term: [drug, eponym, body, trial]`: what looks like a name and is a word of medicine."""

from __future__ import annotations

from typing import Any, ClassVar

from relay.policy.comparisons import Verdict
from relay.policy.terms import listed
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.medical_terms import Term, term_of

__all__ = ["PLUGINS", "AskTerm"]

_ORGANIZATIONS = frozenset({"ORGANIZATION", "EMPLOYER"})


class AskTerm:
    """Holds for a drug, a term with a name in it, a public body or a trial; what is in no list is UNKNOWN."""

    name: ClassVar[str] = "term"
    type: ClassVar[Any] = listed(Term)
    about: ClassVar[str] = (
        "a medical term that looks like a name: a `drug`, an `eponym` (Murphy's sign), a public `body` (WHO), a `trial`"
    )
    reads: ClassVar[tuple[str, ...]] = ("PERSON", "LOCATION", "ORGANIZATION", "EMPLOYER")
    private: ClassVar[bool] = False
    within_names: ClassVar[bool] = True

    def judge(self, asked: tuple[str, ...], facts: ValueFacts) -> Verdict:
        """Look the value up, with the words behind it."""
        found = term_of(facts.value, facts.after, organization=facts.entity_type in _ORGANIZATIONS)
        if found is None:
            return Verdict.UNKNOWN
        return Verdict.YES if found in asked else Verdict.NO

    def constant(self, asked: tuple[str, ...]) -> bool | None:
        """Return None: most names are no terms."""
        return None

    def implies(self, narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
        """Compare the lists."""
        return set(narrow) <= set(wide)


PLUGINS = (AskTerm,)
