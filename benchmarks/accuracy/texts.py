"""The texts to judge on: labelled sets, prompts, source code, and names of many countries in plain sentences."""

from __future__ import annotations

import csv
import gzip
import json
import random
import sysconfig
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.accuracy.score import Row
from ner_models.train.names import EXTRA

__all__ = ["CARRIERS", "Named", "code_files", "code_rows", "name_rows", "read_sets"]

# None of these is a training template; a test compares.
CARRIERS = (
    "Our colleague {} will take over the account next week.",
    "I spoke to {} on Tuesday and nothing has changed.",
    "Invoice prepared for {}, due in thirty days.",
    "does {} still work in the warehouse?",
    "{} has signed the lease and returned both copies.",
    "Attendees: {}, plus two guests.",
)
# Fewer names than this say nothing about a country.
_FEWEST_NAMES = 8
# Packages of the standard library that are not code as people write it: tables, generated files, tests.
_NOT_CODE = frozenset({"encodings", "idlelib", "lib2to3", "pydoc_data", "site-packages", "test", "tests", "turtledemo"})
_SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A sentence with one name. latin: whether the name is written in Latin letters."""

    country: str
    latin: bool
    row: Row = field(repr=False)


def read_sets(folder: Path, *, every: int = 1) -> dict[str, list[Row]]:
    """Return every set `folder`/NAME.jsonl.gz, in name order, or each `every`-th row of it."""
    return {path.name.removesuffix(".jsonl.gz"): _read(path)[::every] for path in sorted(folder.glob("*.jsonl.gz"))}


def _read(path: Path) -> list[Row]:
    rows = []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            data = json.loads(line)
            labels = tuple((span["start"], span["end"], span["label"]) for span in data["spans"])
            rows.append(Row(text=data["text"], labels=labels))
    return rows


def code_files(*, every: int = 1) -> list[Path]:
    """Return the modules inside the packages of Python's standard library.

    Training reads the modules beside the packages only, so the model has seen none of these.
    """
    root = Path(sysconfig.get_paths()["stdlib"])
    files = [path for path in sorted(root.rglob("*.py")) if not _NOT_CODE & set(path.relative_to(root).parts)]
    return [path for path in files if path.parent != root and path.stat().st_size][::every]


def code_rows(*, every: int = 1) -> list[Row]:
    """Return `code_files`, each file one text without labels."""
    return [Row(text=path.read_text(encoding="utf-8", errors="replace")) for path in code_files(every=every)]


def name_rows(folder: Path, *, count: int) -> list[Named]:
    """Return `count` sentences for each country of the names list, and for its own script where that is not Latin.

    Countries that the list leaves out (India, Nigeria, Viet Nam and others) come from the recipe's own short table.
    The given and family names are paired at random, always the same pairs: the people are invented.
    """
    given = _names(folder / "common-forenames-by-country.csv")
    family = _names(folder / "common-surnames-by-country.csv")
    for country, (firsts, lasts) in EXTRA.items():
        given.setdefault((country, True), _split(firsts))
        family.setdefault((country, True), _split(lasts))
    rows = []
    for country, latin in sorted(given.keys() & family.keys(), key=lambda key: (key[0], not key[1])):
        firsts, lasts = given[country, latin], family[country, latin]
        if min(len(firsts), len(lasts)) < _FEWEST_NAMES:
            continue
        choose = random.Random(f"{_SEED} {country} {latin}")
        for number in range(count):
            name = _full_name(choose.choice(firsts), choose.choice(lasts))
            carrier = CARRIERS[number % len(CARRIERS)]
            start = carrier.index("{")
            row = Row(text=carrier.format(name), labels=((start, start + len(name), "PERSON"),))
            rows.append(Named(country=country, latin=latin, row=row))
    return rows


def _names(path: Path) -> dict[tuple[str, bool], list[str]]:
    """Return (country, whether in Latin letters) → names, each once, in the file's order."""
    found: dict[tuple[str, bool], dict[str, None]] = defaultdict(dict)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            for name in (row["Localized Name"].strip(), row["Romanized Name"].strip()):
                if name and not set("/(,") & set(name):
                    latin = _is_latin(name)
                    if len(name) > latin:  # one letter is an initial, one Chinese character is a name
                        found[row["Country"], latin][name] = None
                    if latin:  # with its accents where it is written in Latin letters, else romanized
                        break
    return {key: list(names) for key, names in found.items()}


def _split(names: str) -> list[str]:
    return names.split("|" if "|" in names else None)


def _is_latin(name: str) -> bool:
    return all("LATIN" in unicodedata.name(letter, "") for letter in name if letter.isalpha())


def _full_name(first: str, last: str) -> str:
    """Return the name as it is written: Chinese and Japanese characters and Hangul put the family first, unspaced."""
    if all(unicodedata.east_asian_width(letter) == "W" for letter in first + last):
        return last + first
    return f"{first} {last}"
