"""With its screen the model finds what it finds without, and reads less; what it remembers changes nothing."""

from __future__ import annotations

import base64
import functools
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.detect.cache import SpanCache
from relay.detect.ner.model import NerModel
from relay.process import slices
from relay.types import Span
from tests.counted import CountedTokens

MODELS = Path(__file__).parents[4] / "ner_models"
REPLACED = frozenset({"PERSON", "STREET_ADDRESS", "USERNAME", "PASSWORD", "ID_NUMBER"})
LOG = "".join(
    f"2026-11-{1 + n % 28:02}T10:{n % 60:02}:07.{n % 977:03}Z INFO [http] GET /api/items/{n} 200 in {n % 300} ms\n"
    for n in range(1_000)
)
CODE = "".join(
    f"def read_row_{n}(self, index):\n    values = self._table[index + {n}]\n    return values.get('key', None)\n\n"
    for n in range(1_000)
)
BASE64 = base64.b64encode(random.Random(1).randbytes(75_000)).decode()


@pytest.fixture(scope="module", params=["fast", "accurate"])
def model(request: pytest.FixtureRequest) -> NerModel:
    return NerModel.load(MODELS / request.param)


@pytest.fixture(scope="module")
def screened(model: NerModel) -> NerModel:
    return model.screened(REPLACED)


def people(model: NerModel, text: str) -> set[str]:
    return {text[span.start : span.end] for span in model.find(text) if span.entity_type == "PERSON"}


MIDDLE = len(LOG) // 2
HIDDEN = [
    ("a line of a log", LOG[:MIDDLE] + "\nlogin of Maria Gonzalez failed\n" + LOG[MIDDLE:]),
    ("the end of a line of a log", LOG[:5_000].rstrip("\n") + " by Maria Gonzalez\n" + LOG[5_000:9_000]),
    ("code", CODE[:50_000] + "\n# written by Maria Gonzalez for the bank\n" + CODE[50_000:100_000]),
    ("a string in code", CODE[:3_000] + '\nowner = "Maria Gonzalez"\n' + CODE[3_000:6_000]),
    ("base64", BASE64[:30_000] + " Please write to Maria Gonzalez about it. " + BASE64[30_000:60_000]),
    ("the signs of base64", BASE64[:3_000] + "/Maria/Gonzalez/" + BASE64[3_000:6_000]),
    ("capitals", CODE[:3_000] + "\nPLEASE CALL MARIA GONZALEZ AT ONCE\n" + CODE[3_000:6_000]),
    ("small letters", LOG[:3_000] + "\nmy name is maria gonzalez\n" + LOG[3_000:6_000]),
    ("capitals all through", (LOG[:3_000] + "\nplease call Maria Gonzalez at once\n" + LOG[3_000:6_000]).upper()),
    ("no blanks", ("nothing happened. " * 60 + "Ask Maria Gonzalez. " + "nothing happened. " * 60).replace(" ", "")),
    ("blanks", " " * 20_000 + "ask Maria Gonzalez" + " " * 20_000),
    ("signs", "." * 3_000 + " ask Maria Gonzalez " + "!?" * 3_000),
    ("another script", "Спросите Марию Гонсалес об этом. " * 20),
    ("a language", "Die Rechnung ist offen. " * 60 + "Frau Maria Gonzalez fragt nach. " + "Es ist schön. " * 60),
]


@pytest.mark.parametrize(("where", "text"), HIDDEN, ids=[where for where, _ in HIDDEN])
def test_a_hidden_name_is_found(where: str, text: str, model: NerModel, screened: NerModel) -> None:
    """Every person whom the model finds when it reads everything, in text that is made to be skipped."""
    alone = {name for name in people(model, text) if "gonzalez" in name.lower()}
    assert alone <= people(screened, text), where
    assert alone or where in ("no blanks", "another script", "the signs of base64")


