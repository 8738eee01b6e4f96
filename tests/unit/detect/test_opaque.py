"""What is no language is not read by the model, what may be somebody's is, and nothing moves."""

from __future__ import annotations

import base64
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.detect.opaque import without_opaque
from tests.counted import steps

BYTES = random.Random(3).randbytes(3_000)
BASE64 = base64.b64encode(BYTES).decode()
DUMP = "\n".join(
    f"{place:08x}: "
    + " ".join(BYTES[place : place + 16].hex()[at : at + 4] for at in range(0, 32, 4))
    + "  ..k.Ann Lee.x"
    for place in range(0, 800, 16)
)


def left(text: str) -> float:
    """Return the share of a text's signs that stays."""
    return len("".join(without_opaque(text).split())) / len("".join(text.split()))


@pytest.mark.parametrize(
    ("text", "most"),
    [
        (BASE64, 0.1),
        (base64.urlsafe_b64encode(BYTES).decode(), 0.1),
        (base64.encodebytes(BYTES).decode(), 0.15),
        ("-----BEGIN X-----\n  " + base64.encodebytes(BYTES).decode().replace("\n", "\n  "), 0.15),
        ('"data": "' + base64.encodebytes(BYTES).decode().replace("\n", "\\n") + '"', 0.15),
        (BYTES.hex(), 0.0),
        (BYTES.hex().upper(), 0.0),
        (DUMP, 0.3),
    ],
    ids=["base64", "url", "lines", "indented", "escaped", "hex", "HEX", "dump"],
)
def test_encoded_bytes_become_blanks(text: str, most: float) -> None:
    """Nearly all of them, as long as they were."""
    assert left(text) <= most
    assert len(without_opaque(text)) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "Maria Gonzalez met John Smith. " * 30,
        "MariaGonzalezAndJohnSmithWentHomeTogetherWithAnnaKowalska" * 10,
        "maria_gonzalez_and_john_smith_went_home_together_with_anna" * 10,
        "password: " + BASE64[:120],
        "commit " + BYTES[:20].hex() + "\nAuthor: Maria Gonzalez\n" * 20,
        "4111 1111 1111 1111 5500 0000 0000 0004 4012 8888 8888 1881 " * 10,
        "Ada Abbe Dede Fae Ada Abbe Dede Fae Ada Abbe Dede Fae " * 10,
        "get_user_by_id/first_name/last_name/and/so/on/" * 20,
        "x" * 300,
        "1234567890" * 40,
        "李明和王芳" * 100,
    ],
)
def test_near_misses(text: str) -> None:
    """Language, names without blanks, a lone key or hash, numbers, paths and rows of one sign stay as they are."""
    assert without_opaque(text) == text


@pytest.mark.parametrize(
    "name", ["/Maria/Gonzalez/", "+Maria+", " Maria Gonzalez ", "/MARIA/", "=MariaGonzalez=", "\nAnn\n"]
)
def test_a_name_between_the_words_of_a_run_stays(name: str) -> None:
    """Wherever it stands in base64 it is read."""
    for place in range(400, 900, 37):
        assert name.strip("/+= \n") in without_opaque(BASE64[:place] + name + BASE64[place:])


PIECES = [
    BASE64[:300],
    BASE64[300:380],
    "\n",
    " ",
    "Maria Gonzalez ",
    "/",
    "=",
    "a1" * 40,
    "00 ff 1a 2b 3c " * 4,
    "\ud800",
    "é",
]


@given(st.lists(st.sampled_from(PIECES), max_size=15).map("".join))
def test_nothing_moves(text: str) -> None:
    """A character is itself or a blank, and names beside a run stay."""
    read = without_opaque(text)
    assert len(read) == len(text)
    assert all(one in (other, " ") for one, other in zip(read, text, strict=True))


@pytest.mark.parametrize("text", ["ab1" * 100 + " ", BASE64, "a1-" * 40, "A" * 39 + " ", "00 " * 9, "0a " * 9])
def test_work_is_linear(text: str) -> None:
    """Four times the text is four times the steps."""
    once, four = (steps(lambda times=times: without_opaque(text * times)) for times in (300, 1_200))
    assert four <= 4.5 * once + 100
