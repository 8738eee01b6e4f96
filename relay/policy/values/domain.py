"""`domain: "*.example.com"`: the domain of an e-mail address."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from relay.policy.comparisons import Verdict
from relay.policy.globs import any_of, takes_everything
from relay.policy.terms import listed
from relay.policy.value_condition import ValueFacts
from relay.replace.reading.plain import plain

__all__ = ["PLUGINS", "AskDomain"]


def _in_order(domains: tuple[str, ...]) -> tuple[str, ...]:
    if any("@" in domain for domain in domains):
        raise ValueError('a domain is what stands behind the "@"; leave out the rest')
    return tuple(sorted({domain.casefold().strip(".") for domain in domains}))


class AskDomain:
    """Holds for an address at one of the domains; `*` stands for any run of characters."""

    name: ClassVar[str] = "domain"
    type: ClassVar[Any] = listed(Annotated[str, Field(min_length=1, max_length=253)], _in_order)
    about: ClassVar[str] = 'domains of an e-mail address, such as "example.com" or "*.example.com"'
    reads: ClassVar[tuple[str, ...]] = ("EMAIL_ADDRESS",)
    private: ClassVar[bool] = True
    within_names: ClassVar[bool] = False

    def judge(self, asked: tuple[str, ...], facts: ValueFacts) -> Verdict:
        """Compare what stands behind the last @; an address that is spelt out is UNKNOWN."""
        local, at, domain = plain(facts.value).strip(" <>.").rpartition("@")
        if not (local and at and "." in domain) or not domain.replace(".", "").replace("-", "").isalnum():
            return Verdict.UNKNOWN
        return Verdict.YES if any_of(asked)(domain) else Verdict.NO

    def constant(self, asked: tuple[str, ...]) -> bool | None:
        """Tell whether every domain is meant."""
        return True if takes_everything(asked) else None

    def implies(self, narrow: tuple[str, ...], wide: tuple[str, ...]) -> bool:
        """Tell whether each of `narrow` is written in `wide`, or fits a pattern there."""
        return all(domain in wide or any_of(wide)(domain) for domain in narrow)


PLUGINS = (AskDomain,)
