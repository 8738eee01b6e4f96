"""Numbers of patients, records and health plans, behind their label."""

from __future__ import annotations

from collections.abc import Iterable

from relay.detect.rules import LINK, Rule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "HealthRecognizer"]

_RECORD = (
    r"MRN|medical record|med\.? rec\.?|health record|chart|hospital number|hospital no|EHR|EMR|krankenakte|fallnummer"
    r"|fall-?nr|dossier médical"
    r"|NHC|historia clínica|cartella clinica|prontuário|dossiernummer|NIP patient|unit number|accession"
)
_PLAN = (
    r"health plan|member|subscriber|insurance|policy|medicaid|beneficiary|group|payer|plan|HICN|RxBIN|RxGRP|RxPCN"
    r"|versicherten(?:nummer)?"
    r"|krankenversicherung|mutuelle|póliza|polizza|apólice|polis(?:nummer)?|seguro"
)
_VALUE = r"(?P<value>(?=[A-Z0-9-]{0,10}\d)[A-Z0-9](?:-?[A-Z0-9]){3,19})"


class HealthRecognizer(RuleRecognizer):
    """There is no national format for these: the label decides, and the value must hold three digits."""

    name = "health"
    source = "45 CFR 164.514(b)(2)(i)(H), (I) and (R), labels by own choice; read 2026-11-21"
    rules = (
        Rule(
            entity_type="MEDICAL_RECORD_NUMBER",
            regex=rf"(?:{_RECORD}){LINK}{_VALUE}",
            trigger=r"\b(?:mrn|ehr|emr|nhc|chart|accession)\b|record|hospital n|krankenakte|fallnummer|fall-?nr"
            r"|dossier|historia cl|cartella cl|prontuário|unit number",
            score=0.75,
            lead_chars=24,
            max_chars=80,
            ignore_case=True,
        ),
        Rule(
            entity_type="HEALTH_PLAN_NUMBER",
            regex=rf"(?:{_PLAN})[ _-]{{0,2}}(?:policy |plan |card |group |member )?(?:id|ID|number|no\.?|#|nr\.?"
            rf"|nummer|número|numéro|n[º°])(?:{LINK}){_VALUE}",
            trigger=r"(?:plan|member|subscriber|insurance|policy|medicaid|beneficiary|group|payer|hicn|rxbin|rxgrp"
            r"|rxpcn|versicherten|versicherung"
            r"|mutuelle|póliza|polizza|apólice|polis|seguro)[ _-]?(?:policy |plan |card |group |member )?(?:id|number"
            r"|no|#|nr|nummer|n[úuº°é])",
            score=0.6,
            lead_chars=36,
            max_chars=96,
            ignore_case=True,
        ),
        Rule(
            entity_type="PATIENT_ID",
            regex=rf"(?:patient(?:en)?|paciente|paziente|patiënt|encounter|visit|admission|specimen|prescription|rx"
            rf"|referral|prior auth(?:orization)?)"
            rf"[ _-]{{0,2}}(?:id|ID|identifier|number|no\.?|#|nr\.?|nummer)(?:{LINK}){_VALUE}",
            trigger=r"(?:patient|patienten|paciente|paziente|patiënt|encounter|visit|admission|specimen|prescription"
            r"|rx|referral|auth|authorization)"
            r"[ _-]?(?:id|number|no|#|nr|nummer)",
            score=0.7,
            lead_chars=36,
            max_chars=96,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Keep what holds three digits."""
        if sum(map(str.isdigit, candidate.value)) >= 3:
            yield from super().check(candidate)


PLUGINS = (HealthRecognizer,)
