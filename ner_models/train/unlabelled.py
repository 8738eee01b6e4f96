"""Read text that nobody labelled as text with almost nothing private in it: prompts, code, doctors' notes, translations.

A word that may be a name after all teaches nothing.
"""

from __future__ import annotations

import csv
import gettext
import json
import random
import re
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from ner_models.train.corpora import SECRET
from ner_models.train.names import Lists
from ner_models.train.rows import Row

__all__ = ["PACKAGES", "clinical_rows", "code_rows", "prompt_rows", "said_by_programs", "translated_rows"]

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
# The installed packages, which the recipe reads too.
PACKAGES = Path(sysconfig.get_paths()["purelib"])
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
    own = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    others = [
        sorted(path for kind in ("*.py", "*.h") for path in (PACKAGES / entry.split()[0]).rglob(kind) if "test" not in path.name)
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


def said_by_programs(folder: Path) -> dict[str, list[str]]:
    """Return what programs say, by the code of its language.

    `folder` holds GNU message catalogues as `LANGUAGE/LC_MESSAGES/*.mo` at any depth.
    """
    said: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("LC_MESSAGES/*.mo")):
        with path.open("rb") as file:
            messages = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # no other way to list them
        said.setdefault(path.parent.parent.name, []).extend(text for key, text in messages.items() if key and text)
    return said


def translated_rows(folder: Path, rng: random.Random, count: int, *, only: str | None = None) -> list[Row]:
    """Put together what a program says in its languages, several messages to a row: a foreign word is no name.

    Without any catalogue in `folder` there are no rows. `only` is the code of one language.
    """
    said = said_by_programs(folder)
    languages = sorted(language for language, messages in said.items() if messages and only in (None, language))
    rows: list[Row] = []
    for _ in range(count if languages else 0):
        text = rng.choice((" ", "\n", "\n\n")).join(rng.choices(said[rng.choice(languages)], k=rng.randint(1, 6)))
        rows.append(Row(text=text, spans=(), known=ABSENT, source="translations"))
    return rows
