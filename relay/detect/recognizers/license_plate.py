"""Vehicle plates with letters of other scripts, and those of India: `京A·12F45`, `А123ВС77`, `12가 3456`,"
" `DL 3C AB 1234`."""

from __future__ import annotations

from relay.detect.label_words import LABELS_ELSEWHERE
from relay.detect.label_words_latin import LABELS_IN_LATIN
from relay.detect.rules import PatternRule, RuleRecognizer

__all__ = ["PLUGINS", "LicensePlateRecognizer"]

_WORDS = f"{LABELS_ELSEWHERE['LICENSE_PLATE']}, {LABELS_IN_LATIN['LICENSE_PLATE']}, plate, vehicle, car, registration"
_CYRILLIC = "АВЕІКМНОРСТУХ"  # the letters that look like Latin ones
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_HANGUL = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"


def _has_digit(value: str) -> bool:
    return sum(map(str.isdigit, value)) >= 2


def _rule(regex: str, trigger: str, score: float, words: str = "", within: str = "") -> PatternRule:
    return PatternRule(
        entity_type="LICENSE_PLATE",
        regex=regex,
        trigger=trigger,
        check=_has_digit,
        score=score,
        words=words,
        lead_chars=24,
        max_chars=24,
        within=within,
    )


class LicensePlateRecognizer(RuleRecognizer):
    """Those that read as nothing else stand alone; the others need a word for a vehicle's plate."""

    name = "license_plate"
    source = (
        "GA 36-2018 (China); road transport vehicle act of Japan; MOLIT (Korea); GOST R 50577-2018 (Russia); MIA"
        " orders of"
        " Ukraine and Bulgaria; BRTA (Bangladesh); CMVR 1989 rule 50 (India); Greek and Iranian forms as in use;"
        " 2026-12-01"
    )
    rules = (
        _rule(
            rf"[{_PROVINCES}][A-HJ-NP-Z][ ·•.-]?[A-HJ-NP-Z0-9]{{5,6}}", r"[?][A-Z][?\xb7. -]?[A-Z0-9]{5}", 0.6, _WORDS
        ),
        _rule(
            r"[\u4e00-\u9fff\u3040-\u309f]{2,4}[ \u3000]?\d{3}[ \u3000]?[\u3042-\u3093][ \u3000]?(?:\d{2}-\d{2}|\d{4})",
            r"[?]\d{3}[?]{1,3}\d\d|[?][ ?]\d{3}[ ?]{1,3}\d\d",
            0.6,
        ),
        _rule(rf"\d{{2,3}}[{_HANGUL}][ ]?\d{{4}}", r"\d[?][ ]?\d{4}", 0.2),
        _rule(
            rf"[{_CYRILLIC}]\d{{3}}[{_CYRILLIC}]{{2}}[ ]?\d{{2,3}}"
            rf"|[{_CYRILLIC}][ ]\d{{3}}[ ][{_CYRILLIC}]{{2}}[ ]\d{{2,3}}",
            r"[?][ ]?\d{3}[ ]?[?]{2}[ ]?\d{2}",
            0.65,
        ),
        _rule(rf"[{_CYRILLIC}]{{1,2}}[ -]?\d{{4}}[ -]?[{_CYRILLIC}]{{2}}", r"[?][ -]?\d{4}[ -]?[?]{2}", 0.5),
        _rule(
            r"\d{2}[ ]?[\u0621-\u064a\u067e\u0698\u06cc][ ]?\d{3}[ -]?(?:ایران[ -]?)?\d{2}",
            r"\d{2}[ ]?[?][ ]?\d{3}[ ?-]",
            0.3,
        ),
        _rule(
            r"[\u0621-\u064a](?:[ ][\u0621-\u064a]){1,2}[ ]\d{1,4}"
            r"|\d{1,4}[ ][\u0621-\u064a](?:[ ][\u0621-\u064a]){1,2}",
            r"[ ?][?][ ]\d{1,4}|\d[ ][?][ ][?]",
            0.15,
        ),
        _rule(
            r"[\u0980-\u09ff]{2,12}[ ](?:মেট্রো[ -]{0,3})?[\u0995-\u09b9]{1,2}[ -]{1,3}\d{2}-\d{4}",
            r"[?][ -]{1,3}\d{2}-\d{4}",
            0.6,
        ),
        _rule(r"\d?[\u0e01-\u0e2e]{2}[ -]?\d{1,4}", r"[?][^0-9A-Za-z\n]{0,3}\d", 0.15, within="[\u0e01-\u0e2e]"),
        _rule(r"[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]{3}[ -]?\d{4}", r"[?]{3}[ -]?\d{4}", 0.2),
        _rule(
            r"[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{0,2}[ -][A-Z]{0,2}[ -]?\d{4}",
            r"\b[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z -]{1,6}\d{4}\b",
            0.2,
        ),
    )


PLUGINS = (LicensePlateRecognizer,)
