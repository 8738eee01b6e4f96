"""The recipe's parts do what the card says: labels, masks, templates, packing, gate; and the whole of it runs."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ner_models.train.corpora import CORPORA, Corpus, read_corpus
from ner_models.train.dataset import beforehand
from ner_models.train.features import Sample, augment, batches, encode_row, pack
from ner_models.train.gate import losses
from ner_models.train.generate import SLOT, Generator, read_templates
from ner_models.train.judge import score
from ner_models.train.languages import people_covered
from ner_models.train.names import Lists
from ner_models.train.rows import ALL, LABELS, TYPES, Row, column
from ner_models.train.swap import Swapper
from ner_models.train.unlabelled import clinical_rows, doubtful, doubtful_code, translated_rows
from relay.detect.ner.model import NerModel
from relay.detect.ner.tokenizer import Coder
from relay.types import Span

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"

LISTS = Lists(
    people={
        code: (["Anna", "João", "Wei"], ["Silva", "van der Berg", "O'Neill"])
        for code in ("US", "DE", "FR", "ES", "IT", "PT", "NL", "GB", "SE", "PL", "IN")
    },
    us_first=["Mary", "John", "Will", "Rose"],
    us_last=["Smith", "Jones", "Hill", "Stone"],
    cities={"Germany": ["Ulm"], "United States": ["Salem"], "France": ["Lyon"]},
    countries=["Germany", "France"],
    companies=["Acme Inc.", "Example Corp"],
    us_streets=[("1 Main Street", "Salem", "OR", "97301")],
    odd_addresses=["12 N Oak St, Salem, OR 97301"],
    given_names=frozenset({"anna", "mary", "will"}),
    family_names=frozenset({"smith"}),
)


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder((ROOT / "ner_models/fast/vocab.txt").read_text(encoding="utf-8").splitlines())


def allowed_of(coder: Coder, row: Row) -> list[set[str]]:
    sample = encode_row(row, coder)
    assert sample is not None
    return [{LABELS[place] for place in np.flatnonzero(token)} for token in sample.allowed]


def test_targets_of_a_fully_known_row(coder: Coder) -> None:
    """Each token has one label; a continuation piece of a name is I."""
    row = Row(text="hi Gonzaleza now", spans=((3, 12, "PERSON"),), known=ALL, source="test")
    targets = allowed_of(coder, row)
    assert targets[:2] == [{"O"}, {"B-PERSON"}]
    assert len(targets) > 3, "the name was meant to be cut into pieces"
    assert targets[2:-1] == [{"I-PERSON"}] * (len(targets) - 3)
    assert targets[-1] == {"O"}


def test_unannotated_types_stay_open(coder: Coder) -> None:
    """Outside the spans, a type that the corpus does not annotate is as allowed as O."""
    row = Row(text="hi Anna today", spans=((3, 7, "PERSON"),), known=ALL - {"DATE_TIME"}, source="test")
    free = {"O", "B-DATE_TIME", "I-DATE_TIME"}
    assert allowed_of(coder, row) == [free, {"B-PERSON"}, free]


def test_unsure_ranges_teach_nothing(coder: Coder) -> None:
    """A token in doubt allows no label, which leaves it out of the loss."""
    row = Row(text="call 555 now", spans=(), known=ALL, unsure=((5, 8),), source="test")
    assert allowed_of(coder, row) == [{"O"}, set(), {"O"}]


def test_every_template_fills_and_marks_its_values() -> None:
    """All templates of both halves fill; spans are inside the text, disjoint, in order, of known types."""
    world = Generator(LISTS, 3)
    for test in (False, True):
        for style, template in read_templates(test=test):
            row = world.row(style, template)
            assert not SLOT.search(row.text)
            edges = [edge for start, end, _ in row.spans for edge in (start, end)]
            assert edges == sorted(edges)
            assert all(0 <= start < end <= len(row.text) and kind in TYPES for start, end, kind in row.spans)


def test_templates_are_split() -> None:
    """No template is in both halves, and the test half is a tenth or so."""
    train, test = read_templates(test=False), read_templates(test=True)
    assert not set(train) & set(test)
    assert 0.04 < len(test) / len(train) < 0.25


def test_generator_repeats_itself() -> None:
    """One seed, one set of rows; another seed, another."""
    first, again, other = (list(Generator(LISTS, seed).rows(50)) for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(
    ("file", "text", "labels", "spans"),
    [
        (
            "btc_train",
            "@anna met Bob",
            [(0, 1, "PERSON"), (1, 5, "PERSON"), (10, 13, "PERSON")],
            [(0, 5, "USERNAME"), (10, 13, "PERSON")],
        ),
        ("multidogo_train", "zip 90210 ok", [(4, 9, "ZIP")], [(4, 9, "STREET_ADDRESS")]),
        ("multidogo_train", "90210", [(0, 5, "ZIP")], []),
        ("sgd_subset", "see Dr. Ann Poe, MD", [(4, 19, "PERSON")], [(8, 15, "PERSON")]),
        ("sgd_subset", "alta eye care is open", [(0, 13, "PERSON")], []),
        ("stackoverflow_train", "thanks @bob and Al", [(16, 18, "USERNAME")], [(7, 11, "USERNAME")]),
        (
            "meddocan_es_train",
            "de 03 años, 28036",
            [(3, 10, "EDAD_SUJETO_ASISTENCIA"), (12, 17, "TERRITORIO")],
            [(3, 10, "AGE"), (12, 17, "STREET_ADDRESS")],
        ),
    ],
)
def test_label_traps(
    tmp_path: Path, file: str, text: str, labels: list[tuple[int, int, str]], spans: list[tuple[int, int, str]]
) -> None:
    """The corpora's known traps are mapped as the data's description says."""
    row = {"id": "1", "text": text, "spans": [{"start": s, "end": e, "label": k} for s, e, k in labels]}
    with gzip.open(tmp_path / f"{file}.jsonl.gz", "wt", encoding="utf-8") as out:
        out.write(json.dumps(row) + "\n")
    corpus = next(corpus for corpus in CORPORA if corpus.file == file)
    rows: list[Row] = []
    rng = random.Random(0)
    while not rows:
        rows = read_corpus(corpus, tmp_path, rng)
    assert list(rows[0].spans) == spans


def test_the_held_out_end_of_a_corpus_is_not_trained_on(tmp_path: Path) -> None:
    """Training and held-out rows share nothing and are the whole corpus, the end of it held out."""
    corpus = Corpus(file="german", licence="none", labels={}, known=ALL, held_out=0.2)
    with gzip.open(tmp_path / "german.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(
            json.dumps({"id": str(number), "text": f"row {number}", "spans": []}) + "\n" for number in range(50)
        )
    train = read_corpus(corpus, tmp_path, random.Random(0))
    held = read_corpus(corpus, tmp_path, random.Random(0), held_out=True)
    assert [row.text for row in train] + [row.text for row in held] == [f"row {number}" for number in range(50)]
    assert len(held) == 10


def test_people_covered_counts_whole_names_under_any_replaced_type() -> None:
    """Half a name is no cover, an address over a name is, a place over it is not."""

    class Fixed:
        def find(self, text: str) -> list[Span]:
            return [Span("PERSON", 0, 3), Span("STREET_ADDRESS", 8, 11), Span("LOCATION", 12, 15)]

    spans = ((0, 7, "PERSON"), (0, 3, "PERSON"), (8, 11, "PERSON"), (12, 15, "PERSON"), (16, 18, "AGE"))
    row = Row(text="Ann Poe Bob Eve 77", spans=spans, known=ALL, source="test")
    assert people_covered(Fixed(), [row]) == (2, 4)  # type: ignore[arg-type]


def test_names_in_unlabelled_text_are_doubtful() -> None:
    """A capitalised listed name and its capitalised neighbours teach nothing; the same word in lower case does."""
    text = "Anna Qwerty will import Numpy"
    assert [text[start:end] for start, end in doubtful(text, LISTS)] == ["Anna", "Qwerty"]


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("class Will(Mary): pass", []),
        ("# Copyright 2020 Qwerty Asdf", ["Copyright 2020 Qwerty Asdf"]),
        ("x = 1  # by Qwerty", ["by Qwerty"]),
        ('name = "Anna Smith"', ["Anna Smith"]),
        ("from Anna import Smith", ["from Anna import Smith"]),
        ("Anna(Smith)", []),
    ],
)
def test_names_in_code_are_doubtful_where_authors_stand(text: str, doubt: list[str]) -> None:
    """In code, one listed word is an identifier; two in a row and what follows a credit are in doubt."""
    assert [text[start:end] for start, end in doubtful_code(text, LISTS)] == doubt


def test_clinical_text_is_cut_and_its_names_are_in_doubt(tmp_path: Path) -> None:
    """Notes and talks become paragraphs; listed words in any case and what follows a title teach nothing."""
    (tmp_path / "notes.csv").write_text(
        'id,dialogue,note\n1,"[doctor] hi , mary\n[patient] hi\n","Asked Dr. Zyx.\n\nFever, Anna."\n'
    )
    rows = clinical_rows(tmp_path, LISTS)
    found = {row.text: [row.text[start:end] for start, end in row.unsure] for row in rows}
    assert found == {
        "[doctor] hi , mary\n[patient] hi": ["mary"],
        "Asked Dr. Zyx.": ["Dr. Zyx."],
        "Fever, Anna.": ["Anna"],
    }


def catalogue(messages: dict[str, str]) -> bytes:
    """Return a message catalogue as GNU gettext describes its binary form."""
    pairs = sorted((key.encode(), text.encode()) for key, text in messages.items())
    tables, strings = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            tables[side] += struct.pack("<II", len(pair[side]), 28 + 16 * len(pairs) + len(strings))
            strings += pair[side] + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return header + tables[0] + tables[1] + strings


def test_translations_are_text_without_names(tmp_path: Path) -> None:
    """Messages of every language come up, the header does not, and a language without messages is passed over."""
    head = {"": "Content-Type: text/plain; charset=UTF-8\n"}
    for language, said in (("id", {"Save": "Simpan"}), ("vi", {"Log in": "Đăng nhập", "Yes": ""}), ("xx", {})):
        folder = tmp_path / "admin" / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.mo").write_bytes(catalogue(head | said))
    rows = translated_rows(tmp_path, random.Random(1), 50)
    assert {word for row in rows for word in row.text.split()} == {"Simpan", "Đăng", "nhập"}
    assert all(not row.spans and "PERSON" in row.known and "LOCATION" not in row.known for row in rows)
    assert len(rows) == 50
    assert translated_rows(tmp_path / "none", random.Random(1), 50) == []


def test_family_names_are_not_only_those_of_the_list() -> None:
    """Most are on the country's list; the rest are rare ones of any origin and ones that nobody has."""
    rng = random.Random(4)
    names = [LISTS.family_name("DE", rng) for _ in range(400)]
    listed = set(LISTS.people["DE"][1])
    assert sum(name in listed for name in names) > 240
    assert {name for name in names if name in LISTS.us_last} == set(LISTS.us_last)
    made = {name for name in names if name not in listed and name not in LISTS.us_last}
    assert len(made) >= 3
    assert all(len(name) > 1 for name in names)


