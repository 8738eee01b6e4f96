"""Forms of address by language, and names without them: "Dr. Anna Weiß" is "Anna Weiß", "田中さん" is "田中".

A title stays where it stands, so that the sentence around a placeholder reads on and its answer can be polite. Only
what is no given or family name is listed: not "Don", "Judge" or "King" in English.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["TITLES", "without_titles"]

# Before a name, parted from it by a blank; a full stop may follow. With an apostrophe or hyphen as they are written.
_BEFORE_TEXT = (
    # English
    "mr mrs ms miss mx dr prof professor doctor sir madam rev reverend fr messrs sgt capt lt adv"
    # German, Dutch, Swedish, Danish, Norwegian
    " herr herrn frau fräulein hr fr dipl.-ing dipl-ing dhr mevr mevrouw meneer mw drs fru"
    " fröken"
    # French, Spanish, Portuguese, Italian, Catalan
    " mme mlle monsieur madame mademoiselle maître mm mmes sr sra srta señor señora señorita dña doña d.ª senhor"
    " senhora dra exmo exma sig.ra signor signora signorina dott dott.ssa dottor dottoressa avv"
    # Polish, Czech, Slovak, Hungarian, Romanian, Turkish
    " pani panu panem panie paní mgr inż mudr judr phdr dna domnul doamna sayın"
    # South and South-East Asia in Latin letters
    " shri smt bapak ibu puan encik ông bà khun"
    # Russian, Ukrainian, Greek
    " г-н г-жа господин госпожа гражданин гражданка товарищ тов д-р доктор проф профессор пан пані панове"
    " κ κα κος κύριος κυρία κύριε δρ"
    # Arabic, Persian, Hebrew
    " السيد السيدة الآنسة الدكتور الدكتورة الأستاذ الأستاذة الشيخ الحاج د أ آقای خانم دکتر مهندس"
    " מר גב' גברת ד\"ר פרופ' עו\"ד"
    # India
    " श्री श्रीमती सुश्री डॉ डा कुमारी প্রফেসর জনাব ডাঃ ডক্টর শ্রী শ্রীমতী திரு திருமதி శ్రీ శ్రీమతి"
)
# Behind a name: behind a blank as written here, because "Ji" and "San" are names, too; behind a hyphen in any case.
_AFTER_TEXT = "bey hanım Hanım hanim Hanim efendi Efendi úr ji saheb Saheb sahib Sahib जी साहब साहेब बाबू भाई সাহেব বাবু"
# Not "ji", "kun" and "chan": Su-ji and Ye-chan are names.
_HYPHENED_TEXT = "san sama sensei ssi nim"
# Glued to a name: after it, in Japanese, Korean and Chinese; before it, in Thai.
_GLUED_AFTER = (
    "さん", "様", "さま", "君", "くん", "ちゃん", "氏", "殿", "先生", "教授", "博士", "社長", "部長", "課長",
    "씨", "님", "선생님", "선생", "교수님", "교수", "박사님", "박사", "과장님", "부장님", "사장님",
    "女士", "小姐", "太太", "夫人", "老师", "老師", "医生", "醫生", "同学", "同學", "经理", "經理", "师傅",
)  # fmt: skip
_GLUED_BEFORE = ("นางสาว", "นาย", "นาง", "น.ส.", "คุณ", "ดร.", "เด็กชาย", "เด็กหญิง")
_LEAST_LEFT_THAI = 3
# No syllable of Thai begins with these.
_THAI_SIGN = re.compile("[\u0e30-\u0e3a\u0e47-\u0e4e]")
# 君 ends names of Chinese people, and stands behind those of Japanese ones.
_MASTER, _KANA, _NEAR = "君", re.compile("[\u3041-\u30fe]"), 24

TITLES: Final = frozenset(_BEFORE_TEXT.split())
# The rest of a title, behind the first word of one: "Dr. med."; alone they are names.
_DOCTORS: Final = frozenset(("dr", "prof", "professor", "doctor", "dott"))
_SECOND: Final = frozenset("med phil jur habil dent vet rer nat oec dipl ing".split())  # noqa: SIM905 - a table
# Titles that are nobody's name when they stand alone: "Pak" and "Miss" may be one.
_NOBODY: Final = frozenset("mr mrs ms mx dr prof herr herrn frau mme mlle".split())  # noqa: SIM905 - a table
_AFTER: Final = frozenset(_AFTER_TEXT.split()) | {f"-{word}" for word in _HYPHENED_TEXT.split()}
_LONGEST_FIRST = tuple(sorted(_GLUED_AFTER, key=len, reverse=True))
_HEAD = re.compile(r"(\S{1,16}?)\.?[\s\u00a0]{1,3}")
_GLUED_HEAD = re.compile(r"([^\W\d_]{1,16})\.(?=[^\W\d_]{2})")
_TAIL = re.compile(r"(?:[\s\u00a0]|(?=-))([^\s.,]{1,8})\Z")
_LONGEST_TAIL = 10


def without_titles(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place of the name in `text[start:end]` without titles; an empty place when nothing else is there."""
    doctor = False
    while (head := _head(text, start, end, doctor=doctor)) > start:
        doctor = doctor or text[start:head].strip(" .\u00a0").lower() in _DOCTORS
        start = head
    if text[start:end].rstrip(".").lower() in _NOBODY:
        return start, start
    for title in _GLUED_BEFORE:
        left = start + len(title)
        if text.startswith(title, start, end) and end - left >= _LEAST_LEFT_THAI and not _THAI_SIGN.match(text, left):
            start += len(title)
            while start < end and text[start].isspace():
                start += 1
            break
    while tail := _TAIL.search(text, max(start + 1, end - _LONGEST_TAIL), end):
        if (tail[1].lower() if tail[1][0] == "-" else tail[1]) not in _AFTER:
            break
        end = tail.start()
    for title in _LONGEST_FIRST:
        if end - len(title) > start and text.endswith(title, start, end):
            if title == _MASTER and not _KANA.search(text, max(0, start - _NEAR), end + _NEAR):
                return start, end
            return start, start + len(text[start : end - len(title)].rstrip())
    return start, end


def _head(text: str, start: int, end: int, *, doctor: bool) -> int:
    """Return where the title of `text[start:end]` ends; `start` for none. Behind a `doctor` may stand of what."""
    for expression in (_HEAD, _GLUED_HEAD):
        found = expression.match(text, start, end)
        if found is not None and (found[1].lower() in TITLES or (doctor and found[1].lower() in _SECOND)):
            return found.end()
    return start
