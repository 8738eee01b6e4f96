"""Names that a title, a greeting or a role gives away: "Ms. yoyo", "Mrs. B", "hi maria", "patient J.R."."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.common_names import FAMILY, GIVEN
from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "TitledPeopleRecognizer"]

_TITLES = r"Mrs?|Ms|Mx|Dr|Prof|Herrn?|Frau|Mme|Mlle|Sra?|Srta|Dña|Doña"
_PARTICLE = r"(?:van|von|der|den|de|del|della|di|da|dos|du|la|le|el|al|bin)"
_NAME = rf"(?:{_PARTICLE} ){{0,2}}[A-ZÀ-Þ][^\W\d_]*(?:['\u2019-](?!s\b)[^\W\d_]+)?"
# What follows a title without being a name: jobs behind "Sr.", roles behind "Mr", words of sentences, products.
_NO_NAMES_TEXT = (
    "and or is was are were at in on for to the of a an who has had said can will would should could may might must be"
    " und oder ist war am im mit et ou est y o es chair chairman chairwoman speaker president minister secretary mayor"
    " ambassador director judge right engineer developer manager analyst architect software data product project"
    " consultant scientist designer specialist vice associate staff technical business account marketing sales hr qa"
    " devops backend frontend full lead principal research security systems network program executive member officer"
    " administrator robot pepper martens who dre seuss bean universe america world office word excel sql access teams"
    " mr mrs ms mx dr prof herr herrn frau mme mlle sr sra srta dña doña doctor jur med phil habil"
    " professor emeritus street st ave road drive apt suite not no your our their this that"
)
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
# "123 Main Dr Springfield": a street, not a doctor.
_STREET = re.compile(r"\d[^.\n,;:!?]{1,32}\Z")
_TITLE_BEFORE = re.compile(r"(\w+)(\.?)\s{1,2}\Z")
_NO_INITIALS_TEXT = (
    "US UK EU UN USA UAE LA NY NYC DC AM PM BC AD BCE CE PS PO RIP ID TV AI IT HR QA MD PHD BA MA BSC MSC MBA IQ VI CEO"
    " CFO CTO LLC INC EG IE NB RSVP ETA FAQ DIY OK AKA"
)
_NO_INITIALS = frozenset(_NO_INITIALS_TEXT.split())


class TitledPeopleRecognizer(RuleRecognizer):
    """Takes the name alone. In small letters only behind a title with its full stop, or where it is a common name."""

    name = "titled_people"
    source = "forms of address of English, German, French and Spanish letters; words by own choice; as of 2026-12-01"
    rules = (
        PatternRule(
            entity_type="PERSON",
            regex=rf"(?P<value>{_NAME}(?: {_NAME}){{0,2}}|[a-z][a-z'\u2019-]{{1,24}})",
            trigger=rf"\b(?:{_TITLES})\.?\s{{1,2}}",
            end=r"(?![\w@(/])",
            score=0.55,
            max_chars=80,
            follows=True,
        ),
        PatternRule(
            # "hi maria", "dear john smith"
            entity_type="PERSON",
            regex=r"(?P<value>[a-z]{3,16}(?: [a-z]{3,16})?)",
            trigger=r"\b(?:[Dd]ear|[Hh]i|[Hh]ello|[Hh]ey|mrs?\.?|ms\.|dr\.) (?:mr\.? |mrs\.? )?",
            end=r"(?![\w@(/.-]\w|\w)",
            score=0.5,
            max_chars=48,
            follows=True,
        ),
        PatternRule(
            # Initials, which a role beside them makes a person: "patient J.R.", "Mandantin K. v. P."
            entity_type="PERSON",
            regex=r"[A-Z]\. ?(?:[A-Z]\. ?)?(?:(?:v\.|von|van|de) )?[A-Z]\.",
            trigger=r"\b[A-Z]\. ?(?:[A-Z]\.|v\. [A-Z]|v(?:on|an) [A-Z]|de [A-Z])",
            start=r"(?<![\w.])",
            end=r"(?!\w)(?! ?[A-Z][a-z])",
            words="patient, patients, client, plaintiff, defendant, victim, witness, minor, dear, signed, sincerely,"
            " regards, initials, named, mandant, mandantin, klägerin, kläger, beklagte, beklagter, patientin, zeuge,"
            " zeugin, frau, herr, herrn, madame, monsieur, señora, señor, paciente, mr, mrs, ms, dr",
            score=0.1,
            lead_chars=12,
            max_chars=16,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Return the name, unless it is a word, a job or a street."""
        value, start = candidate.value, candidate.start
        rule = self._rules[candidate.pattern.name]
        if not rule.follows:
            if "".join(filter(str.isalpha, value)).upper() not in _NO_INITIALS:
                yield Span("PERSON", start, candidate.end, rule.score, self.name)
            return
        words = value.replace("-", " ").split()
        if rule is self.rules[1]:
            is_titled = candidate.text[start - 2 : start - 1] in (".", "r", "s")  # "mr", "mrs", "dr."
            known = [word in GIVEN or ((place > 0 or is_titled) and word in FAMILY) for place, word in enumerate(words)]
            if known[0] and words[0] not in _NO_NAMES:
                end = candidate.end if all(known) else start + len(words[0])
                yield Span("PERSON", start, end, rule.score, self.name)
            return
        title = _TITLE_BEFORE.search(candidate.text, max(0, start - 12), start)
        if title is None or words[0].lower() in _NO_NAMES or (value.isupper() and 1 < len(value) <= 3):
            return
        if title[1] == "Dr" and _STREET.search(candidate.text, max(0, title.start() - 40), title.start()):
            return
        if value.islower() and not (title[2] or words[0] in GIVEN or words[0] in FAMILY):
            return
        if title[1] in ("Sr", "Sra") and not title[2]:
            return
        yield Span("PERSON", start, candidate.end, rule.score, self.name)


PLUGINS = (TitledPeopleRecognizer,)
