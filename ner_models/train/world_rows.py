"""Rows in the languages of the world: what the corpora of `world/train` hold, and templates filled in."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Collection
from pathlib import Path

from ner_models.train.corpora import SECRET
from ner_models.train.generate import UNSURE, filled
from ner_models.train.native import LANGUAGES, Native, cyrillic
from ner_models.train.rows import TYPES, Row
from ner_models.train.swap import edited

__all__ = ["ENDINGS", "in_language", "read_world", "swapped", "transliterated"]

# Rows of a corpus are taken so often; a corpus of one small domain less.
REPEAT = {"ru_factrueval": 3, "bg_bgner": 1, "el_eellak": 3, "uk_parlamint": 2, "zh-Hans_weibo": 3, "ar_wojood_sample": 2, "ar_aqmar": 2, "ka_glc": 2, "ka_gnc": 2, "bn_banglakit": 2}
# Of words with case endings and particles inside the name none is put in its place.
ENDINGS = ("am", "ka", "kk", "te", "mn", "ta")


def read_world(data: Path, *, share_alike: bool = True, languages: Collection[str] = (*LANGUAGES, "sr"), in_cyrillic: bool = True) -> list[tuple[str, Row]]:
    """Read the labelled corpora of some languages: language and row. `in_cyrillic`: Serbian is turned into those letters."""
    facts = json.loads((data / "annotates.json").read_text(encoding="utf-8"))
    rows = []
    for name, fact in sorted(facts.items()):
        path = data / "train" / f"{name}.jsonl.gz"
        language = fact["lang"]
        if not path.exists() or (fact["licence_class"] == "sa" and not share_alike) or language not in languages:
            continue
        known = frozenset(fact["annotates"]) & frozenset(TYPES) | SECRET
        read = []
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                spans = [(s["start"], s["end"], s["label"]) for s in row["spans"]]
                text, spans = _in_cyrillic(row["text"], spans) if language == "sr" and in_cyrillic else (row["text"], spans)
                read.append((language, Row(
                    text=text, spans=tuple(s for s in spans if s[2] in TYPES), known=known,
                    unsure=tuple((a, b) for a, b, kind in spans if kind not in TYPES), source=name,
                )))
        rows += read * REPEAT.get(name, 1)
    return rows


def _in_cyrillic(text: str, spans: list[tuple[int, int, str]]) -> tuple[str, list[tuple[int, int, str]]]:
    made, moved, place = "", [], 0
    for start, end, kind in spans:
        made += cyrillic(text[place:start])
        value = cyrillic(text[start:end])
        moved.append((len(made), len(made) + len(value), kind))
        made += value
        place = end
    return made + cyrillic(text[place:]), moved


def transliterated(row: dict[str, object]) -> dict[str, object]:
    """Return a row of a judging set in Cyrillic letters."""
    spans = [(s["start"], s["end"], s["label"]) for s in row["spans"]]  # type: ignore[attr-defined]
    text, moved = _in_cyrillic(str(row["text"]), spans)
    return {**row, "text": text, "spans": [{"start": start, "end": end, "label": kind} for start, end, kind in moved]}


def in_language(template: str, native: Native, latin: tuple[str, str] | None, rng: random.Random) -> Row:
    """Fill a template with invented people and places; `latin` is a name in Latin letters for the first person."""
    people: dict[int, tuple[str, str]] = {}
    values: dict[tuple[str, int], tuple[str, str]] = {}

    def person(kind: str, number: int) -> str:
        if number not in people:
            people[number] = latin if latin and number == 1 else native.name(rng)
        given, family = people[number]
        if kind != "person":
            return given if kind == "first" else family
        return f"{given} {family}" if latin and number == 1 else native.full(given, family, rng)

    def slot(kind: str, number: int) -> list[tuple[str, str]]:
        if kind in ("person", "first", "last"):
            return [(person(kind, number), "PERSON")]
        if (kind, number) not in values:
            values[kind, number] = OTHERS[kind](native, rng)
        return [values[kind, number]]

    return filled(template, slot, f"templates/{native.language}")


def _digits(native: Native, rng: random.Random, count: int) -> str:
    return native.native_digits("".join(rng.choice("0123456789") for _ in range(count)), rng, 0.2)


def _date(native: Native, rng: random.Random) -> str:
    y, m, d = rng.randint(1940, 2026), rng.randint(1, 12), rng.randint(1, 28)
    shapes = {"zh-Hans": f"{y}年{m}月{d}日", "zh-Hant": f"{y}年{m}月{d}日", "ja": f"{y}年{m}月{d}日", "ko": f"{y}년 {m}월 {d}일"}
    plain = rng.choice((f"{d:02}.{m:02}.{y}", f"{y}-{m:02}-{d:02}", f"{d}/{m}/{y}", f"{y}/{m:02}/{d:02}"))
    return native.native_digits(shapes.get(native.language, plain) if rng.random() < 0.6 else plain, rng, 0.2)


LOGINS = ("alex", "nina", "kim", "max", "lee", "dev", "user", "sun", "star", "blue", "fox", "ming", "ivan", "omar", "yuki", "raj")
OTHERS: dict[str, Callable[[Native, random.Random], tuple[str, str]]] = {
    "address": lambda native, rng: (native.address(rng), "STREET_ADDRESS"),
    "city": lambda native, rng: (rng.choice(native.cities), "LOCATION"),
    "org": lambda native, rng: (native.firm(rng), "ORGANIZATION"),
    "phone": lambda native, rng: (rng.choice(("+", "0", "1", "")) + _digits(native, rng, rng.randint(8, 11)), UNSURE),
    "email": lambda native, rng: (f"{rng.choice(LOGINS)}{rng.randint(1, 99)}@example.com", UNSURE),
    "id": lambda native, rng: (rng.choice(("", "", "AB", "N", "КП", "A-")) + _digits(native, rng, rng.randint(5, 12)), "ID_NUMBER"),
    "date": lambda native, rng: (_date(native, rng), "DATE_TIME"),
    "age": lambda native, rng: (native.native_digits(str(rng.randint(1, 99)), rng, 0.2), "AGE"),
    "num": lambda native, rng: (native.native_digits(str(rng.randint(2, rng.choice((9, 99, 5000)))), rng, 0.2), ""),
    "username": lambda native, rng: (f"{rng.choice(LOGINS)}{rng.choice(('_', '.', ''))}{rng.choice(LOGINS)}{rng.randint(1, 99)}", "USERNAME"),
    "password": lambda native, rng: ("".join(rng.choice("abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQ23456789!#%") for _ in range(rng.randint(7, 12))), "PASSWORD"),
}


def swapped(row: Row, native: Native, rng: random.Random) -> Row:
    """Return `row` with other people, the same one for the same text."""
    made: dict[str, str] = {}
    edits = []
    for start, end, kind in row.spans:
        value = row.text[start:end]
        if kind == "PERSON" and value not in made:
            given, family = native.name(rng)
            alone = " " not in value and not (native.language in ("zh-Hans", "zh-Hant", "ja", "ko") and len(value) > 2)
            made[value] = rng.choice((given, family)) if alone and native.language not in ("zh-Hans", "zh-Hant") else native.full(given, family, rng)
        edits.append((start, end, made[value] if kind == "PERSON" else value))
    return edited(row, edits)