def test_swapping_moves_every_offset_along() -> None:
    """Other names stand where the old ones stood, equal ones alike, and what is unsure keeps its text."""
    text = "mr. hill met Anna Poe in Ulmstadt; Anna Poe paid 555 to @bob1 and J. R. Poe-Lee III"
    names = {"hill": "PERSON", "Anna Poe": "PERSON", "Ulmstadt": "LOCATION", "@bob1": "USERNAME"}
    places = ((name, at) for name in names for at in re.finditer(re.escape(name), text))
    spans = sorted((at.start(), at.end(), names[name]) for name, at in places)
    row = Row(text=text, spans=tuple(spans), known=ALL, unsure=((49, 52),), source="test")
    assert row.text[49:52] == "555"
    rng, swapper = random.Random(3), Swapper(LISTS, share=1.0)
    people, towns = set(), set()
    for _ in range(60):
        other = swapper.row(row, rng)
        values = [other.text[start:end] for start, end, _ in other.spans]
        assert [kind for *_, kind in other.spans] == [kind for *_, kind in row.spans]
        assert values[1] == values[3]
        assert values[4] == "@bob1"
        assert values[0].islower()
        assert [other.text[start:end] for start, end in other.unsure] == ["555"]
        people.add(values[1])
        towns.add(values[2])
    assert len(people) > 5
    assert towns <= {"Ulm", "Salem", "Lyon"}
    assert "Anna Poe" not in people