def test_what_holds_nothing_is_not_read(model: NerModel, screened: NerModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of base64 the network reads next to nothing, of a log and of code little."""
    network = CountedTokens(model, monkeypatch)
    monkeypatch.setattr(screened, "_session", network)
    for text, most in ((BASE64, 0.02), (LOG, 0.2), (CODE, 0.2)):
        model.find(text[:40_000])
        whole = network.take()
        screened.find(text[:40_000])
        assert network.take() <= most * whole


@pytest.mark.parametrize(
    "text",
    [
        "My name is John Smith.",
        "Ask Maria Gonzalez or Chen Wei about order 7714.",
        "Frau Müller wohnt am Marktplatz 3.",
    ],
)
def test_what_is_read_at_once_is_read_as_without(text: str, model: NerModel, screened: NerModel) -> None:
    """Bit for bit, scores included."""
    assert screened.find(text) == model.find(text) != []


@pytest.mark.parametrize(
    "text", ["", " ", "\ud800", "e" + "\u0301" * 2_000, "😀" * 3_000, "٣" * 2_000, "a" * 30_000, "O'" * 999]
)
def test_odd_text(text: str, screened: NerModel) -> None:
    """No string makes it raise; spans are disjoint and in order."""
    edges = [edge for span in screened.find(text) for edge in (span.start, span.end)]
    assert edges == sorted(edges)


def test_other_types_are_found_where_they_are_looked_for(model: NerModel) -> None:
    """A date is left unread for a policy that keeps dates, not for one that asks for them."""
    text = "The invoice is from 12 May 2024 and it is late. " + "The list is long. " * 60
    kinds = {
        wanted: {span.entity_type for span in model.screened(wanted).find(text)}
        for wanted in (REPLACED, REPLACED | {"DATE_TIME"})
    }
    assert "DATE_TIME" in kinds[REPLACED | {"DATE_TIME"}]
    assert model.screened(frozenset()).find(text) == []
    assert model.screened(None) is model


def memory() -> SpanCache:
    return SpanCache(bytes(32), clock=lambda: 0.0)


PARTS = [
    "Maria Gonzalez called. ",
    LOG[:300],
    CODE[:250],
    "\n",
    BASE64[:400],
    "ask Chen Wei, 42 Mill Lane\n",
    "nothing new here. " * 6,
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.sampled_from(PARTS), min_size=3, max_size=25).map("".join), min_size=2, max_size=4))
def test_memory_changes_nothing(texts: list[str]) -> None:
    """Texts that share pieces have the spans they have by themselves, on the first reading and on the next."""
    model = fast()
    for reader in (model, model.screened(REPLACED)):
        known = memory()
        for text in (*texts, *texts):
            assert reader.find(text, known) == reader.find(text)


@functools.cache
def fast() -> NerModel:
    return NerModel.load(MODELS / "fast")


@pytest.mark.parametrize("change", ["middle", "end", "beginning"])
def test_an_edit_costs_its_surroundings(
    change: str, model: NerModel, screened: NerModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 50 KB that were read, a twentieth is read again for a new sentence, and nothing for the same text."""
    rng = random.Random(4)
    names = ["Maria Gonzalez", "Chen Wei", "the driver", "the old house", "a letter"]
    text = "".join(
        f"On day {rng.randrange(999)} {rng.choice(names)} was seen by {rng.choice(names)}.\n" for _ in range(1_000)
    )
    place = {"middle": len(text) // 2, "end": len(text), "beginning": 0}[change]
    edited = text[:place] + "Nadia Petrova asked. " + text[place:]
    network = CountedTokens(model, monkeypatch)
    monkeypatch.setattr(screened, "_session", network)
    for reader in (model, screened):
        known = memory()
        reader.find(text, known)
        whole = network.take()
        again = reader.find(text, known)
        assert network.take() == 0
        assert again == reader.find(text)
        network.take()
        found = reader.find(edited, known)
        assert network.take() <= whole / 20
        assert "Nadia Petrova" in {edited[span.start : span.end] for span in found}


def test_memory_holds_no_text(screened: NerModel) -> None:
    """Names of pieces are keyed hashes, and what is kept is offsets."""
    known = memory()
    screened.find("Ask Maria Gonzalez about it. " * 100, known)
    rows = [kept for _, kept in known._rows.values()]
    assert rows
    assert all(isinstance(span, Span) for kept in rows for span in kept.spans)
    assert "Maria" not in repr(rows)


def test_slices_end_between_pieces(screened: NerModel) -> None:
    """Also where nothing is read, and the work stops where its result is not wanted any more."""
    count = 0

    def between() -> None:
        nonlocal count
        count += 1
        if count == 50:
            raise slices.Abandoned

    with slices.sliced(between), pytest.raises(slices.Abandoned):
        screened.find(LOG)
    assert count == 50
