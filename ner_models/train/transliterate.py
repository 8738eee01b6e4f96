"""Write names of Latin letters in other scripts, letter by letter as newspapers do: foreigners are named in every language.

The tables are of our own making and know no language that a name comes from; they make what looks like a foreign name, which
is what a model has to know one by.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["SCRIPTS", "transliterated_name"]

TABLES = {
    "he": "sch ש|tsch צ'|tch צ'|sh ש|ch צ'|th ת|ph פ|kh ח|ts צ|tz צ|ck ק|qu קוו|ee י|oo ו|ou ו|ie י|ai יי|ay יי|ei יי|ey יי|au או|a א|b ב|c ק|d ד|e |f פ|g ג|h ה|i י|j ג'|k ק|l ל|m מ|n נ|o ו|p פ|q ק|r ר|s ס|t ט|u ו|v ו|w וו|x קס|y י|z ז",
    "ar": "sch ش|sh ش|ch تش|th ث|ph ف|kh خ|gh غ|ts تس|ck ك|qu كو|ee ي|oo و|ou و|ie ي|ai اي|ay اي|ei اي|ey ي|au او|a ا|b ب|c ك|d د|e ي|f ف|g غ|h ه|i ي|j ج|k ك|l ل|m م|n ن|o و|p ب|q ق|r ر|s س|t ت|u و|v ف|w و|x كس|y ي|z ز",
    "fa": "sch ش|sh ش|ch چ|th ت|ph ف|kh خ|gh غ|ts تس|zh ژ|ck ک|qu کو|ee ی|oo و|ou و|ie ی|ai ای|ay ی|ei ای|ey ی|au او|a ا|b ب|c ک|d د|e |f ف|g گ|h ه|i ی|j ج|k ک|l ل|m م|n ن|o و|p پ|q ق|r ر|s س|t ت|u و|v و|w و|x کس|y ی|z ز",
    "ka": "sch შ|tsch ჩ|tch ჩ|sh შ|ch ჩ|th თ|ph ფ|kh ხ|gh ღ|zh ჟ|ts ც|tz ც|dz ძ|ck კ|qu კვ|ee ი|oo უ|ou უ|ie ი|ai აი|ay ეი|ei ეი|ey ი|au აუ|a ა|b ბ|c კ|d დ|e ე|f ფ|g გ|h ჰ|i ი|j ჯ|k კ|l ლ|m მ|n ნ|o ო|p პ|q ქ|r რ|s ს|t ტ|u უ|v ვ|w უ|x ქს|y ი|z ზ",
    "el": "sch σ|sh σ|ch τσ|th θ|ph φ|kh χ|ts τσ|ck κ|qu κου|ee ι|oo ου|ou ου|ie ι|ai αι|ay έι|ei άι|ey ι|au άου|b μπ|d ντ|a α|c κ|e ε|f φ|g γκ|h χ|i ι|j τζ|k κ|l λ|m μ|n ν|o ο|p π|q κ|r ρ|s σ|t τ|u ου|v β|w γου|x ξ|y ι|z ζ",
    "hy": "sch շ|sh շ|ch չ|th թ|ph ֆ|kh խ|gh ղ|zh ժ|ts ց|dz ձ|ck կ|qu քվ|ee ի|oo ու|ou ու|ie ի|ai այ|ay եյ|ei այ|ey ի|au աու|a ա|b բ|c կ|d դ|e ե|f ֆ|g գ|h հ|i ի|j ջ|k կ|l լ|m մ|n ն|o ո|p պ|q ք|r ր|s ս|t տ|u ու|v վ|w ու|x քս|y ի|z զ",
    "ru": "sch ш|tch ч|sh ш|ch ч|th т|ph ф|kh х|gh г|zh ж|ts ц|tz ц|ck к|qu кв|ee и|oo у|ou у|ie и|ai ай|ay эй|ei ей|ey и|au ау|a а|b б|c к|d д|e е|f ф|g г|h х|i и|j дж|k к|l л|m м|n н|o о|p п|q к|r р|s с|t т|u у|v в|w у|x кс|y и|z з",
    "hi": "sch श|sh श|ch च|th थ|ph फ|kh ख|gh घ|ck क|qu क्व|b ब|c क|d ड|f फ|g ग|h ह|j ज|k क|l ल|m म|n न|p प|q क|r र|s स|t ट|v व|w व|x क्स|y य|z ज़|ee ी|oo ू|ou ाउ|ie ी|ai ै|ay े|ei ाइ|ey ी|au ौ|a ा|e े|i ि|o ो|u ु",
}
# A language writes as another one does, with other letters for some.
LIKE = {"ur": ("fa", {"ی": "ی"}), "uk": ("ru", {"и": "і", "е": "е", "э": "е"}), "bg": ("ru", {"э": "е"}), "kk": ("ru", {}), "mn": ("ru", {}), "mr": ("hi", {}), "ne": ("hi", {})}
SCRIPTS = (*TABLES, *LIKE)
CAPITALS = ("ru", "el", "hy", "uk", "bg", "kk", "mn")
ALEPH = ("א", "ا")
HEBREW_LAST = {"מ": "ם", "נ": "ן", "פ": "ף", "צ": "ץ"}
DEVANAGARI_FIRST = {"ा": "आ", "े": "ए", "ि": "इ", "ो": "ओ", "ु": "उ", "ी": "ई", "ू": "ऊ", "ै": "ऐ", "ौ": "औ"}


def _rules(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    own, swaps = LIKE.get(language, (language, {}))
    rules = {source: target for source, _, target in (pair.partition(" ") for pair in TABLES[own].split("|"))}
    rules = {source: "".join(swaps.get(letter, letter) for letter in target) for source, target in rules.items()}
    return re.compile("|".join(sorted(rules, key=len, reverse=True))), rules


RULES = {language: _rules(language) for language in SCRIPTS}


def transliterated_name(name: str, language: str) -> str:
    """Return a name of Latin letters in the script of one of `SCRIPTS`; signs and blanks stay."""
    pattern, rules = RULES[language]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = []
    for word in plain.split():
        made = pattern.sub(lambda found: rules[found[0]], re.sub(r"([b-df-hj-np-tv-z])\1", r"\1", word))
        if language in ("he", "ar", "fa", "ur") and word[0] in "eiou" and not made.startswith(ALEPH):
            made = ("א" if language == "he" else "ا") + made
        if language == "he":
            made = made[:-1] + HEBREW_LAST.get(made[-1:], made[-1:])
        elif LIKE.get(language, (language,))[0] == "hi":
            made = DEVANAGARI_FIRST.get(made[:1], made[:1]) + made[1:]
        elif language == "el":
            made = re.sub("σ$", "ς", made)
        words.append(made.capitalize() if language in CAPITALS else made)
    return " ".join(words)
