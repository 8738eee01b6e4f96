"""Numbers of vehicles, telephones and other devices."""

from __future__ import annotations

from collections.abc import Iterable

from relay.detect.checksums import luhn
from relay.detect.rules import NUMBER_END, NUMBER_START, PatternRule, RuleRecognizer, labelled, number
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "DeviceRecognizer"]

_VIN = {char: int(value) for char, value in zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)}
_VIN |= {char: int(char) for char in "0123456789"}


def _vin(value: str) -> bool:
    value = value.upper()
    total = sum(
        _VIN[char] * weight
        for char, weight in zip(value, (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2), strict=True)
    )
    return "0123456789X"[total % 11] == value[8]


def _imei(digits: str) -> bool:
    return digits[0] != "0" and luhn(digits[:15])


_PLATE = (
    r"(?:licen[sc]e|number|registration) plate|plate|tag number|kennzeichen|nummernschild|plaque(?: d'immatriculation)?"
    r"|immatriculation|matrícula|placa|targa|kenteken"
)


class DeviceRecognizer(RuleRecognizer):
    """Takes numbers with a check digit, and serial numbers, plates and device identifiers behind their label."""

    name = "devices"
    source = (
        "49 CFR 565.15 table VI (VIN); GSMA TS.06 (IMEI, Luhn); ITU-T E.118 (ICCID, Luhn); ITU-T E.212 (IMSI); "
        "RFC 9562 (UUID); DVLA INF104 (plates of Great Britain); labels by own choice; as of 2026-11-21"
    )
    rules = (
        PatternRule(
            entity_type="VIN",
            regex=r"(?=[A-HJ-NPR-Z]{0,16}\d)(?=\d{0,16}[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}",
            trigger=r"\b[A-HJ-NPR-Z0-9]{17}\b",
            check=lambda value: value.isascii() and _vin(value),
            score=0.92,
            otherwise=0.2,
            lead_chars=18,
            max_chars=18,
        ),
        *number("IMEI", r"\d{2}[ -]\d{6}[ -]\d{6}[ -]\d{1,2}", _imei, "imei, meid, device", bare=r"\d{15}"),
        *number("ICCID", r"", luhn, "iccid, sim, sim card", bare=r"89\d{17}"),
        labelled("IMSI", "imsi", r"\d{14,15}", score=0.8),
        labelled("LICENSE_PLATE", _PLATE, r"(?=[A-ZÄÖÜ -]{0,6}\d)[A-ZÄÖÜ0-9](?:[ -]?[A-ZÄÖÜ0-9]){3,9}", score=0.65),
        PatternRule(
            entity_type="LICENSE_PLATE",
            regex=r"[A-HJ-PR-Y]{2}\d{2} [A-HJ-PR-Z]{3}",
            trigger=r"\b[A-Z]{2}\d{2} [A-Z]{3}\b",
            score=0.45,
            lead_chars=9,
            max_chars=10,
        ),
        PatternRule(
            # The usual groups of letters and digits, which a word beside them makes a plate.
            entity_type="LICENSE_PLATE",
            regex=r"[A-Z]{1,3}[ -]\d{1,4}[ -][A-Z]{1,3}|[A-Z]{2,3}[ -]?\d{2}[ -]?\d{2}|[A-Z]{3}[ -]?\d{3,4}"
            r"|\d[A-Z]{3}\d{3}|\d{4}[ -]?[A-Z]{3}|[A-Z]{1,3}-[A-Z]{1,2}[ -]\d{1,4}|[A-Z]{2}-\d{2}-[A-Z]{1,2}-\d{4}",
            trigger=r"\b(?:[A-Z]{1,3}[ -]\d{1,4}[ -][A-Z]|[A-Z]{2,3}[ -]?\d\d[ -]?\d|\d[A-Z]{3}\d{3}"
            r"|\d{4}[ -]?[A-Z]{3}\b"
            r"|[A-Z]{1,3}-[A-Z]{1,2}[ -]\d)",
            words="license plate, licence plate, number plate, registration plate, plates, plate number, vehicle"
            " registration, car registration, kennzeichen, autokennzeichen, nummernschild, plaque, immatriculation,"
            " immatriculé, immatriculée, matrícula, placa, targa, kenteken",
            start=r"(?<![\w-])",
            end=r"(?![\w-])",
            score=0.05,
            lead_chars=14,
            max_chars=16,
        ),
        labelled(
            "SERIAL_NUMBER",
            r"s/n|serial|seriennummer|série|serie|seriale|serienummer|numéro de série|número de serie",
            r"(?=[A-Z0-9-]{0,12}\d)[A-Z0-9](?:-?[A-Z0-9]){5,23}",
            score=0.6,
        ),
        labelled(
            "DEVICE_ID",
            r"(?:device|installation|install|hardware|machine|android|advertising|client|udid|idfa|gaid)[ _-]?(?:id"
            r"|identifier|uuid)",
            r"(?=[0-9a-f-]{0,12}\d)[0-9a-f](?:-?[0-9a-f]){13,39}",
            score=0.65,
        ),
        PatternRule(
            entity_type="UUID",
            regex=r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            trigger=r"[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            start=NUMBER_START,
            end=NUMBER_END,
            score=0.6,
            lead_chars=37,
            max_chars=37,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Ask of a labelled value that it holds two digits, and of a plate that it is in capitals."""
        if "LICENSE_PLATE" in candidate.pattern.name and candidate.value != candidate.value.upper():
            return
        if sum(map(str.isdigit, candidate.value)) >= 2:
            yield from super().check(candidate)


PLUGINS = (DeviceRecognizer,)
