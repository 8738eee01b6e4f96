"""Which countries' numbers a text may hold, by the letters that it is written in."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["regions_near"]

_LETTER = re.compile(r"[^\W\d_]")
# Characters before and behind a value that are looked at.
_BEFORE, _BEHIND = 80, 48

# Scripts by Unicode block, and letters that a few languages alone write; with the ISO 3166 codes of the countries whose
# people write so, most people first. The first row that fits decides.
_ROWS: Final = tuple(
    (re.compile(f"[{letters}]"), tuple(regions.split()))
    for letters, regions in (
        ("\u3040-\u30ff\uff66-\uff9d", "JP"),
        ("\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3", "KR"),
        ("\u3400-\u4dbf\u4e00-\u9fff", "CN TW HK JP MO SG MY"),
        ("\u0e01-\u0e5b", "TH"),
        ("\u0e81-\u0edf", "LA"),
        ("\u1780-\u17ff", "KH"),
        ("\u1000-\u109f", "MM"),
        ("іїєґІЇЄҐ", "UA RU KZ BY PL"),
        ("әғқңөұүһӘҒҚҢӨҰҮҺ", "KZ KG MN RU"),
        ("ўЎ", "BY UZ RU"),
        ("ђћџљњјѓќЂЋЏЉЊЈЃЌ", "RS MK BA ME"),
        ("ъщЪЩ", "RU BG KZ UA BY KG UZ TJ"),
        ("\u0400-\u04ff", "RU KZ UA BY KG UZ TJ BG RS MK MN"),
        ("\u067e\u0686\u0698\u06af\u06cc\u06a9", "IR PK AF IQ SA AE"),
        ("\u0679\u0688\u0691\u06ba\u06be\u06d2", "PK IN"),
        ("\u0620-\u06ff", "EG SA AE IQ JO MA DZ SY SD YE KW QA BH OM LB TN LY PS IR PK"),
        ("\u0590-\u05ff", "IL"),
        ("\u0900-\u097f", "IN NP"),
        ("\u0980-\u09ff", "BD IN"),
        ("\u0a00-\u0d7f", "IN LK PK SG MY"),
        ("\u0d80-\u0dff", "LK"),
        ("\u0370-\u03ff\u1f00-\u1fff", "GR CY"),
        ("\u10a0-\u10ff\u1c90-\u1cbf", "GE"),
        ("\u0530-\u058f", "AM"),
        ("\u1200-\u137f", "ET"),
        ("ơưđạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹƠƯĐ", "VN"),
        ("ğışĞİŞ", "TR AZ"),
        ("əƏ", "AZ TR"),
        ("ąęłńśźżĄĘŁŃŚŹŻ", "PL LT"),
        ("ěřůťďľĚŘŮŤĎĽ", "CZ SK"),
        ("őűŐŰ", "HU"),
        ("șțăȘȚĂ", "RO MD"),
        ("ėįųūĖĮŲŪāēīķļņĀĒĪĶĻŅ", "LT LV"),
        ("čćđšžČĆĐŠŽ", "HR RS BA SI CZ SK ME LT LV EE"),
        ("ãõÃÕ", "BR PT"),
        ("ñÑ¿¡", "MX ES CO AR PE VE CL EC"),
        ("åøæÅØÆ", "NO DK SE"),
        ("ðþÐÞ", "IS"),
    )
)


def regions_near(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return the ISO 3166 codes that the letters beside `text[start:end]` speak for; none beside plain Latin ones.

    At most 128 characters are read: of the line, and of the one above where no letter stands beside the value.
    """
    before, behind = text[max(0, start - _BEFORE) : start], text[end : end + _BEHIND].partition("\n")[0]
    near = before.rpartition("\n")[2] + behind
    if _LETTER.search(near) is None:
        near = before.rstrip(" \n").rpartition("\n")[2]
    if near.isascii():
        return ()
    return next((regions for letters, regions in _ROWS if letters.search(near)), ())
