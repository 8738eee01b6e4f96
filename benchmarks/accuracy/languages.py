"""The language of a judging set, by the code that its name begins with, and its script, by the letters of its texts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from babel import Locale

from benchmarks.accuracy.score import Row

__all__ = ["spoken"]

# Letters of these are written together.
_TOGETHER = {"CJK": "Han, kana", "HIRAGANA": "Han, kana", "KATAKANA": "Han, kana"}


def spoken(name: str, rows: Sequence[Row]) -> dict[str, str]:
    """Return `language` and `script`, in English, of the set `name`."""
    code = name.partition("_")[0]
    letters = Counter(letter for row in rows for letter in row.text if letter.isalpha())
    scripts: Counter[str] = Counter()
    for letter, count in letters.items():
        script = unicodedata.name(letter, "?").split()[0]
        scripts[_TOGETHER.get(script, script.capitalize())] += count
    language = Locale("en").languages.get(code.partition("-")[0], code)
    variety = {"zh-Hans": ", simplified", "zh-Hant": ", traditional"}.get(code, "")
    return {"language": f"{language}{variety}", "script": scripts.most_common(1)[0][0] if scripts else ""}
