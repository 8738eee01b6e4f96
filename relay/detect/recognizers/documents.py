"""Passports, driving licences and other numbers that only their label identifies."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.detect.rules import PatternRule, RuleRecognizer, field, labelled
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "DocumentRecognizer"]

_LICENSE = (
    r"driver'?s?'? licen[sc]e|driving licen[sc]e|drivers? lic\.?|driver lic\.?|DL"
    r"|führerschein(?:nummer)?|permis de conduire"
    r"|permiso de conducir|licencia de conducir|patente(?: di guida)?|rijbewijs(?:nummer)?|carta de condução|CNH"
)
_ENGLISH_LICENSE = re.compile(r"licen[cs]e|dl[ :#]*\Z")
_PASSPORT = r"passport|reisepass(?:nummer)?|passnummer|passeport|pasaporte|passaporto|passaporte|paspoort(?:nummer)?"
# In further languages. A dot is a letter beyond Latin-1, which a trigger sees as another sign; a first letter beyond
# ASCII, whose case it would not fold, is left out.
_PASSPORT_ELSEWHERE = (
    r"pasnummer|passnr|passin? numero|passi(?:number)?|vegabréf(?:snúmer)?|pases? numurs|paso? numeris"
    r"|(?:nr |numer )?paszportu?|pasu|cestovn[íý] pas|tlevél(?:szám)?|pa.aport(?:ul)?"
    r"|(?:broj )?putovnic[ae]|(?:broj )?paso.a?|potn(?:i|ega) list(?:a)?|pasaport(?:ë|a)?(?: numaras.)?|passaport"
    r"|paspor|pasport|h. chi.u"
)
_HOLDER = (
    r"customer|client|member|membership|employee|staff|student|user|account holder|subscriber|personnel|badge|case"
    r"|claim|policy|contract"
    r"|applicant|participant|candidate|guest|loyalty|frequent flyer|booking|reservation|file|record|enrollment"
    r"|registration|matrícula"
    r"|kunden|mitglieds|mitarbeiter|personal|matrikel|vertrags|versicherungs|client|adhérent|dossier|cliente|socio"
    r"|empleado|matricola|aluno|klant|lid"
)


class DocumentRecognizer(RuleRecognizer):
    """Takes what stands behind a label and has at least as many digits as a number needs; never the label."""

    name = "documents"
    source = (
        "labels: own choice; passport number shape from ICAO 9303-3 section 4.4; machine-readable zones from ICAO "
        "9303-4 and 9303-5; licence shapes vary by state (AAMVA D20); as of 2026-11-21"
    )
    rules = (
        labelled("DRIVER_LICENSE", _LICENSE, r"(?=[A-Z0-9 -]{0,12}\d)[A-Z0-9](?:[ -]?[A-Z0-9]){4,17}", score=0.7),
        labelled("PASSPORT", _PASSPORT, r"[A-Z]{0,3}[ -]?\d{6,9}[A-Z]?|[A-Z0-9]{9}", score=0.65),
        field("PASSPORT", _PASSPORT_ELSEWHERE, r"[A-Z]{0,3}[ -]?\d{6,9}[A-Z]?"),
        PatternRule(
            # Labels in other scripts cannot be triggers: the words near the number decide (`context_scripts`).
            entity_type="PASSPORT",
            regex=r"[A-Z]{1,3}\d{6,8}|\d{2} ?\d{2} ?\d{6}|\d{2}[A-Z]{2}\d{5}",
            trigger=r"\b(?:[A-Z]{1,3}\d{6}|\d{2} ?\d{2} ?\d{6}\b|\d\d[A-Z][A-Z]\d{5}\b)",
            words="passport, passports, reisepass, passeport, pasaporte, passaporto, passaporte, paspoort",
            score=0.05,
            lead_chars=14,
            max_chars=16,
        ),
        PatternRule(
            entity_type="PASSPORT_MRZ",
            regex=r"P[A-Z<][A-Z<]{3}[A-Z<]{39}\s{1,3}[A-Z0-9<]{44}"
            r"|[AIC][A-Z0-9<][A-Z<]{3}[A-Z0-9<]{25}\s{1,3}[A-Z0-9<]{30}\s{1,3}[A-Z<]{30}",
            trigger=r"P[A-Z<][A-Z]{3}[A-Z]{2}[A-Z<]{8}|[AIC][A-Z<][A-Z<]{3}[A-Z0-9<]{9}[0-9]",
            score=0.97,
            lead_chars=24,
            max_chars=140,
        ),
        labelled(
            "ID_NUMBER",
            rf"(?:{_HOLDER})[ _-]?(?:numbers?|no\.?|nr\.?|nummer|número|numero|numéro|id|#|code|n[º°])",
            r"(?=[A-Z0-9/-]{0,8}\d)[A-Z0-9](?:[/-]?[A-Z0-9]){3,23}",
            score=0.5,
        ),
        labelled(
            "NATIONAL_ID",
            r"national id|identity card|id card|id number|identification number|personalausweis|ausweisnummer"
            r"|carte d'identité|cédula(?: de identidad)?|documento de identidad|carta d'identità|bilhete de identidade"
            r"|identiteitskaart|citizen card",
            r"(?=[A-Z0-9.-]{0,6}\d)[A-Z0-9](?:[ .-]?[A-Z0-9]){5,19}",
            score=0.45,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Keep what has digits enough, cut at the first word without one."""
        start, end = candidate.start, candidate.end
        words = candidate.value.split(" ")
        kept = words[0]
        for word in words[1:]:
            if not any(map(str.isdigit, word)):
                break
            kept += " " + word
        end = start + len(kept)
        digits = sum(map(str.isdigit, kept))
        if digits < (4 if len(kept) > 6 else 3):
            return
        rule = self._rules[candidate.pattern.name]
        entity_type = rule.entity_type
        label = candidate.text[max(0, start - 40) : start].lower()
        if entity_type == "DRIVER_LICENSE" and (
            "license" in label or "licence" in label or label.rstrip(" :#").endswith("dl")
        ):
            entity_type = "US_DRIVER_LICENSE"
        elif entity_type == "PASSPORT" and "passport" in label and len(kept) == 9 and kept[1:].isdigit():
            entity_type = "UK_PASSPORT" if "uk pass" in label or "british pass" in label else "US_PASSPORT"
        yield Span(entity_type, start, end, rule.score, self.name)


DocumentRecognizer.entity_types = (*DocumentRecognizer.entity_types, "US_DRIVER_LICENSE", "US_PASSPORT", "UK_PASSPORT")

PLUGINS = (DocumentRecognizer,)
