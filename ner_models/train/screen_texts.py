"""The unlabelled texts that the screen learns from: the recipe's own rows joined to long texts, and what programs write.

Labels are not used: the screen learns what the finished models find. Rows of one source are joined, since a screen reads
stretches of long texts; some are put into capitals, lower case or one line without spaces.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

from ner_models.train.corpora import CORPORA, read_corpus, read_gold
from ner_models.train.generate import Generator
from ner_models.train.machine_text import KINDS, Machine
from ner_models.train.names import Lists, read_lists
from ner_models.train.swap import Swapper
from ner_models.train.unlabelled import PACKAGES, clinical_rows, code_rows, prompt_rows, translated_rows

__all__ = ["WORLD", "texts"]

# Corpora of other languages in Latin script with a permissive licence, below `data/world/train`; see the card.
WORLD = ("af_nchlt", "cs_poner", "fi_newseye", "fr_europeana", "fr_newseye", "fr_soduco", "id_idner2k", "id_nergrit", "nl_europeana",
         "no_norne", "pl_kpwr", "ro_ronec2", "sv_klintan", "sv_newseye", "zu_nchlt")
# How many rows of each source at most.
FEW, MANY, CHAT = 2_000, 5_000, 16_000
SYNTHETIC, MACHINE, CLINICAL = 90_000, 3_500, 6_000
SWAPS = 4


def texts(data: Path, seed: int, log: Callable[[str], None], *, share: float = 1.0) -> list[str]:
    """Return the texts, shuffled. `share` below 1 takes so much of each source."""
    rng = random.Random(f"{seed}/screen")
    lists = read_lists(data / "lists")
    found: list[str] = []
    for name, rows in _sources(data, lists, rng):
        rows = rng.sample(rows, max(1, int(len(rows) * share))) if share < 1 and rows else rows
        joined = [_disguised(text, rng) for text in _joined(rows, rng)]
        log(f"screen: {name}: {len(rows)} rows, {sum(map(len, joined)):,} characters")
        found += joined
    rng.shuffle(found)
    return found


def _sources(data: Path, lists: Lists, rng: random.Random) -> Iterator[tuple[str, list[str]]]:
    swapper = Swapper(lists, share=1.0)
    for corpus in CORPORA:
        if not corpus.share_alike:
            rows = read_corpus(corpus, data / "train", rng)
            rows = rng.sample(rows, min(len(rows), CHAT if corpus.file in ("multidogo_train", "hwu64_nlu") else MANY))
            # As it is, and with people and places of other countries: a screen knows names by what stands around them, too.
            yield corpus.file, [row.text for row in rows]
            named = [row for row in rows if any(kind == "PERSON" for _, _, kind in row.spans)]
            yield f"{corpus.file}, other names", [swapper.row(row, rng).text for row in named for _ in range(1 if corpus.file.startswith("meddocan") else SWAPS)]
    judged = frozenset(str(row["text"]).strip()[:80] for row in read_gold(data / "dev/prompts_unlabelled.jsonl.gz"))
    yield "prompts", [row.text for row in prompt_rows(data / "prompts", lists, judged)]
    yield "clinical", rng.sample([row.text for row in clinical_rows(data / "clinical_text", lists)], CLINICAL)
    yield "code", [row.text for row in code_rows(lists, rng, 6_000)]
    yield "translations", [row.text for row in translated_rows(PACKAGES / "django", rng, MANY)]
    world = Generator(lists, rng.randrange(1 << 30))
    yield "synthetic", [row.text for row in world.rows(SYNTHETIC)]
    machine = Machine(lists, rng.randrange(1 << 30))
    yield "machine", [machine.text(rng.choice(KINDS), rng.randint(3, 25)) for _ in range(MACHINE)]
    for name in WORLD:
        path = data / f"world/train/{name}.jsonl.gz"
        if path.exists():
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                rows = [json.loads(line)["text"] for line in lines]
            yield name, rng.sample(rows, min(len(rows), FEW))


def _joined(rows: list[str], rng: random.Random) -> Iterator[str]:
    """Yield the rows, one to eight of them in a text."""
    at = 0
    while at < len(rows):
        count = rng.choice((1, 1, 3, 8))
        yield rng.choice(("\n", "\n", " ", "\n\n")).join(rows[at : at + count])
        at += count


def _disguised(text: str, rng: random.Random) -> str:
    draw = rng.random()
    if draw < 0.08:
        return text.lower()
    if draw < 0.14:
        return text.upper()
    if draw < 0.15:
        return text.replace(" ", "")
    return text
