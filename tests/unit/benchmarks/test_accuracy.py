"""The accuracy benchmark counts rightly, judges what users get, and uses no text that the model was taught."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy.__main__ import main
from benchmarks.accuracy.safe_harbor import read_marked
from benchmarks.accuracy.score import Row, score
from benchmarks.accuracy.texts import CARRIERS, code_files, name_rows, read_sets
from benchmarks.accuracy.views import View, Views, run
from relay.types import Span
from tests.unit.doors.cli.test_commands import relay

ROOT = Path(__file__).parents[3]
SCORER = ROOT / "../shared/tools/score_spans.py"
DATA = ROOT / "../shared/data"

ANN = Row(text="Ann Lee, Rome.", labels=((0, 8, "PERSON"), (9, 13, "LOCATION")))
EMPTY = Row(text="no one here")


@pytest.mark.parametrize(
    "rows, found, expected",
    [
        ([ANN], [[Span("X", 0, 7), Span("Y", 9, 14)]], {"recall": 1, "precision": 1, "f2": 1, "hit": 1, "people": 1}),
        ([ANN], [[Span("PERSON", 0, 3)]], {"recall": 0.3, "precision": 1, "f2": 1.5 / 4.3, "hit": 0, "people": 0}),
        ([ANN], [[Span("PERSON", 0, 3), Span("PERSON", 4, 7)]], {"recall": 0.6, "hit": 0.5, "people": 1}),
        ([ANN], [[Span("PERSON", 7, 9)]], {"recall": 0, "precision": 1, "f2": 0, "noise": 0}),
        ([ANN], [[]], {"recall": 0, "precision": 1, "f2": 0, "hit": 0, "flagged": 0, "clean": 0}),
        ([EMPTY], [[Span("AGE", 0, 2)]], {"precision": 0, "recall": 1, "f2": 0, "noise": 1000 / 3, "flagged": 1}),
        ([EMPTY], [[]], {"precision": 1, "recall": 1, "f2": 1, "noise": 0, "flagged": 0, "clean": 1, "people": None}),
        ([EMPTY, ANN], [[Span("AGE", 0, 2)], [Span("X", 0, 13)]], {"recall": 1, "precision": 10 / 12, "words": 6}),
    ],
    ids=["all", "half a name", "in two", "comma", "nothing", "false alarm", "clean", "two rows"],
)
def test_score(rows: list[Row], found: list[list[Span]], expected: dict[str, Any]) -> None:
    """Letters and digits count, labels do not, and a name is covered wholly or not at all."""
    got = score(rows, found)
    assert {name: getattr(got, name) for name in expected} == pytest.approx(expected)


def test_score_by_type() -> None:
    """Misses are told by label, false alarms by the type that was found."""
    got = score([ANN, EMPTY], [[Span("AGE", 0, 7)], [Span("AGE", 0, 2), Span("NRP", 3, 6), Span("AGE", 7, 11)]])
    assert got.by_label == {"PERSON": (1.0, 1), "LOCATION": (0.0, 1)}
    assert got.noise_types == {"AGE": 2, "NRP": 1}
    assert got.noise == 500.0


def test_score_refuses_a_span_outside() -> None:
    """An offset that does not fit its text is an error, not a miss."""
    with pytest.raises(ValueError, match=r"span 9\.\.12 in a text of 11"):
        score([EMPTY], [[Span("AGE", 9, 12)]])


@pytest.mark.skipif(not SCORER.exists(), reason="the shared scorer is not here")
def test_score_equals_the_shared_scorer() -> None:
    """On 400 rows of random text, labels and spans every figure equals the shared scorer's."""
    spec = importlib.util.spec_from_file_location("score_spans", SCORER)
    assert spec is not None
    assert spec.loader is not None
    shared = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(shared)
    choose = random.Random(5)

    def places(text: str, kinds: list[str]) -> list[tuple[int, int, str]]:
        starts = [choose.randrange(len(text)) for _ in range(choose.randrange(4))]
        return [(start, choose.randint(start + 1, len(text)), choose.choice(kinds)) for start in starts]

    rows, found, gold, predicted = [], [], [], []
    for number in range(400):
        text = "".join(choose.choice("ab1 .,é\n中") for _ in range(choose.randint(1, 40)))
        labels = places(text, ["PERSON", "LOCATION", "JUDGE"])
        spans = [Span(kind, start, end) for start, end, kind in places(text, ["PERSON", "AGE"])]
        rows.append(Row(text=text, labels=tuple(labels)))
        found.append(spans)
        named = [{"start": start, "end": end, "label": label} for start, end, label in labels]
        gold.append({"id": number, "text": text, "spans": named})
        shown = [{"start": span.start, "end": span.end, "entity_type": span.entity_type} for span in spans]
        predicted.append({"id": number, "spans": shown})
    theirs = shared.score(gold, predicted, {})
    ours = score(rows, found)
    assert {"recall": ours.recall, "precision": ours.precision, "f2": ours.f2} == pytest.approx(theirs["any"])
    assert ours.hit == pytest.approx(theirs["hit"])
    assert {label: list(pair) for label, pair in ours.by_label.items()} == theirs["per_label_hit"]
    assert ours.noise == pytest.approx(theirs["noise_per_1000_words"])
    assert [ours.flagged, ours.clean] == theirs["clean_rows_flagged"]
    assert (ours.rows, ours.words) == (theirs["rows"], theirs["words"])
    assert 0.2 < ours.recall < 0.9


