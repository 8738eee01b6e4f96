"""A look-alike is whatever the restorer could take for a placeholder, and ordinary text is not one."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from relay.replace.styles.bracketed import Bracketed
from relay.response.restore import Restorer

TYPES = ("PERSON", "EMAIL_ADDRESS", "US_SSN")

LOOKALIKES = [
    "[PERSON_1]",
    "[person_1]",
    "[ANYTHING_AT_ALL_77]",
    "[Email Address 3]",
    "[EMAIL\nADDRESS_1]",
    "\\[PERSON\\_1\\]",
    "&#91;PERSON_1&#93;",
    "%5BPERSON_1%5D",
    "［PERSON_1］",
    "PERSON_1",
    "person_1",
    "US SSN 2",
    "EMAIL-ADDRESS-10",
    "[PERSON_1_LAST]",
    "[FIGURE_3]",
    "[US SSN 2]",
    "[us-ssn-2]",
    "[PERSON_1061405]",
    "person_999999",
]
PLAIN = [
    "",
    "Person 1 of 3",
    "[1]",
    "[2024-01-02]",
    "utf_8 and SHA_256 and ISO 8859",
    "layer_2(x)",
    "person1",
    "[PERSON]",
    "[12_34]",
    "chapter 3",
    "arr[i_j]",
    "a[i-2] = b[n-1];",
    "x[key_1]",
    "[Errno 111]",
    "[a-z0-9]",
    "[A-Za-z0-9]+",
    "[RFC-0038]",
    "[Figure 3]",
    "[main 7331863]",
    "person_1061405",
    "PERSON_8554680",
]


@pytest.mark.parametrize("text", LOOKALIKES)
def test_lookalikes(text: str) -> None:
    """The whole look-alike is found, and nothing around it."""
    assert list(Bracketed(TYPES).lookalikes(f"so {text}, and")) == [(3, 3 + len(text))]


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text(text: str) -> None:
    """Code, citations and prose with numbers are left alone when the entity types are known."""
    assert list(Bracketed(TYPES).lookalikes(text)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PLEASE ASK PERSON 1 TODAY", ["PERSON 1"]),
        ("PERSON 1 AND US SSN 2", ["PERSON 1", "US SSN 2"]),
        ("A B C D E F G H PERSON 1", ["PERSON 1"]),
        ("X PERSON_1 Y", ["PERSON_1"]),
        ("IN 2024 ISO 8859 AND HTTP 2", []),
    ],
)
def test_capitals(text: str, found: list[str]) -> None:
    """Among words in capitals only the look-alike itself is taken."""
    assert [text[start:end] for start, end in Bracketed(TYPES).lookalikes(text)] == found


def test_without_types_every_such_text_counts() -> None:
    """Not knowing which types there are, the style errs towards finding."""
    assert list(Bracketed().lookalikes("utf_8")) == [(0, 5)]


def test_what_is_found_covers_what_the_restorer_restores() -> None:
    """For every form in the table, the restorer changes nothing outside the ranges."""

    class Vault:
        def placeholders(self) -> tuple[str, ...]:
            return ("[PERSON_1]", "[EMAIL_ADDRESS_3]", "[US_SSN_2]", "[EMAIL_ADDRESS_10]", "[EMAIL_ADDRESS_1]")

        def forms(self) -> tuple[str, ...]:
            return ("[PERSON_1_LAST]",)

        def open(self, placeholder: str) -> str:
            return "\N{BULLET}"

    for text in LOOKALIKES + PLAIN:
        covered = list(text)
        for start, end in Bracketed(TYPES).lookalikes(text):
            covered[start:end] = " " * (end - start)
        left = "".join(covered)
        assert Restorer(Vault()).restore(left) == left


SIGNS = [
    *(
        "[",
        "]",
        "\\[",
        "\\]",
        "\\",
        "&#91;",
        "&#93;",
        "&lsqb;",
        "&rbrack;",
        "\uff3b",
        "\u3011",
        "%5B",
        "%5d",
        "%5f",
        "%20",
    ),
    *(
        "\\_",
        "\\-",
        "_",
        "-",
        "\u2013",
        "\uff3f",
        "&#95;",
        "&lowbar;",
        " ",
        "\t",
        "\u00a0",
        "\n",
        "\r\n",
        "\n> ",
        ">",
        ".",
        "(",
        "é",
    ),
    *("PERSON", "person", "EMAIL", "ADDRESS", "US", "SSN", "x", "1", "23", "4a"),
]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=14).map("".join))
@example("PERSON\\_1")
@example("PERSON\\-1")
def test_the_quick_look_misses_nothing(text: str) -> None:
    """Whatever the grammar finds in any text is found when a quick look decides whether to ask it."""
    style = Bracketed(TYPES)
    assert list(style.lookalikes(text)) == list(style._find(text))
