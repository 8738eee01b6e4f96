"""Put the training set together: corpora, prompts, code and synthetic rows, fresh ones every epoch."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from ner_models.train.corpora import CORPORA, read_corpus, read_gold
from ner_models.train.features import Sample, augment, encode_row, pack
from ner_models.train.generate import Generator
from ner_models.train.latin_data import Latin
from ner_models.train.names import read_lists
from ner_models.train.rows import TYPES, Row
from ner_models.train.swap import Swapper
from ner_models.train.unlabelled import PACKAGES, clinical_rows, code_rows, prompt_rows, translated_rows
from relay.detect.ner.tokenizer import Coder

__all__ = ["DataConfig", "Sampler", "beforehand", "make_sampler", "with_texts"]

Sampler = Callable[[int], list[Sample]]
# An epoch has one in so many of the texts without labels.
PARTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """How much of what. `limit` is the length of a training sequence in tokens, the window of the finished model.

    `share` of the English and Western rows, `latin` of those in further languages of Latin letters, which a teacher knows or not.
    """

    synthetic: int = 60_000
    code: int = 6_000
    translations: int = 4_000
    share_alike: bool = False
    limit: int = 128
    alone: float = 0.25
    share: float = 1.0
    latin: float = 1.0
    latin_heard: bool = True


def make_sampler(data: Path, coder: Coder, config: DataConfig, seed: int, log: Callable[[str], None]) -> Sampler:
    """Read the corpora once and return the function that makes each epoch's samples."""
    rng = random.Random(seed)
    lists = read_lists(data / "lists")
    judged = frozenset(str(row["text"]).strip()[:80] for row in read_gold(data / "dev/prompts_unlabelled.jsonl.gz"))
    real: list[Row] = []
    for corpus in CORPORA:
        if corpus.share_alike and not config.share_alike:
            continue
        rows = read_corpus(corpus, data / "train", rng)
        real += rows
        log(f"{corpus.file}: {len(rows)} rows, {sum(len(row.spans) for row in rows)} spans")
    prompts = prompt_rows(data / "prompts", lists, judged)
    code = code_rows(lists, rng, config.code)
    clinical = clinical_rows(data / "clinical_text", lists)
    translated = translated_rows(PACKAGES / "django", rng, config.translations)
    log(f"prompts: {len(prompts)} rows, code: {len(code)}, clinical: {len(clinical)}, translations: {len(translated)}")
    real += prompts + code + clinical + translated
    swapper = Swapper(lists)
    latin = Latin(data, share_alike=config.share_alike, share=config.latin)
    log(f"further languages in Latin letters: {sum(map(len, latin.corpora.values()))} rows, {sum(map(len, latin.templates.values()))} templates")

    def samples(epoch: int) -> list[Sample]:
        mix = random.Random(f"{seed}/{epoch}")
        rows = real if config.share >= 1 else mix.sample(real, int(len(real) * config.share))
        rows = rows + list(Generator(lists, seed * 1000 + epoch).rows(int(config.synthetic * config.share)))
        encoded = [encode_row(augment(swapper.row(row, mix), mix), coder) for row in rows]
        packed = pack([sample for sample in encoded if sample], coder, mix, limit=config.limit, alone=config.alone)
        others = [encode_row(augment(row, mix), coder) for row in latin.rows(mix)]
        packed += [
            replace(sample, heard=config.latin_heard)
            for sample in pack([sample for sample in others if sample], coder, mix, limit=config.limit, alone=config.alone)
        ]
        log(f"epoch {epoch}: {len(rows)} rows, {len(packed)} sequences, {sum(len(s.ids) for s in packed)} tokens")
        return packed

    return samples


def with_texts(sampler: Sampler, texts: Sequence[str], coder: Coder, config: DataConfig, seed: int) -> Sampler:
    """Return a sampler that adds `texts` without labels, a part of them in each epoch, for a teacher to have an opinion on."""

    def samples(epoch: int) -> list[Sample]:
        mix = random.Random(f"{seed}/{epoch}/texts")
        some = mix.sample(texts, len(texts) // PARTS)
        encoded = [encode_row(Row(text=text, spans=(), known=frozenset(TYPES), unsure=((0, len(text)),), source="texts"), coder) for text in some]
        return sampler(epoch) + pack([sample for sample in encoded if sample], coder, mix, limit=config.limit, alone=config.alone)

    return samples


_sampler: Sampler | None = None


def _hold(sampler: Sampler) -> None:
    global _sampler
    _sampler = sampler


def _make(epoch: int) -> list[Sample]:
    assert _sampler is not None
    return _sampler(epoch)


def beforehand(sampler: Sampler, epochs: int, processes: int) -> Sampler:
    """Make the samples of all `epochs` in other processes and keep them: a GPU learns an epoch in less time than one takes.

    130 MB of memory an epoch. To be called before this process touches the GPU.
    """
    pool = ProcessPoolExecutor(min(epochs, processes), mp_context=get_context("fork"), initializer=_hold, initargs=(sampler,))
    made = [pool.submit(_make, epoch) for epoch in range(epochs)]
    pool.shutdown(wait=False)
    return lambda epoch: made[epoch].result()
