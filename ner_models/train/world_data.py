"""Put the training set of `world` together: corpora of `world/train`, templates in each language, translations."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from ner_models.train.dataset import DataConfig, Sampler
from ner_models.train.features import augment, encode_row, pack
from ner_models.train.generate import read_templates
from ner_models.train.names import read_lists
from ner_models.train.native import LANGUAGES, read_natives
from ner_models.train.rows import Row
from ner_models.train.technical_world import technical_rows
from ner_models.train.unlabelled import PACKAGES, said_by_programs, translated_rows
from ner_models.train.world_rows import ENDINGS, in_language, read_world, swapped
from relay.detect.ner.tokenizer import Coder
from relay.detect.script import is_latin

__all__ = ["make_world_sampler", "plain_rows", "world_texts"]

FOLDER = Path(__file__).parent / "templates_world"
# Languages with few or no corpora take so many times as many rows from templates.
THIN = {"he": 4, "ka": 2, "fa": 2, "ar": 2, "zh-Hans": 2}
# So many rows of a sequence have names in Latin letters.
FOREIGN = 0.06


def make_world_sampler(data: Path, coder: Coder, config: DataConfig, seed: int, log: Callable[[str], None]) -> Sampler:
    """Read everything once and return the function that makes each epoch's samples."""
    rows = read_world(data / "world", share_alike=config.share_alike)
    lists = read_lists(data / "lists")
    pick = random.Random(seed)
    foreign = [(pick.choice(given), pick.choice(family)) for given, family in (lists.people[pick.choice(sorted(lists.people))] for _ in range(3_000))]
    foreign = [(given, family) for given, family in foreign if given.isascii() and family.isascii()]
    natives = read_natives(data / "world/lists", rows, foreign=foreign)
    said = {language: [text for code in codes for text in everything.get(code, ())] for everything in [said_by_programs(PACKAGES)] for language, codes in CODES.items()}
    templates = read_templates(test=False, folder=FOLDER)
    other = [row for row in translated_rows(PACKAGES, random.Random(seed), 40 * config.translations) if not is_latin(row.text)]
    other = random.Random(seed).sample(other, min(len(other), 2 * config.translations))
    latin = [("Anna", "Smith"), ("John", "Miller"), ("Maria", "Garcia"), ("David", "Lee"), ("Elena", "Petrova"), ("Wei", "Zhang"), ("Ahmed", "Hassan"), ("Tom", "Brown"), ("Priya", "Sharma"), ("Yuki", "Tanaka"), ("Lukas", "Weber"), ("Sofia", "Rossi")]
    log(f"{len(rows)} labelled rows, {len(templates)} templates, {len(other)} translations")
    per = max(1, config.synthetic // max(1, len(LANGUAGES)))
    by_language = {language: [template for name, template in templates if name == language] for language in LANGUAGES}

    def samples(epoch: int) -> list:
        rng = random.Random(f"{seed}/{epoch}")
        made = []
        for language, row in rows:
            native = natives.get(language)
            swap = native and language not in ENDINGS and not row.unsure and rng.random() < 0.3
            made.append(swapped(row, native, rng) if swap and native else row)
        for language, some in by_language.items():
            for _ in range(per * THIN.get(language, 1) if some else 0):
                name = rng.choice(latin) if rng.random() < FOREIGN else None
                made.append(in_language(rng.choice(some), natives[language], name, rng))
        made += other + technical_rows(said, rng, config.code // len(CODES))
        if config.share < 1:
            made = rng.sample(made, int(len(made) * config.share))
        encoded = [encode_row(augment(row, rng), coder) for row in made]
        packed = pack([sample for sample in encoded if sample], coder, rng, limit=config.limit, alone=config.alone)
        log(f"epoch {epoch}: {len(made)} rows, {len(packed)} sequences, {sum(len(s.ids) for s in packed)} tokens")
        return packed

    return samples


def world_texts(data: Path, seed: int) -> list[tuple[str, str]]:
    """Return language and text for choosing the vocabulary: corpora and filled templates."""
    rows = read_world(data / "world")
    natives = read_natives(data / "world/lists", rows)
    rng = random.Random(seed)
    texts = [(language, row.text) for language, row in rows]
    for language, template in read_templates(test=False, folder=FOLDER):
        texts += [(language, in_language(template, natives[language], None, rng).text) for _ in range(6)]
    return texts


# The codes of Django's translations and of our templates, by the language's name in the card.
CODES = {
    "Chinese": ("zh_Hans", "zh_Hant", "zh_CN", "zh_TW", "zh_hans"), "Japanese": ("ja", "ja_JP"), "Korean": ("ko", "ko_KR"), "Russian": ("ru", "ru_RU"), "Ukrainian": ("uk", "uk_UA"), "Bulgarian": ("bg",), "Serbian": ("sr",), "Kazakh": ("kk",),
    "Mongolian": ("mn", "mn_MN"), "Greek": ("el", "el_GR"), "Armenian": ("hy",), "Georgian": ("ka",), "Arabic": ("ar", "ar_SA"), "Persian": ("fa", "fa_IR"), "Hebrew": ("he", "he_IL"), "Hindi": ("hi", "hi_IN"), "Marathi": ("mr",),
    "Nepali": ("ne",), "Bengali": ("bn", "bn_BD"), "Telugu": ("te",), "Tamil": ("ta",), "Thai": ("th", "th_TH"), "Urdu": ("ur", "ur_PK"),
}


def plain_rows(data: Path, seed: int, count: int = 150) -> dict[str, list[Row]]:
    """Return text without names by language: translations, put together otherwise than for training."""
    rows: dict[str, list[Row]] = {}
    for language, codes in CODES.items():
        made = [row for code in codes for row in translated_rows(PACKAGES / "django", random.Random(seed + 1), count, only=code)]
        rows[language] = [row for row in made if not is_latin(row.text)]
    return rows
