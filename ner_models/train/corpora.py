"""Read the labelled corpora and map their labels to ours, saying for each which types it really annotates.

What a corpus does not annotate is not taught as "no entity". Values that other recognizers find at run time, and words
whose label is in doubt, teach nothing.
"""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ner_models.train.names import Lists
from ner_models.train.rows import ALL, Row

__all__ = ["CORPORA", "clinical_rows", "code_rows", "prompt_rows", "read_corpus", "read_gold"]

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
    Corpus(file="germeval_de_dev", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET),
    Corpus(file="germeval_de_test", licence="CC BY 4.0", labels=NEWS, known=CORE | SECRET, held_out=0.2),
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


CAPITAL = re.compile(r"[^\W\d_][\w'’-]*")


def doubtful(text: str, lists: Lists) -> tuple[tuple[int, int], ...]:
    """Return the words of unlabelled text that may be names: capitalised and on a names list, with their neighbours."""
    words = list(CAPITAL.finditer(text))
    doubt = set()
    for index, word in enumerate(words):
        low = word[0].lower().removesuffix("'s").removesuffix("’s")
        if word[0][0].isupper() and (low in lists.given_names or low in lists.family_names):
            for near in (index - 1, index, index + 1):
                if 0 <= near < len(words) and words[near][0][0].isupper():
                    doubt.add(near)
    return tuple(words[index].span() for index in sorted(doubt))


# In unlabelled prompts and code these types are taken as absent (outside doubtful words); the rest stays open.
ABSENT = frozenset({"PERSON", "STREET_ADDRESS", "ID_NUMBER"}) | SECRET


def prompt_rows(folder: Path, lists: Lists, skip: frozenset[str]) -> list[Row]:
    """Read public prompts as rows that hold almost nothing private. Texts in `skip` (judging sets) are left out."""
    texts: list[str] = []
    for name in ("arena-hard-v0.1", "arena-hard-v2.0"):
        for data in _json_lines(folder / f"arena_hard/data/{name}/question.jsonl"):
            texts += [turn["content"] for turn in data["turns"]] if "turns" in data else [data["prompt"]]
    for name in ("mt_bench", "vicuna_bench"):
        for data in _json_lines(folder / f"fastchat/fastchat/llm_judge/data/{name}/question.jsonl"):
            texts += data["turns"]
    for data in _json_lines(folder / "self_instruct/data/seed_tasks.jsonl"):
        texts.append(data["instruction"])
        texts += [f"{case['input']}\n{case['output']}" for case in data["instances"]]
    for data in _json_lines(folder / "self_instruct/human_eval/user_oriented_instructions.jsonl"):
        texts.append(data["instruction"])
        texts += [f"{case['input']}\n{case['output']}" for case in data["instances"]]
    talks = json.loads((folder / "fastchat/data/dummy_conversation.json").read_text(encoding="utf-8"))
    texts += sorted({turn["value"] for talk in talks for turn in talk["conversations"]})
    return [
        Row(text=text, spans=(), known=ABSENT, unsure=doubtful(text, lists), source="prompts")
        for text in texts
        if text.strip() and text.strip()[:80] not in skip
    ]


def _json_lines(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


WORD = re.compile(r"[^\W\d_]{3,}")
TITLED = re.compile(r"\b(?:dr|doctor|mr|mrs|ms|miss|nurse)\b\.?\s+[\w.'-]+", re.IGNORECASE)


def clinical_rows(folder: Path, lists: Lists) -> list[Row]:
    """Read doctors' notes and talks with patients, paragraph by paragraph, as text with few names in it.

    The talks are in lower case, so every word on a names list is in doubt, and what follows a title.
    """
    texts: list[str] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for record in csv.DictReader(lines):
                texts += [record[key] for key in ("note", "section_text", "dialogue") if record.get(key)]
    names = lists.given_names | lists.family_names
    rows = []
    for text in texts:
        for paragraph in re.split(r"\r?\n\s*\n|(?<=\n)(?=\[doctor\])", text):
            piece = paragraph.strip()[:1000]
            if piece:
                doubt = {word.span() for word in WORD.finditer(piece) if word[0].lower() in names}
                doubt |= {match.span() for match in TITLED.finditer(piece)}
                rows.append(Row(text=piece, spans=(), known=ABSENT, unsure=tuple(sorted(doubt)), source="clinical"))
    return rows


EMAIL = re.compile(r"\S+@\S+\.\w+")
# In code a capitalised word is an identifier more often than a name: in doubt are two names in a row, and what follows
# the words with which authors are named.
CREDIT = re.compile(r"(?i)(?:\b(?:by|author|authors|contributed|copyright|thanks to|from|dr|mr|ms)\b|\(c\)|©)[^\n]{0,60}")
# Folders below the packages that the recipe itself needs, with their licences: Python and C++.
CODE_PACKAGES = ("torch/nn BSD-3-Clause", "torch/include BSD-3-Clause", "sympy BSD-3-Clause", "networkx BSD-3-Clause",
                 "numpy BSD-3-Clause", "onnx Apache-2.0")


def doubtful_code(text: str, lists: Lists) -> tuple[tuple[int, int], ...]:
    """Return what may be a person's name in source code."""
    found = [match.span() for match in CREDIT.finditer(text)]
    words = list(CAPITAL.finditer(text))
    for left, right in zip(words, words[1:], strict=False):
        names = left[0].lower() in lists.given_names and right[0].lower() in lists.family_names
        if names and right[0][0].isupper() and text[left.end() : right.start()] in (" ", ". "):
            found.append((left.start(), right.end()))
    return tuple(sorted(found))


def code_rows(lists: Lists, rng: random.Random, count: int) -> list[Row]:
    """Cut pieces of source code as hard negatives: Python's standard library (PSF licence) and `CODE_PACKAGES`."""
    packages = Path(sysconfig.get_paths()["purelib"])
    own = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    others = [
        sorted(path for kind in ("*.py", "*.h") for path in (packages / entry.split()[0]).rglob(kind) if "test" not in path.name)
        for entry in CODE_PACKAGES
    ]
    folders = [own, own, own, *(files for files in others if files)]
    rows = []
    for _ in range(count):
        lines = rng.choice(rng.choice(folders)).read_text(encoding="utf-8", errors="replace").splitlines()
        start = rng.randrange(max(1, len(lines) - 10))
        text = "\n".join(lines[start : start + rng.randint(3, 25)])[:4000]
        if not text.strip() or EMAIL.search(text):
            continue
        rows.append(Row(text=text, spans=(), known=ABSENT, unsure=doubtful_code(text, lists), source="code"))
    return rows