def test_no_share_swaps_nothing() -> None:
    """Rows outside the share, and rows without people or places, stay as they are."""
    person = Row(text="Anna", spans=((0, 4, "PERSON"),), known=ALL, source="test")
    age = Row(text="77", spans=((0, 2, "AGE"),), known=ALL, source="test")
    assert Swapper(LISTS, share=0.0).row(person, random.Random(1)) == person
    assert Swapper(LISTS, share=1.0).row(age, random.Random(1)) == age


def test_augmenting_keeps_offsets() -> None:
    """Whatever happens to the letters, the length stays, so the spans still fit."""
    row = Row(text="Hi Anna, İstanbul is nice. See you!", spans=((3, 7, "PERSON"),), known=ALL, source="test")
    rng = random.Random(1)
    assert all(len(augment(row, rng).text) == len(row.text) for _ in range(300))


def test_packing_loses_no_token(coder: Coder) -> None:
    """Sequences keep to the limit and together hold every token of the rows; batches too."""
    rows = [Row(text="word " * size, spans=(), known=ALL, source="test") for size in (1, 5, 70, 300)]
    samples = [sample for row in rows if (sample := encode_row(row, coder))]
    packed = pack(samples, coder, random.Random(2), limit=64, alone=0.3)
    assert all(len(sample.ids) <= 64 for sample in packed)
    assert sum(len(sample.ids) - 2 for sample in packed) == sum(len(sample.ids) for sample in samples)
    total = sum(len(sample.ids) for sample in packed)
    assert sum(int(batch.mask.sum()) for batch, _ in batches(packed, random.Random(3), tokens=256)) == total
    padded = list(batches(packed, random.Random(3), tokens=256, multiple=8))
    assert sum(int(batch.mask.sum()) for batch, _ in padded) == total
    assert all(batch.ids.shape[1] % 8 == 0 for batch, _ in padded)
    assert [done for _, done in padded] == [number / len(padded) for number in range(len(padded))]


