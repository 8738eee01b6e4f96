"""Numbers of patients, records and health plans, behind their label."""

from __future__ import annotations

from collections.abc import Iterable

from relay.detect.rules import RuleRecognizer, labelled
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "HealthRecognizer"]

_RECORD = (
    r"MRN|medical record|med\.? rec\.?|health record|chart|hospital number|hospital no|EHR|EMR|krankenakte|fallnummer"
    r"|fall-?nr|dossier médical"
    r"|NHC|CIPA|historia clínica|cartella clinica|prontuário|dossiernummer|NIP patient|unit number|accession"
)
_PLAN = (
    r"health plan|member|subscriber|insurance|policy|medicaid|beneficiary|group|payer|plan|HICN|RxBIN|RxGRP|RxPCN"
    r"|versicherten(?:nummer)?"
    r"|krankenversicherung|mutuelle|póliza|polizza|apólice|polis(?:nummer)?|seguro"
)
_VALUE = r"(?=[A-Z0-9-]{0,10}\d)[A-Z0-9](?:-?[A-Z0-9]){3,19}"


class HealthRecognizer(RuleRecognizer):
    """These numbers have no national format: the label decides, and the value must hold three digits."""

    name = "health"
    source = "45 CFR 164.514(b)(2)(i)(H), (I) and (R), labels by own choice; as of 2026-11-21"
    rules = (
        labelled("HEALTH_PLAN_NUMBER", r"nass|n[ºo°]? ?(?:de )?afiliación", r"\d{2}[ -]?\d{6,8}[ -]?\d{2}", score=0.75),
        labelled(
            "MEDICAL_LICENSE",
            r"n[ºo°]? ?\.?col\.?|(?:n[ºo°]\.? )?colegiado",
            r"\d{2}(?: ?\d{2})?(?: ?\d{3,6})?",
            score=0.7,
        ),
        labelled("PATIENT_ID", r"episodio|encounter|fallnummer|numéro de séjour", r"\d{5,12}", score=0.7),
        labelled("MEDICAL_RECORD_NUMBER", _RECORD, _VALUE, score=0.75),
        labelled(
            "HEALTH_PLAN_NUMBER",
            rf"(?:{_PLAN})[ _-]?(?:policy |plan |card |group |member )?(?:id|number|no\.?|#|nr\.?|nummer|número"
            rf"|numéro|n[º°])",
            _VALUE,
            score=0.6,
        ),
        labelled(
            "PATIENT_ID",
            r"(?:patient(?:en)?|paciente|paziente|patiënt|encounter|visit|admission|specimen|prescription|rx|referral"
            r"|prior auth(?:orization)?)[ _-]?(?:id|identifier|number|no\.?|#|nr\.?|nummer)",
            _VALUE,
            score=0.7,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Keep what holds three digits."""
        if sum(map(str.isdigit, candidate.value)) >= 3:
            yield from super().check(candidate)


PLUGINS = (HealthRecognizer,)