def test_carriers_are_not_templates() -> None:
    """No sentence of the names table stands in a training template, before or after its name."""
    templates = "\n".join(path.read_text("utf-8") for path in (ROOT / "ner_models/train/templates").glob("*.txt"))
    card = (ROOT / "ner_models/train/card.py").read_text("utf-8")
    for carrier in CARRIERS:
        for part in carrier.split("{}"):
            assert len(part) < 12 or part.strip() not in templates + card, carrier


def test_code_is_new_to_the_model() -> None:
    """No judged file is one that training reads: modules of the standard library outside its packages."""
    files = code_files()
    assert len(files) > 100
    assert {path.name for path in files} >= {"base_events.py", "decoder.py"}
    taught = set(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    assert not taught & set(files)


def names_list(folder: Path) -> None:
    """Write a names list of two countries with enough names and one with too few."""
    folder.mkdir(parents=True)
    head = "Country,Localized Name,Romanized Name\n"
    for file, latin, han in (("fore", "Zoë", "小明"), ("sur", "Núñez", "王")):
        rows = [f"XA,{latin}{letter},Plain" for letter in "abcdefgh"] + [
            f"XB,{han}{sign}," for sign in "一二三四五六七八"
        ]
        rows += ["XC,Only,Only", "XA,A/B,A/B"]
        (folder / f"common-{file}names-by-country.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8-sig")


def test_names(tmp_path: Path) -> None:
    """Pairs are always the same, accents stay, Chinese names stand family first, and the label is the whole name."""
    names_list(tmp_path / "names")
    rows = name_rows(tmp_path / "names", count=12)
    assert rows == name_rows(tmp_path / "names", count=12)
    by_country = {key: [one.row for one in rows if (one.country, one.latin) == key] for key in (("XA", 1), ("XB", 0))}
    assert [len(found) for found in by_country.values()] == [12, 12]
    assert not [one for one in rows if one.country == "XC"]
    for (country, _), found in by_country.items():
        for row in found:
            ((start, end, label),) = row.labels
            name = row.text[start:end]
            assert label == "PERSON"
            assert row.text.replace(name, "{}") in CARRIERS
            assert (name[:3], " Núñez" in name) == ("Zoë", True) if country == "XA" else name[0] == "王"


TEXTS = ["Ask Maria Gonzalez in London, +1 202 555 0143.", "nothing at all", "Maria Gonzalez was born in 1980."]


def test_views_are_what_detect_shows(tmp_path: Path) -> None:
    """The default view is `relay detect --policy`, everything is `relay detect`, text by text."""
    lines = "".join(json.dumps({"id": place, "text": text}) + "\n" for place, text in enumerate(TEXTS))
    views = Views()
    for view, options in ((View.DEFAULT, ("--policy", "policies/default.yaml")), (View.EVERYTHING, ())):
        done = relay("detect", "--jsonl", *options, stdin=lines)
        shown = [json.loads(line)["spans"] for line in done.stdout.splitlines()]
        ours = [views.find(text)[view] for text in TEXTS]
        assert [[(one["start"], one["end"], one["entity_type"]) for one in row] for row in shown] == [
            [(span.start, span.end, span.entity_type) for span in row] for row in ours
        ]
    kinds = {view: [span.entity_type for span in spans] for view, spans in views.find(TEXTS[0]).items()}
    assert kinds == {
        View.PATTERNS: ["PHONE_NUMBER"],
        View.DEFAULT: ["PERSON", "PHONE_NUMBER"],
        View.EVERYTHING: ["PERSON", "LOCATION", "PHONE_NUMBER"],
    }


def test_processes_change_nothing() -> None:
    """Two processes and many pieces give the spans of one, in order."""
    groups = {"one": TEXTS, "none": [], "many": [f"{'word ' * 3000}{text}" for text in TEXTS * 2]}
    assert list(run(groups, jobs=2)) == list(run(groups, jobs=1))


def data_folder(folder: Path) -> None:
    """Write a data folder with one labelled set, one without labels, and a names list."""
    (folder / "dev").mkdir(parents=True)
    start = TEXTS[0].index("Maria")
    label = {"start": start, "end": start + len("Maria Gonzalez"), "label": "PERSON"}
    for name, text, spans in (
        ("small", TEXTS[0], [label]),
        ("prompts_unlabelled", "Write a short poem about rain.", []),
    ):
        with gzip.open(folder / f"dev/{name}.jsonl.gz", "wt", encoding="utf-8") as out:
            out.write(json.dumps({"id": 0, "text": text, "spans": spans}) + "\n")
    names_list(folder / "lists/popular_names_by_country")


def test_whole_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run prints the tables and writes four files, without a word of the texts."""
    data_folder(tmp_path / "data")
    monkeypatch.setattr("benchmarks.accuracy.texts.code_files", lambda *, every: [Path(json.__file__)])
    out = tmp_path / "out"
    # Any folder with a model will do as the float one; what it finds has a column of its own.
    beside = ["--float", str(ROOT / "ner_models/accurate")]
    main(["--data", str(tmp_path / "data"), "--out", str(out), "--quick", "--jobs", "1", *beside])
    assert sorted(path.name for path in out.iterdir()) == [f"accuracy.{kind}" for kind in ("json", "md", "png", "svg")]
    result = json.loads((out / "accuracy.json").read_text("utf-8"))
    assert {view: one["people"] for view, one in result["sets"]["small"].items()} == {
        "patterns": 0.0,
        "default": 1.0,
        "everything": 1.0,
        "float": 1.0,
        "presidio": 0.0,
    }
    assert set(result["false_alarms"]) == {"prompts_unlabelled", "source code"}
    assert result["false_alarms"]["prompts_unlabelled"]["default"]["noise"] == 0
    assert result["origins"]["latin"]["XA"][1] == 24
    assert set(result["safe_harbor"]) == {"read", "unread"}
    page = (out / "accuracy.md").read_text("utf-8")
    assert "| small | patterns | 1 |" in page
    assert "| small | PERSON | 1 | 0.000 | 1.000 | 1.000 | 1.000 | 0.000 |" in page
    shown = capsys.readouterr().out
    assert "False alarms" in shown
    for text in (page, shown, json.dumps(result)):
        assert "Gonzalez" not in text
        assert "Núñez" not in text


def test_marks_of_clinical_prompts(tmp_path: Path) -> None:
    """What must go stands in marks, which are no part of the text; comments and parts are none of it."""
    (tmp_path / "p.txt").write_text("# read: a\n# note\n⟦Ann⟧ is ⟦93⟧\\nyears old\n# unread: b\nnothing\n", "utf-8")
    parts = read_marked(tmp_path / "p.txt")
    assert parts == {
        "read": [Row(text="Ann is 93\nyears old", labels=((0, 3, "MUST_GO"), (7, 9, "MUST_GO")))],
        "unread": [Row(text="nothing")],
    }
    shipped = read_marked()
    assert all(any(not row.labels for row in rows) for rows in shipped.values())
    assert all("⟦" not in row.text and "⟧" not in row.text for rows in shipped.values() for row in rows)


def test_without_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without data the run says so in one line, writes nothing, and is no failure."""
    main(["--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert capsys.readouterr().out.replace("\n", "").startswith("skipped: no labelled sets in ")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not (DATA / "dev").is_dir(), reason="the corpora are not here")
def test_sets_are_read_whole() -> None:
    """Labels of the real sets lie inside their texts, and every n-th row is what `every` takes."""
    sets = read_sets(DATA / "dev", every=7)
    assert {"presidio_synth_v2", "prompts_unlabelled"} <= set(sets)
    assert len(sets["presidio_synth_v2"]) == -(-1500 // 7)
    for rows in sets.values():
        assert all(0 <= start < end <= len(row.text) for row in rows for start, end, _ in row.labels)