def test_score_counts_letters_and_digits() -> None:
    """Punctuation at the edges does not count, a half-covered name is no hit, a stray span is noise."""
    gold = [{"text": "Hi Ann Poe, at noon", "spans": [{"start": 3, "end": 11, "label": "PERSON"}]}]
    whole = score(gold, [[Span("PERSON", 3, 10)]])
    assert (whole.f2, whole.hit, whole.person_hit, whole.noise) == (1.0, 1.0, 1.0, 0.0)
    half = score(gold, [[Span("PERSON", 3, 6), Span("PERSON", 15, 19)]])
    assert (half.recall, half.hit, half.noise) == (0.5, 0.0, 200.0)


def test_gate_refuses_a_worse_int8_model() -> None:
    """Half a point of mean F2 lost is enough to refuse."""
    gold = [{"text": "Ann Poe", "spans": [{"start": 0, "end": 7, "label": "PERSON"}]}]
    good, bad = score(gold, [[Span("PERSON", 0, 7)]]), score(gold, [[Span("PERSON", 0, 3)]])
    assert losses({"set": good}, {"set": good}) == []
    assert losses({"set": good}, {"set": bad}) != []


def test_columns_match_the_labels() -> None:
    """The model's output order is the one order everywhere."""
    assert all(LABELS[column(kind)] == f"B-{kind}" and LABELS[column(kind) + 1] == f"I-{kind}" for kind in TYPES)
    assert NerModel.load(ROOT / "ner_models/fast").labels == TYPES


needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed here")


@needs_torch
def test_partial_loss_is_the_mass_of_what_is_allowed() -> None:
    """With one allowed label it is cross-entropy; two allowed labels add up; a token without any does not count."""
    import torch

    from ner_models.train.fit import partial_loss

    logits = torch.log(torch.tensor([[[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8]]]))
    allowed = torch.tensor([[[True, False, False], [True, True, False], [False, False, False]]])
    assert float(partial_loss(logits, allowed)) == pytest.approx(-(np.log(0.5) + np.log(0.8)) / 2)


@needs_torch
def test_teacher_loss_is_nothing_where_both_agree() -> None:
    """Equal opinions cost nothing, other ones do, and padding does not count."""
    import torch

    from ner_models.train.fit import teacher_loss

    ours = torch.tensor([[[2.0, 0.0], [0.0, 0.0], [9.0, 0.0]]])
    theirs = torch.tensor([[[2.0, 0.0], [0.0, 3.0], [0.0, 9.0]]])
    real = torch.tensor([[True, False, False]])
    assert float(teacher_loss(ours, theirs, real)) == pytest.approx(0.0)
    real[0, 1] = True
    assert float(teacher_loss(ours, theirs, real)) > 0.1


@needs_torch
def test_distances_are_exact_near_and_coarse_far() -> None:
    """Neighbours differ by one; before and behind are apart; beyond the farthest all are alike."""
    from ner_models.train.teacher import distances

    table = distances(300)
    assert table[5, 2:9].tolist() == [3, 2, 1, 0, 17, 18, 19]
    assert table[299, :150].unique().tolist() == [15]
    assert table[0, 150:].unique().tolist() == [31]
    assert (table[:-1, :-1] == table[1:, 1:]).all(), "only the distance counts"


