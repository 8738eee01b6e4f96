"""The committed model finds people where they are, and the code around it is exact, bounded and fails closed."""

from __future__ import annotations

import concurrent.futures
import itertools
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from relay.detect.ner import model as model_module
from relay.detect.ner.decoder import decode_words, word_scores
from relay.detect.ner.model import NerModel, Scored
from relay.detect.ner.pieces import Piece
from relay.detect.ner.span_repair import repair_spans
from relay.detect.ner.tokenizer import Encoded
from relay.errors import ConfigFault
from relay.process import slices
from relay.types import Span
from tests.counted import CountedTokens, steps

MODELS = Path(__file__).parents[4] / "ner_models"
FOLDER = MODELS / "fast"


@pytest.fixture(scope="module", params=["fast", "accurate"])
def model(request: pytest.FixtureRequest) -> NerModel:
    return NerModel.load(MODELS / request.param)


def found(model: NerModel, text: str, kind: str = "PERSON") -> set[str]:
    return {text[span.start : span.end] for span in model.find(text) if span.entity_type == kind}


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Please write to Maria Gonzalez about the invoice.", {"Maria Gonzalez"}),
        ("My name is John Smith and I live in Boston.", {"John Smith"}),
        ("hi this is anitha, can you help me", {"anitha"}),
        ("my name is robert miller", {"robert miller"}),
        ("Dear Mr. Okonkwo,\n\nthank you for your letter.\n\nKind regards,\nPriya Sharma", {"Okonkwo", "Priya Sharma"}),
        ("Sehr geehrte Frau Müller, vielen Dank für Ihr Schreiben.", {"Müller"}),
        ("Je m'appelle Camille Laurent et j'habite à Lyon.", {"Camille Laurent"}),
        ("Me llamo Javier Hernández y vivo en Sevilla.", {"Javier Hernández"}),
        ("Mi chiamo Giulia Ferrari e abito a Torino.", {"Giulia Ferrari"}),
        ("Mijn naam is Pieter van den Berg.", {"Pieter van den Berg"}),
        ("Chamo-me João Oliveira e vivo no Porto.", {"João Oliveira"}),
        ("Nguyễn Thị Mai will join the call at noon.", {"Nguyễn Thị Mai"}),
        ("Sarah's laptop was stolen.", {"Sarah"}),
        ('{"first_name": "Fatima", "last_name": "Al-Farsi"}', {"Fatima", "Al-Farsi"}),
        ("From: Kevin O'Neill <k@example.org>\nTo: Chen Wei <c@example.org>", {"Kevin O'Neill", "Chen Wei"}),
    ],
)
def test_people_are_found(model: NerModel, text: str, people: set[str]) -> None:
    """Names are covered exactly, in ordinary, lower-case and non-English text."""
    assert people <= found(model, text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I deploy Django on Kubernetes with Terraform?",
        "Write a Python function that sorts a list of integers.",
        "Will you mark the grant as paid? May I bill it?",
        "import numpy as np\nfrom enum import Enum\n\ndef get_first_name(user):\n    return user.first_name\n",
        "Explain Dijkstra's algorithm and Bayes' theorem.",
        "ERROR HttpRequestHandler - connection refused on port 8080",
        "The password must have at least 8 characters.",
        "Dear customer,\n\nyour order has shipped.\n\nKind regards,\nThe Support Team",
    ],
)
def test_ordinary_text_is_left_alone(model: NerModel, text: str) -> None:
    """Near misses: nothing that the default policy replaces is seen in text without private data."""
    kinds = {"PERSON", "STREET_ADDRESS", "USERNAME", "PASSWORD", "ID_NUMBER"}
    assert [(text[s.start : s.end], s.entity_type) for s in model.find(text) if s.entity_type in kinds] == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("She lives at 42 Maple Street, Springfield.", "STREET_ADDRESS", "42 Maple Street"),
        ("my username is dragonfly88 and my password is Tr0ub4dor&3x", "PASSWORD", "Tr0ub4dor&3x"),
        ("my username is dragonfly88 and my password is Tr0ub4dor&3x", "USERNAME", "dragonfly88"),
        ("Your appointment is confirmed. Patient ID: 48213377", "ID_NUMBER", "48213377"),
    ],
)
def test_other_types_are_found(model: NerModel, text: str, kind: str, value: str) -> None:
    """A value of each other replaced type is covered wholly."""
    start = text.index(value)
    assert any(s.entity_type == kind and s.start <= start and s.end >= start + len(value) for s in model.find(text))


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ("", "Maria Gonzalez"),
        ("😀🎉 ", "Maria Gonzalez"),
        ("𝒳𝒴 ", "Maria Gonzalez"),
        ("e\u0301a\u0308 ", "Jose\u0301 Garci\u0301a"),
        ("\x00\x07 ", "Maria Gonzalez"),
        ("\ud800\udfff ", "Maria Gonzalez"),
        ("İİİ ", "Maria Gonzalez"),
        ("中文字符 ", "Maria Gonzalez"),
    ],
)
def test_offsets_are_code_points_of_the_text(model: NerModel, before: str, name: str) -> None:
    """What the tokenizer folds or drops does not move an offset."""
    text = f"{before}My name is {name}, nice to meet you."
    start = len(before) + len("My name is ")
    assert (start, start + len(name)) in {(s.start, s.end) for s in model.find(text) if s.entity_type == "PERSON"}


