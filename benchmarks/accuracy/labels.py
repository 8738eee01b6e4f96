"""Which of relay's types a set's label stands for, and how often a labelled value comes back as exactly that type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.accuracy.score import PEOPLE, Row, counted
from relay.types import Span

__all__ = ["EXPECTED", "exactness"]

# Labels of the sets with the types that say the same. Left out are those that no type is meant for (a court, a statute)
# and those that may be any number (ID_NUMBER of support chats).
EXPECTED: Mapping[str, frozenset[str]] = {
    label: frozenset(types.split())
    for labels, types in (
        ("PERSON JUDGE LAWYER OTHER_PERSON WITNESS", "PERSON GIT_AUTHOR"),
        ("NOMBRE_PERSONAL_SANITARIO NOMBRE_SUJETO_ASISTENCIA", "PERSON"),
        ("STREET_ADDRESS ADDRESS CALLE", "STREET_ADDRESS"),
        ("ZIP ZIP_CODE", "POSTCODE UK_POSTCODE CA_POSTAL_CODE"),
        ("PHONE PHONE_NUMBER NUMERO_TELEFONO", "PHONE_NUMBER"),
        ("NUMERO_FAX", "FAX_NUMBER"),
        ("EMAIL EMAIL_ADDRESS CORREO_ELECTRONICO", "EMAIL_ADDRESS"),
        ("CREDIT_CARD", "CREDIT_CARD"),
        ("SSN US_SSN", "US_SSN"),
        ("IBAN_CODE", "IBAN_CODE"),
        ("IP_ADDRESS", "IP_ADDRESS"),
        ("US_DRIVER_LICENSE", "US_DRIVER_LICENSE"),
        ("MRN", "MEDICAL_RECORD_NUMBER"),
        ("NPI", "US_NPI"),
        ("PASSWORD", "PASSWORD"),
        ("AGE EDAD_SUJETO_ASISTENCIA", "AGE"),
        ("DATE_TIME DATE FECHAS", "DATE_TIME DATE_OF_BIRTH"),
        ("TITLE", "TITLE"),
        ("NRP", "NRP ETHNICITY"),
        ("DOMAIN_NAME", "URL HOST_NAME"),
        ("LOCATION GPE TERRITORIO PAIS", "LOCATION"),
        ("ORGANIZATION ORG", "ORGANIZATION EMPLOYER SCHOOL HOSPITAL"),
    )
    for label in labels.split()
}


def exactness(gold: Sequence[Row], found: Sequence[Sequence[Span]]) -> dict[str, Any]:
    """Return how many labelled values come back at all, how many exactly, and as what the others come back, by label.

    A value comes back as the type that covers most of its letters and digits. A handle that a set takes for a person
    comes back exactly as a USERNAME.
    """
    totals: Counter[str] = Counter()
    rows: dict[str, Counter[str]] = {}
    for row, spans in zip(gold, found, strict=True):
        for start, end, label in row.labels:
            if label not in EXPECTED or not counted(row.text, start, end):
                continue
            totals[label] += 1
            covered: Counter[str] = Counter()
            for span in spans:
                if span.start < end and span.end > start:
                    covered[span.entity_type] += len(counted(row.text, max(start, span.start), min(end, span.end)))
            if covered.total():
                found_as = covered.most_common(1)[0][0]
                is_handle = found_as == "USERNAME" and row.text[start] == "@" and label in PEOPLE
                rows.setdefault(label, Counter())[label if is_handle else found_as] += 1
    exact = {label: sum(types[name] for name in EXPECTED[label]) for label, types in rows.items()}
    seen = sum(types.total() for types in rows.values())
    return {
        "labels": totals.total(),
        "found": seen,
        "exact": sum(exact.values()),
        "others": {
            label: {name: count for name, count in types.most_common() if name not in EXPECTED[label]}
            for label, types in sorted(rows.items())
            if types.total() > exact[label]
        },
    }