@needs_torch
def test_council_says_the_mean_of_its_teachers() -> None:
    """Probabilities are averaged, and padding changes nobody's mind."""
    import torch

    from ner_models.train.encoder import EncoderConfig
    from ner_models.train.teacher import Council, Teacher

    torch.manual_seed(1)
    config = EncoderConfig(labels=5, layers=1, hidden=48, heads=4, head=12, inner=96, vocabulary=50, positions=16)
    teachers = [Teacher(config).eval() for _ in range(2)]
    for teacher in teachers:
        teacher.apart.normal_()
    council = Council(teachers).eval()
    ids, types = torch.randint(0, 50, (2, 7)), torch.randint(0, 12, (2, 7))
    with torch.no_grad():
        said = council(ids, types)
        mean = sum(teacher(ids, types).softmax(dim=-1) for teacher in teachers) / 2
        assert torch.allclose(said.exp(), mean, atol=1e-6)
        padded = (torch.nn.functional.pad(part, (0, 3)) for part in (ids, types))
        wider = council(*padded, torch.arange(10).expand(2, 10) < 7)
    assert torch.allclose(wider[:, :7], said, atol=1e-5)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_epochs_made_beforehand_are_the_same() -> None:
    """Other processes make what this one would have made."""
    made = beforehand(epoch_of, 3, 2)
    for epoch in range(3):
        assert made(epoch)[0].ids.tolist() == epoch_of(epoch)[0].ids.tolist()


def epoch_of(epoch: int) -> list[Sample]:
    ids = np.arange(epoch, epoch + 5)
    return [Sample(ids=ids, types=ids, allowed=np.ones((5, len(LABELS)), dtype=bool))]


@needs_torch
def test_student_starts_as_a_part_of_its_teacher() -> None:
    """With all layers it computes the same; with fewer it has the teacher's own, renumbered."""
    import torch

    from ner_models.train.encoder import Encoder, EncoderConfig

    config = EncoderConfig(labels=5, layers=3, hidden=48, heads=4, head=12, inner=96, vocabulary=50, positions=16)
    teacher = Encoder(config).eval()
    ids, types = torch.randint(0, 50, (2, 7)), torch.randint(0, 12, (2, 7))
    whole, half = teacher.student((0, 1, 2)).eval(), teacher.student((0, 2))
    with torch.no_grad():
        assert torch.equal(whole(ids, types), teacher(ids, types))
    assert torch.equal(half.layers[1].qkv.weight, teacher.layers[2].qkv.weight)


@needs_torch
def test_narrowed_is_as_near_as_it_can_be() -> None:
    """What adds nothing, or what others can say as well, is missed by nobody; what counts is."""
    import torch

    from ner_models.train.encoder import Encoder, EncoderConfig
    from ner_models.train.narrow import narrowed

    torch.manual_seed(1)
    config = EncoderConfig(labels=5, layers=2, hidden=48, heads=4, head=12, inner=96, vocabulary=50, positions=16)
    model = Encoder(config).eval()
    rows = [(torch.randint(0, 50, (16,)), torch.randint(0, 12, (16,))) for _ in range(80)]
    samples = [
        Sample(ids=ids.numpy(), types=types.numpy(), allowed=np.ones((16, 5), dtype=bool)) for ids, types in rows
    ]
    with torch.no_grad():
        for layer, idle in zip(model.layers, (1, 2), strict=True):
            layer.attention_out.weight[:, 12 * idle : 12 * idle + 12] = 0
            layer.inner.weight[1::2] = layer.inner.weight[::2]
            layer.inner.bias[1::2] = layer.inner.bias[::2]

        def apart(heads: int, inner: int) -> float:
            small = narrowed(model, samples, heads=heads, inner=inner)
            assert small.layers[0].qkv.weight.shape == (3 * heads * 12, 48)
            return max(
                float((small(ids[None], types[None]) - model(ids[None], types[None])).abs().max())
                for ids, types in rows
            )

        assert apart(4, 96) < 1e-3
        assert apart(3, 96) < 1e-3, "a head that adds nothing"
        assert apart(2, 96) > 1e-2
        assert apart(3, 8) > 1e-2
    with pytest.raises(ValueError, match="5 heads"):
        narrowed(model, samples, heads=5, inner=96)


