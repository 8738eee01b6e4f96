"""The labelled texts for what passages imply: one file a style in `oblique_prompts/`, written for this purpose.

A file has parts by language (`[de]`); a line is a letter for each class that the text implies (`-` for none), a blank,
and the text, in which `\\n` is a line break. H is PHI, L PRIVILEGED, N NPI, T TRADE_SECRET.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["APART", "CLASSES", "Labelled", "other_texts", "read_labelled"]

CLASSES = {"H": "PHI", "L": "PRIVILEGED", "N": "NPI", "T": "TRADE_SECRET"}
FOLDER = Path(__file__).parent / "oblique_prompts"
# Styles that are for measuring alone.
APART = frozenset({"note", "task", "voice"})
_LANGUAGE = re.compile(r"\[([a-z]{2})\]")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and the classes that it implies, as letters of `CLASSES`."""

    style: str
    language: str
    classes: str
    text: str


def read_labelled(folder: Path = FOLDER) -> list[Labelled]:
    """Return every labelled text, by style and language. Raises ValueError for a line that is not one."""
    rows = []
    for path in sorted(folder.glob("*.txt")):
        language = ""
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            part = _LANGUAGE.fullmatch(line)
            if part is not None:
                language = part[1]
                continue
            letters, _, text = line.partition(" ")
            if not language or not text or (letters != "-" and not set(letters) <= set(CLASSES)):
                raise ValueError(f"{path.name}:{number}: expected classes, a blank and a text")
            rows.append(Labelled(path.stem, language, letters.strip("-"), text.replace("\\n", "\n")))
    return rows


# Corpora of which most rows imply nothing: technical text, commands, news and questions. What of it does imply a class
# teaches a head to be careful, which is what it is there for. Rows a corpus.
_OTHERS = {
    "train/stackoverflow_train": 500, "train/hwu64_nlu": 150, "train/wikigold": 100, "train/tweebank_train": 100,
    "train/crossner5": 100, "train/germeval_de_test": 150, "train/uner_pt_bosque_train": 40, "train/btc_train": 80,
}
_OTHERS_ELSEWHERE = {
    "world/train/zh-Hans_uner_gsdsimp": 200, "world/train/zh-Hans_weibo": 150, "world/train/ja_gsd": 100,
    "world/train/ko_klue": 60, "world/train/ru_wikiner": 250, "world/train/uk_parlamint": 60,
}


def other_texts(data: Path, *, latin: bool, share: float = 1.0) -> Iterator[str]:
    """Yield texts of others that are taken to imply nothing, in Latin letters or in others; none without corpora."""
    for name, count in (_OTHERS if latin else _OTHERS_ELSEWHERE).items():
        path = data / f"{name}.jsonl.gz"
        if not path.exists():
            continue
        with gzip.open(path, "rt", encoding="utf-8") as file:
            texts = [text for line in file if len(text := json.loads(line)["text"]) > (30 if latin else 12)]
        wanted = max(1, round(count * share))
        yield from texts[:: max(1, len(texts) // wanted)][:wanted]
