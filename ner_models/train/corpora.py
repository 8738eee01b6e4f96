"""Read the labelled corpora and map their labels to ours, saying for each which types it really annotates.

What a corpus does not annotate is not taught as "no entity". Values that other recognizers find at run time, and words
whose label is in doubt, teach nothing.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ner_models.train.rows import ALL, Row

__all__ = ["CORPORA", "SECRET", "read_corpus", "read_gold"]

UNSURE = "?"
CORE = frozenset({"PERSON", "LOCATION", "ORGANIZATION"})
SECRET = frozenset({"USERNAME", "PASSWORD"})
NEWS = {"PERSON": "PERSON", "LOCATION": "LOCATION", "ORGANIZATION": "ORGANIZATION"}
MEDDOCAN = {
    "TERRITORIO": "LOCATION",
    "PAIS": "LOCATION",
    "FECHAS": "DATE_TIME",
    "EDAD_SUJETO_ASISTENCIA": "AGE",
    "NOMBRE_SUJETO_ASISTENCIA": "PERSON",
    "NOMBRE_PERSONAL_SANITARIO": "PERSON",
    "CALLE": "STREET_ADDRESS",
    "ID_SUJETO_ASISTENCIA": "ID_NUMBER",
    "ID_TITULACION_PERSONAL_SANITARIO": "ID_NUMBER",
    "ID_ASEGURAMIENTO": "ID_NUMBER",
    "ID_CONTACTO_ASISTENCIAL": "ID_NUMBER",
    "ID_EMPLEO_PERSONAL_SANITARIO": "ID_NUMBER",
    "HOSPITAL": "ORGANIZATION",
    "INSTITUCION": "ORGANIZATION",
    "CENTRO_SALUD": "ORGANIZATION",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """How to read one file. `labels` maps to our types; a label not named makes its span unsure.

    The last `held_out` of its rows are never trained on: their order is that of the documents.
    """

    file: str
    licence: str
    labels: dict[str, str]
    known: frozenset[str]
    share_alike: bool = False
    keep: float = 1.0
    repeat: int = 1
    held_out: float = 0.0


CORPORA = (
    Corpus(
        file="multidogo_train",
        licence="CDLA-Permissive-1.0",
        labels={**NEWS, "ADDRESS": "STREET_ADDRESS", "ZIP": "STREET_ADDRESS", "PASSWORD": "PASSWORD",
                "ID_NUMBER": "ID_NUMBER", "DATE_TIME": "DATE_TIME"},
        known=frozenset({"PERSON", "STREET_ADDRESS", "PASSWORD", "ID_NUMBER"}),
        keep=0.35,
    ),
    Corpus(file="btc_train", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET),
    Corpus(file="wnut17_train", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET),
    Corpus(file="tweebank_train", licence="Apache-2.0", labels=NEWS, known=CORE | SECRET),
    Corpus(file="tweebank_test", licence="Apache-2.0", labels=NEWS, known=CORE | SECRET),
    Corpus(file="wikigold", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET, repeat=2),
    Corpus(
        file="hwu64_nlu",
        licence="CC BY 4.0",
        labels={**NEWS, "DATE_TIME": "DATE_TIME", "PERSON_PUBLIC": "PERSON"},
        known=frozenset({"PERSON", "STREET_ADDRESS"}) | SECRET,
        keep=0.6,
    ),
    Corpus(
        file="stackoverflow_train",
        licence="MIT",
        labels={"USERNAME": "USERNAME"},
        known=frozenset({"PERSON", "STREET_ADDRESS", "AGE", "NRP", "ID_NUMBER"}) | SECRET,
        keep=0.7,
    ),
    Corpus(file="meddocan_es_train", licence="CC BY 4.0", labels=MEDDOCAN, known=ALL - {"NRP"}),
    Corpus(file="germeval_de_dev", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET, repeat=2),
    Corpus(file="germeval_de_test", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET, repeat=2, held_out=0.2),
    Corpus(file="kind_it_wikinews_train", licence="CC BY 2.5", labels=NEWS, known=CORE | SECRET, keep=0.7, held_out=0.1),
    Corpus(file="crossner5", licence="MIT, text CC BY-SA", labels=NEWS, known=CORE | SECRET, share_alike=True),
    Corpus(file="ewt_uner_train_old", licence="CC BY-SA 4.0", labels=NEWS, known=CORE | SECRET, share_alike=True),
    Corpus(file="uner_pt_bosque_train", licence="CC BY-SA 4.0", labels=NEWS, known=CORE | SECRET, share_alike=True, keep=0.7, held_out=0.15),
    Corpus(
        file="sgd_subset",
        licence="CC BY-SA 4.0",
        labels={**NEWS, "ADDRESS": "STREET_ADDRESS", "DATE_TIME": "DATE_TIME", "PERSON_PUBLIC": "PERSON"},
        known=frozenset({"PERSON", "STREET_ADDRESS", "ID_NUMBER", "LOCATION"}) | SECRET,
        share_alike=True,
        keep=0.35,
    ),
)

HANDLE = re.compile(r"(?<![\w@])@\w{2,}")
TITLE = re.compile(r"(?:(?:Dr|Mr|Mrs|Ms|Prof|Sir|Shaikh|President|Sen|Rep)\b\.?\s+)+", re.IGNORECASE)
DEGREE = re.compile(r"(?:,?\s*(?:M\.?D\.?|DDS|D\.?O\.?|Ph\.?D\.?|Inc\.?))+$", re.IGNORECASE)
BUSINESS = re.compile(
    r"\b(care|cent(?:er|re)|clinic|medical|dental|dentist\w*|group|associates?|dermatolog\w+|salon|spa|hair|eye|family|health"
    r"|hospital|vision|optomet\w+|practice|institute|beauty|barber\w*|studio|cuts?|nails?|physicians?|office|pediatrics?)\b|:",
    re.IGNORECASE,
)


def _spans(corpus: Corpus, row: dict[str, object]) -> Iterator[tuple[int, int, str]]:
    """Yield the mapped spans of one row; the type is UNSURE where nothing should be learnt."""
    text = str(row["text"])
    labelled = [(int(s["start"]), int(s["end"]), str(s["label"])) for s in row["spans"]]  # type: ignore[attr-defined]
    handles = [match.span() for match in HANDLE.finditer(text)] if corpus.file[:3] in {"btc", "wnu", "twe", "sta"} else []
    for start, end in handles:
        yield start, end, "USERNAME"
    for start, end, label in labelled:
        value = text[start:end]
        kind = corpus.labels.get(label, UNSURE)
        if any(start < stop and begin < end for begin, stop in handles):
            continue
        if label in {"SEXO_SUJETO_ASISTENCIA", "FAMILIARES_SUJETO_ASISTENCIA", "PROFESION"}:
            continue
        if kind == "PERSON":
            if title := TITLE.match(value):
                start += title.end()
            if degree := DEGREE.search(text[start:end]):
                end = start + degree.start()
            if "#" in value or (corpus.file == "sgd_subset" and BUSINESS.search(value)):
                kind = UNSURE
            while end > start and text[end - 1] in ".,:;!? " and not re.search(r"\b\w\.$", text[start:end]):
                end -= 1
        if kind == "LOCATION" and value[:1].isdigit():
            kind = "STREET_ADDRESS"
        if corpus.file == "stackoverflow_train" and not value.startswith("@"):
            kind = UNSURE
        if corpus.file == "hwu64_nlu" and kind in {"LOCATION", "DATE_TIME"} and value in GENERIC:
            kind = UNSURE
        # A bare number is an identifier only in its dialogue, which the row does not hold.
        if corpus.file == "multidogo_train" and not re.search(r"[^\W\d]", text):
            kind = UNSURE
        if start < end:
            yield start, end, kind


GENERIC = {"airport", "home", "office", "town", "city", "here", "work", "today", "tomorrow", "now", "this week", "this year"}


def read_corpus(corpus: Corpus, folder: Path, rng: random.Random, *, held_out: bool = False) -> list[Row]:
    """Read a corpus from `folder`/FILE.jsonl.gz, thinned to its share; rows with entities are thinned less.

    With `held_out`, read what training leaves out instead, whole.
    """
    rows: list[Row] = []
    with gzip.open(folder / f"{corpus.file}.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = list(file)
        border = len(lines) - int(len(lines) * corpus.held_out)
        for line in lines[border:] if held_out else lines[:border]:
            data = json.loads(line)
            found = sorted(set(_spans(corpus, data)))
            if not held_out and rng.random() > (min(1.0, 2 * corpus.keep) if found else corpus.keep):
                continue
            spans: list[tuple[int, int, str]] = []
            unsure: list[tuple[int, int]] = []
            for start, end, kind in found:
                if spans and start < spans[-1][1]:
                    continue
                if kind == UNSURE:
                    unsure.append((start, end))
                else:
                    spans.append((start, end, kind))
            if data["text"].strip():
                rows.append(
                    Row(text=data["text"], spans=tuple(spans), known=corpus.known, unsure=tuple(unsure), source=corpus.file)
                )
    return rows if held_out else rows * corpus.repeat


def read_gold(path: Path) -> list[dict[str, object]]:
    """Read a judging set as it is."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
