"""A value with signs is the same value however a language writes its signs."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.request.egress import left
from relay.request.quoting import is_quotable, unquoted

VALUES = ["Pa$sw0rd!9x", "Herbst&Laub#77", "100%Kaffee!7", "Nuss(Baum)77!x", "Nuss'Baum77", 'Nuss"Baum77', "a;b|c9*d~E"]
QUOTINGS: dict[str, Callable[[str], str]] = {
    "shell, each sign": lambda text: "".join(char if char.isalnum() else f"\\{char}" for char in text),
    "shell, a quotation mark": lambda text: text.replace("'", "'\\''"),
    "shell, the other marks": lambda text: text.replace("'", "'\"'\"'"),
    "cmd": lambda text: text.replace("&", "^&").replace("|", "^|"),
    "PowerShell": lambda text: text.replace("$", "`$").replace('"', '`"'),
    "make and compose": lambda text: text.replace("$", "$$"),
    "formats": lambda text: text.replace("%", "%%"),
    "SQL, YAML and CSV": lambda text: text.replace("'", "''").replace('"', '""'),
    "programs": lambda text: text.replace("'", "\\'").replace('"', '\\"'),
    "none": str,
}
# More than are searched for one by one.
OTHERS = [("PASSWORD", f"un$used{number}!") for number in range(20)]


@pytest.mark.parametrize("others", [[], OTHERS], ids=["alone", "among many"])
@pytest.mark.parametrize("found", QUOTINGS)
@pytest.mark.parametrize("written", QUOTINGS)
@pytest.mark.parametrize("value", VALUES)
def test_one_value_in_two_quotings(value: str, written: str, found: str, others: list[tuple[str, str]]) -> None:
    """Whichever of the two was found first."""
    pair = ("PASSWORD", QUOTINGS[found](value))
    texts = [f"run --with {QUOTINGS[written](value)} now", json.dumps({"command": f"x {QUOTINGS[written](value)}"})]
    for text in texts:
        assert left([text], "/v1/x", [*others, pair]) == [pair]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Pa$sw0rd!9x", "Pa$sw0rd!9xy"),
        ("Pa$sw0rd!9x", "Pa%sw0rd!9x"),
        ("Pa$sw0rd!9x", "Pa\\\nsw0rd!9x"),
        ("Nuss'Baum77", "Nuss' 'Baum77"),
        ("Nuss'Baum77", "NussBaum77"),
        ("nina.meyer9", "nina\\.meyer99"),
    ],
)
def test_another_value(value: str, text: str) -> None:
    """Other signs and other letters are no quoting."""
    assert left([text], "/v1/x", [("PASSWORD", value)]) == []


@pytest.mark.parametrize(
    ("value", "meant"), [('say\\"9Hi!Kelp', 'say"9Hi!Kelp'), ("back\\\\slash9Xy!", "back\\slash9Xy!")]
)
def test_base64_of_what_is_meant(value: str, meant: str) -> None:
    """A string of JSON stands in a header as its text."""
    body = f"Authorization: Basic {base64.b64encode(meant.encode()).decode()}"
    assert left([body], "/v1/x", [("PASSWORD", value)]) == [("PASSWORD", value)]


@given(st.text(alphabet=" ab9'\"$%\\^`&", max_size=40))
def test_letters_and_digits_stay(text: str) -> None:
    """So the words by which values are looked up are the same before and after."""
    assert [char for char in unquoted(text) if char.isalnum()] == [char for char in text if char.isalnum()]
    assert unquoted(unquoted(text)) == unquoted(unquoted(unquoted(text)))


@pytest.mark.parametrize(
    ("value", "quotable"), [("Pa$s", True), ("a b", True), ("$abc$", False), ("abc", False), ("", False)]
)
def test_is_quotable(value: str, quotable: bool) -> None:
    """Signs at the ends are borders."""
    assert is_quotable(value) is quotable