def test_one_text_gives_one_result(model: NerModel) -> None:
    """`find_all` equals `find` text by text, and threads do not disturb each other."""
    texts = ["", "hi", "My name is John Smith.", "no names here", "Ask Maria Gonzalez or Chen Wei. " * 30]
    alone = [model.find(text) for text in texts]
    assert model.find_all(texts) == alone
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model.find, texts * 5)) == alone * 5


def test_long_texts_are_read_to_the_end(model: NerModel) -> None:
    """A name is found wherever it falls in the windows of a long text, at its exact place."""
    filler = "the weather was fine and nothing much happened on that day in the garden "
    for repeat in range(0, 40, 3):
        text = filler * repeat + "\nMy name is John Smith.\n" + filler * (40 - repeat)
        start = text.index("John Smith")
        assert (start, start + 10) in {(s.start, s.end) for s in model.find(text) if s.entity_type == "PERSON"}


def test_a_name_is_found_across_the_border_of_pieces(model: NerModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a border falls in a name, all of it is found, in spans that do not overlap."""
    filler = "the weather was fine and nothing much happened on that day in the garden "
    text = f"{filler * 6}\nMy name is John Smith.\n{filler * 6}"
    start = text.index("John Smith")
    for border in range(start - 6, start + 16, 3):
        pieces = [
            Piece(start=0, low=0, high=border, end=border + 60),
            Piece(start=border - 60, low=border, high=len(text), end=len(text)),
        ]
        monkeypatch.setattr(model_module, "_SHORT_CHARS", 100)
        monkeypatch.setattr(model_module, "plan_pieces", lambda _text, pieces=pieces: pieces)
        spans = model.find(text)
        assert (start, start + 10) in {(s.start, s.end) for s in spans if s.entity_type == "PERSON"}, border - start
        assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


def test_slices_are_windows(model: NerModel) -> None:
    """The model gives way before every window, and stops where the result is not wanted any more."""
    text, count = "Ask Maria Gonzalez or Chen Wei. " * 2_000, 0

    def between() -> None:
        nonlocal count
        count += 1
        if count == 100:
            raise slices.Abandoned

    with slices.sliced(between), pytest.raises(slices.Abandoned):
        model.find(text)
    assert count == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\x00\x01\x1f\x7f",
        "\ud83d",
        "\udc00" * 500,
        "😀" * 10_000,
        "a" * 100_000,
        "O'" * 1_000,
        "@" * 3_000,
        "٣" * 5_000,
        "e" + "\u0301" * 20_000,
        "\u202e\u200b\ufeff",
        "John Smith-" * 600,
    ],
    ids=lambda text: f"{len(text)}-{text[:3]!a}",
)
def test_bad_input_is_bounded(model: NerModel, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No string makes it raise, the network reads little more than the text, and spans are disjoint and in order."""
    network = CountedTokens(model, monkeypatch)
    spans = model.find(text)
    assert network.tokens <= 2 * len(text) + 2
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


def test_work_is_linear(model: NerModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times the text is four times the tokens for the network and four times the steps around it."""
    text = "Ask John Smith about the order of 12 May. " * 20
    network = CountedTokens(model, monkeypatch)
    taken = [(steps(lambda times=times: model.find(text * times)), network.take()) for times in (1, 4)]
    for once, four in zip(*taken, strict=True):
        assert four <= 4.5 * once


def test_import_loads_no_library() -> None:
    """Importing the module costs none of the libraries that loading a model needs."""
    code = (
        "import sys, relay.detect.ner.model\n"
        "print(sorted({'onnxruntime', 'numpy', 'tokenizers', 'yaml'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=FOLDER.parents[1]
    )
    assert done.stdout.strip() == "[]"


def copy(folder: Path) -> Path:
    return Path(shutil.copytree(FOLDER, folder / "model"))


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt", "model.yaml", "screen.onnx"])
def test_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    """A folder without one of its files does not load, and the message names the file."""
    folder = copy(tmp_path)
    (folder / name).unlink()
    with pytest.raises(ConfigFault, match=name) as caught:
        NerModel.load(folder)
    assert "\n" not in caught.value.public


@pytest.mark.parametrize("name", ["model.onnx", "vocab.txt", "screen.onnx"])
@pytest.mark.parametrize("harm", ["truncate", "alter", "empty"])
def test_damaged_file_is_refused(tmp_path: Path, name: str, harm: str) -> None:
    """One byte less or one bit changed is noticed before the file is used."""
    path = copy(tmp_path) / name
    data = bytearray(path.read_bytes())
    if harm == "truncate":
        del data[-1]
    elif harm == "alter":
        data[len(data) // 2] ^= 1
    else:
        data.clear()
    path.write_bytes(data)
    with pytest.raises(ConfigFault, match="SHA-256") as caught:
        NerModel.load(path.parent)
    assert "\n" not in caught.value.public


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("format: 1", "format: 2"),
        ("max_tokens: 128", "max_tokens: 2"),
        ("labels:", "names:"),
        ("name:", "  - name:"),
        ("PERSON: 0", "PERSON: 7"),
        ("languages:", "tongues:"),
        ("  unsupported:", "  others:"),
        ("overlap:", "by_letters: [{letters: 'z-a', thresholds: {PERSON: 0.5}}]\noverlap:"),
        ("overlap:", "by_letters: [{letters: 'a', thresholds: {PERSON: 1.5}}]\noverlap:"),
        ("overlap:", "by_letters: [{letters: 'a'}]\noverlap:"),
    ],
)
def test_wrong_description_is_refused(tmp_path: Path, old: str, new: str) -> None:
    """A description of another format or without a needed part does not load."""
    path = copy(tmp_path) / "model.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigFault, match="NER model"):
        NerModel.load(path.parent)


def test_letters_choose_thresholds(tmp_path: Path) -> None:
    """The first class of which a text has a letter counts, for the types that it names."""
    path = copy(tmp_path) / "model.yaml"
    rows = "by_letters: [{letters: qz, thresholds: {PERSON: 0.9999}}, {letters: qä, thresholds: {PERSON: 0.5}}]"
    path.write_text(path.read_text(encoding="utf-8").replace("overlap:", f"{rows}\noverlap:"), encoding="utf-8")
    model = NerModel.load(path.parent)
    text = "My name is John Smith and I live in Berlin."
    kinds = {more: {span.entity_type for span in model.find(text + more)} for more in ("", " q", " ä", " z", " Q")}
    assert {more: "PERSON" in found for more, found in kinds.items()} == {
        "": True,
        " q": False,
        " ä": True,
        " z": False,
        " Q": True,
    }
    assert all("LOCATION" in found for found in kinds.values())


def test_models_keep_to_their_size() -> None:
    """Each model is at most 26 MB with its pieces, and all together 65 without them."""
    folders = [path.parent for path in MODELS.glob("*/model.onnx")]
    sizes = [(path / "model.onnx").stat().st_size for path in folders]
    assert len(sizes) == 3
    assert all(
        sum((path / name).stat().st_size for name in ("model.onnx", "vocab.txt")) <= 26_000_000 for path in folders
    )
    assert sum(sizes) <= 65_000_000
    assert all(path.stat().st_size <= 1_500_000 for path in MODELS.glob("*/screen.onnx"))


# The decoder against the slow obvious one.


def oracle(scores: np.ndarray, types: int) -> float:
    """Return the best total over every valid label sequence."""
    best = -math.inf
    for path in itertools.product(range(1 + 2 * types), repeat=len(scores)):
        pairs = itertools.pairwise((0, *path))
        if all(after == 0 or after % 2 == 1 or before in (after, after - 1) for before, after in pairs):
            best = max(best, sum(float(scores[place, label]) for place, label in enumerate(path)))
    return best


def scores(model: NerModel, **shares: float) -> Scored:
    """One word with the given probabilities; the rest is outside."""
    row = np.full(1 + 2 * len(model.labels), 1e-6, dtype=np.float32)
    for kind, share in shares.items():
        row[1 + 2 * model.labels.index(kind)] = share
    row[0] = 1.0 - row[1:].sum()
    one = np.array([0], dtype=np.int64)
    encoded = Encoded(ids=one, types=one, heads=one, starts=one, ends=np.array([5], dtype=np.int64))
    return Scored(encoded=encoded, logs=np.log(row)[None])


@pytest.mark.parametrize(
    ("shares", "kind"),
    [
        ({"LOCATION": 0.9, "PERSON": 0.06}, "PERSON"),
        ({"ORGANIZATION": 0.7, "PERSON": 0.11}, "PERSON"),
        ({"LOCATION": 0.9, "PERSON": 0.04}, "LOCATION"),
        ({"STREET_ADDRESS": 0.8, "PERSON": 0.15}, "STREET_ADDRESS"),
        ({"NRP": 0.8, "PERSON": 0.15}, "NRP"),
    ],
)
def test_a_place_that_may_be_a_person_is_one(model: NerModel, shares: dict[str, float], kind: str) -> None:
    """Places and organisations pass by default, so a fair chance of a person wins; of other types it does not."""
    assert [span.entity_type for span in model.choose("Logan", scores(model, **shares))] == [kind]


def test_decoder_finds_the_best_valid_sequence() -> None:
    """On random scores the decoded entities reach the total of an exhaustive search."""
    rng = np.random.default_rng(5)
    for _ in range(150):
        scores = np.log(rng.dirichlet(np.ones(5), size=5)).astype(np.float32)
        path = [0] * 5
        for first, last, kind in decode_words(scores, 2):
            path[first:last] = [1 + 2 * kind] + [2 + 2 * kind] * (last - first - 1)
        assert sum(float(scores[i, label]) for i, label in enumerate(path)) == pytest.approx(
            oracle(scores, 2), abs=1e-4
        )


def test_words_average_their_pieces() -> None:
    """A continuation piece votes with its I column for both labels of its word."""
    logs = np.array([[-1, -2, -3], [-4, -5, -6], [-7, -8, -9]], dtype=np.float32)
    merged = word_scores(logs, np.array([0, 2]))
    assert merged.tolist() == [[-2.5, -4.0, -4.5], [-7.0, -8.0, -9.0]]


def spans_of(text: str, *marked: tuple[str, str]) -> list[Span]:
    result, at = [], 0
    for value, kind in marked:
        at = text.index(value, at)
        result.append(Span(kind, at, at + len(value), 0.9, "ner"))
        at += len(value)
    return result


@pytest.mark.parametrize(
    ("text", "marked", "values"),
    [
        ("Pieter van den Berg left", [("Pieter", "PERSON"), ("Berg", "PERSON")], ["Pieter van den Berg"]),
        ("Anna Maria Rossi", [("Anna", "PERSON"), ("Maria Rossi", "PERSON")], ["Anna Maria Rossi"]),
        ("J. Smith came", [("J", "PERSON"), ("Smith", "PERSON")], ["J. Smith"]),
        ("Anna, Maria", [("Anna", "PERSON"), ("Maria", "PERSON")], ["Anna", "Maria"]),
        ("Anna told Maria", [("Anna", "PERSON"), ("Maria", "PERSON")], ["Anna", "Maria"]),
        ("Kevin O'Neill", [("Kevin O", "PERSON")], ["Kevin O'Neill"]),
        ("Mr O'Neill", [("Neill", "PERSON")], ["O'Neill"]),
        ("Anne-Marie sang", [("Anne", "PERSON")], ["Anne-Marie"]),
        ("Sarah's car", [("Sarah's", "PERSON")], ["Sarah"]),
        ("Sarah's car", [("Sarah", "PERSON")], ["Sarah"]),
        ("James' car", [("James'", "PERSON")], ["James"]),
        ("(John Smith),", [("(John Smith),", "PERSON")], ["John Smith"]),
        ("ask Dr. Moore", [("Dr. Moore", "PERSON")], ["Moore"]),
        ("ask Mr. Moore", [("Moore", "PERSON")], ["Moore"]),
        ("the Smith-led team", [("Smith", "PERSON")], ["Smith"]),
        ("Anna'll come", [("Anna", "PERSON")], ["Anna"]),
        ("pay 4532 now", [("4532", "PERSON")], []),
        ("pay 4532 now", [("4532", "ID_NUMBER")], ["4532"]),
        ("hey @john_doe99!", [("john", "USERNAME")], ["@john_doe99"]),
        ("password: Ab#9!x9$ ok", [("Ab", "PASSWORD")], ["Ab#9!x9$"]),
        ("case AB-12/9 closed", [("12", "ID_NUMBER")], ["AB-12/9"]),
        ("--- !!!", [("---", "ORGANIZATION")], []),
        ("plan A works", [("A", "PERSON")], []),
        ("plan A works", [("A", "USERNAME")], ["A"]),
        ("ask Bo now", [("Bo", "PERSON")], ["Bo"]),
        ("\u738b called", [("\u738b", "PERSON")], ["\u738b"]),
        ("yes 4532 it is", [("4532", "ID_NUMBER")], ["4532"]),
        ("AB-12/7 is mine", [("AB-12/7", "ID_NUMBER")], ["AB-12/7"]),
        ("the answer: 391", [("391", "ID_NUMBER")], []),
        ("what is 1017 * 23?", [("1017 * 23", "ID_NUMBER")], []),
        ("4217\n1718\n9920", [("4217\n1718\n9920", "ID_NUMBER")], []),
    ],
)
def test_repair(text: str, marked: list[tuple[str, str]], values: list[str]) -> None:
    """Pieces of a name join, edges fall on words, and what is no part of a value is trimmed."""
    assert [text[span.start : span.end] for span in repair_spans(text, spans_of(text, *marked))] == values