@needs_torch
def test_weights_come_back_from_a_graph() -> None:
    """A float graph gives them back as they are, an int8 one as they are multiplied."""
    import torch

    from ner_models.train.encoder import Encoder, EncoderConfig
    from ner_models.train.export import build_graph, read_graph

    model = Encoder(
        EncoderConfig(labels=5, layers=2, hidden=48, heads=2, head=12, inner=40, vocabulary=50, positions=16)
    )
    weights = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    for int8, close in ((False, 0.0), (True, 0.01)):
        back = read_graph(build_graph(weights, layers=2, heads=2, int8=int8))
        assert back.keys() == weights.keys()
        for name, value in weights.items():
            assert np.allclose(back[name], value, rtol=0, atol=close * np.abs(value).max()), name
    model.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in back.items()})


@needs_torch
def test_a_step_moves_the_weights_that_are_kept_exactly() -> None:
    """Layers multiply in bfloat16 and learn in float32: a step smaller than bfloat16 can say is not lost."""
    import torch

    from ner_models.train.encoder import Encoder, EncoderConfig
    from ner_models.train.fit import FitConfig, fit

    torch.manual_seed(1)
    model = Encoder(
        EncoderConfig(labels=len(LABELS), layers=1, hidden=48, heads=2, head=12, inner=40, vocabulary=50, positions=16)
    )
    before = {name: value.clone() for name, value in model.state_dict().items()}
    fit(model, epoch_of, FitConfig(epochs=1, rate=1e-7, threads=1), seed=1, unknown=1, log=lambda _: None)
    moved = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert {"layers.0.qkv.weight", "layers.0.outer.weight", "head.weight"} <= moved
    assert all(value.dtype is torch.float32 for value in model.state_dict().values())


@needs_torch
def test_dropped_features_are_dropped_for_a_whole_sequence() -> None:
    """A feature is gone for all tokens of a sequence or for none, the rest is scaled up; nothing is dropped in use."""
    import torch

    from ner_models.train.encoder import FeatureDropout

    layer, x = FeatureDropout(0.5), torch.ones(3, 4, 64)
    dropped = layer.train()(x)
    assert torch.equal(dropped, dropped[:, :1].expand_as(x))
    assert set(dropped.unique().tolist()) == {0.0, 2.0}
    assert torch.equal(layer.eval()(x), x)


@needs_torch
def test_vocabulary_is_what_text_can_contain() -> None:
    """The spare pieces are gone and every row is the row of its piece."""
    from ner_models.train.encoder import pretrained_folder, read_vocabulary

    pieces, rows = read_vocabulary()
    every = (pretrained_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    assert [every[row] for row in rows] == pieces
    assert len(every) - len(pieces) > 900
    assert {"[CLS]", "[SEP]", "[UNK]", "[PAD]", "maria"} <= set(pieces)


@needs_torch
def test_exported_graph_equals_the_network(tmp_path: Path) -> None:
    """The graph written node by node computes what the trained network computes; int8 stays near it."""
    import onnxruntime
    import torch

    from ner_models.train.encoder import Encoder, EncoderConfig
    from ner_models.train.export import build_graph

    torch.manual_seed(1)
    config = EncoderConfig(labels=5, layers=2, hidden=48, heads=4, head=12, inner=96, vocabulary=50, positions=16)
    model = Encoder(config).eval()
    ids, types = torch.randint(0, 50, (1, 11)), torch.randint(0, 12, (1, 11))
    with torch.no_grad():
        expected = model(ids, types).numpy()
    weights = {name: value.numpy() for name, value in model.state_dict().items()}
    for int8, tolerance in ((False, 1e-4), (True, 0.1)):
        graph = build_graph(weights, layers=2, heads=4, int8=int8).SerializeToString()
        session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
        (found,) = session.run(None, {"ids": ids.numpy(), "types": types.numpy()})
        assert np.abs(found - expected).max() < tolerance


@needs_torch
@pytest.mark.skipif(not DATA.is_dir(), reason="the corpora are not beside the checkout")
def test_smoke_run_of_the_whole_recipe(tmp_path: Path) -> None:
    """Data, training, calibration, export, scoring: every step runs and leaves a model that loads."""
    command = [
        sys.executable,
        "-m",
        "ner_models.train",
        "--smoke",
        "--data",
        str(DATA),
        "--out",
        str(tmp_path),
    ]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=900)
    for size in ("fast", "accurate"):
        assert isinstance(NerModel.load(tmp_path / size).find("My name is John Smith."), list)
