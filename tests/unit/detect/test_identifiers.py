"""Names inside of identifiers: every spelling in every surrounding, and words that merely hold the same letters."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from relay.detect.cache import SpanCaches
from relay.detect.identifiers import NamesInside, inside
from relay.exchange import Core
from relay.types import Segment
from tests.counted import steps
from tests.support import begin, chat, patterns_only, post

NAMES = ("Maria Gonzalez", "José Müller-García", "Gonzalez, Maria", "Иван Петров", "Thandiwe A. Mokoena", "Jo Li")
SPELLINGS = {
    "snake": lambda first, last: f"{first}_{last}".lower(),
    "constant": lambda first, last: f"{first}_{last}".upper(),
    "kebab, family name first": lambda first, last: f"{last}-{first}".lower(),
    "dots": lambda first, last: f"{first}.{last}".lower(),
    "camel": lambda first, last: first.lower() + last.capitalize(),
    "Pascal": lambda first, last: first.capitalize() + last.capitalize(),
    "initial": lambda first, last: f"{first[0]}_{last}".lower(),
}
JOINED = {
    "joined": lambda first, last: (first + last).lower(),
    "joined, family name first": lambda first, last: (last + first).lower(),
    "initial, joined": lambda first, last: (first[0] + last).lower(),
    "initial and hump": lambda first, last: first[0].upper() + last.capitalize(),
}
AROUND = ("{}_id", "/srv/{}.pdf", "x7{}7x", "{}", "id-{}-orders", "https://files.example/{}/1", '"{}":', "\u0130_{}")
HUMPS = ("get{}", "{}Id", "HTML{}Page")


def found(names: tuple[str, ...], text: str) -> list[str]:
    return [text[start:end] for _, start, end in NamesInside(names).find(text)]


def parts(name: str) -> tuple[str, str]:
    """Return the given name and the family name as they are in identifiers."""
    head, _, tail = name.partition(",")
    words = f"{tail} {head}".replace("-", " ").split()
    plain = str.maketrans("éíüñ", "eiun")
    return words[0].translate(plain), words[-1].translate(plain)


@pytest.mark.parametrize("name", NAMES)
def test_every_spelling_in_every_surrounding(name: str) -> None:
    """Signs, digits and humps are borders; the rest of the identifier stays."""
    first, last = parts(name)
    spellings = SPELLINGS | (JOINED if len(last) > 4 else {})
    if len(last) < 4:
        del spellings["initial"]
    for (kind, spell), around in product(spellings.items(), AROUND):
        text = around.format(spell(first, last))
        if "initial" not in kind or "://" not in around:  # an account stays, so that it can be reached
            assert found((name,), text) == [spell(first, last)], (kind, text)
    for around in HUMPS:
        pascal = SPELLINGS["Pascal"](first, last)
        assert found((name,), around.format(pascal)) == [pascal], around


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Maria Gonzalez", "xmaria_gonzalez maria_gonzalezs getmariagonzalez mariaGonzalezs"),
        ("Maria Gonzalez", "maria_id gonzalez_orders maria, gonzalez; maria  gonzalez; juan_gonzalez jgonzalez"),
        ("Mark Down", "markdownlint Markdowns unmarkdown"),
        ("Bill Ing", "billing billings Billing"),  # the family name is too short to be seen without a border
        ("Paul Rice", "price price_list prices.csv PRICE"),  # so is this one behind an initial
        ("Paul Rice", "paul_ricecake mauprice p_ricecooker"),
        ("Jo Li", "joli jolie j_li"),
        ("Maria", "maria_gonzalez maria_id getMaria"),  # one word
        ("maria_gonzalez", "mariaGonzalez"),
        ("Acme 7", "acme_7"),
        ("A B", "a_b ab aB"),
        ("one two three four five six", "one_six"),
        ("李 小龙", "李"),
    ],
)
def test_near_misses(name: str, text: str) -> None:
    """Nothing in these is the name."""
    assert found((name,), text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Mark Down", "markDown mark_down", ["markDown", "mark_down"]),
        ("Paul Rice", "pRice p_rice PRice paulrice", ["pRice", "p_rice", "PRice", "paulrice"]),
        ("Ana de la Cruz", "ana_de_la_cruz anaCruz acruz_7", ["ana_de_la_cruz", "la_cruz", "anaCruz"]),
        ("Anne-Marie Keane", "anne_marie_keane", ["anne_marie_keane", "marie_keane"]),
        ("Jürgen Øster", "jurgen_oster jürgenØster", ["jurgen_oster", "jürgenØster"]),
        ("Maria Gonzalez", "\ud800maria_gonzalez", ["maria_gonzalez"]),
    ],
)
def test_beside_near_misses(name: str, text: str, expected: list[str]) -> None:
    """What differs from the near misses by a border."""
    assert found((name,), text) == expected


JOINS = ("+", "/", " | ", "\t", ";", '","', '" : "', "** *", "  ", "\n", " -- ", ", ", "._")


@pytest.mark.parametrize("name", [*NAMES, "Олена Шевченко", "محمد العلي", "Siobhán O'Connor", "สมชาย ใจดี", "דוד כהן"])
def test_neighbouring_cells_and_links(name: str) -> None:
    """The two words, each with its capital, and signs between that end no sentence."""
    head, comma, tail = name.partition(",")
    words = f"{tail} {head}".split() if comma else name.split()
    first, last = words[0], words[-1]
    for join in JOINS:
        for text in (f"{first}{join}{last}", f"{last}{join}{first}"):
            places = {at for _, begin, end in NamesInside((name,)).find(f"|{text}|") for at in range(begin, end)}
            assert all(at + 1 in places for at, sign in enumerate(text) if sign.isalpha()), text
    for initial in ("{}. {}", "{} {}", "{}.{}"):
        text = initial.format(first[0], last)
        if len([sign for sign in last if sign.isalpha()]) > 3:
            assert max(found((name,), f"by {text}, 2031"), key=len) == text


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Олена Шевченко", "Шевченко, ШЕВЧЕНКО и 用户Шевченко的", ["Шевченко", "ШЕВЧЕНКО", "Шевченко"]),
        ("Γιώργος Παπαδόπουλος", "ο Παπαδόπουλος (ΠΑΠΑΔΟΠΟΥΛΟΣ)", ["Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ"]),
        ("محمد العلي", "قال العلي", ["العلي"]),
        ("สมชาย ใจดี", "คุณใจดีค่ะ", ["ใจดี"]),
        ("Tomasz Wójcik", "Wójcik's file, Wojcik, Wo\u0301jcik", ["Wójcik", "Wojcik", "Wo\u0301jcik"]),
        ("Wójcik, Tomasz", "Wójcik", ["Wójcik"]),
        ("Олена Шевченко", "шевченко, Шевченкове, нешевченко", []),
        ("Nguyễn Văn Ấn", "Ấn An an", []),  # too short
        ("Maria Gonzalez", "Gonzalez", []),  # a model knows it
        ("Will Hope", "I will. Hope so. As you will, hope; Will! Hope", []),
        ("Mark Day", "mark | day, Mark my day, Mark a Day", []),
        ("Mark Day", "Mark | Day", ["Mark | Day"]),
        ("Mark Day", "Mark Day, Mark Roe; Mark Day <Mark@x.example>", ["Mark Day", "Mark Day"]),
    ],
)
def test_family_names_alone_and_words_of_sentences(name: str, text: str, expected: list[str]) -> None:
    """A family name that is not plain English letters, with its capital; two words that a sentence holds are none."""
    assert found((name,), text) == expected


def test_no_name_is_shown() -> None:
    """The repr tells how many, not which; without a name of two words there is nothing to find."""
    assert "Gonzalez" not in repr(NamesInside(NAMES))
    assert not NamesInside(["Maria"])
    assert found(("Maria",), "maria") == []
    assert inside("Maria") == ""


def test_work_is_linear() -> None:
    """In the length of the text and the number of names together, not one times the other."""
    names = NamesInside([f"Maria Gonzalez{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(600)])
    for unit in ("maria", "maria_", "Maria Gonzalez", "m_gonzalez", "aB", "_", "é"):
        assert steps(lambda unit=unit: list(names.find(unit * (8_000 // len(unit))))) <= 40 * 8_000  # type: ignore[misc]


def test_a_resent_text_is_covered_again() -> None:
    """What is remembered of a text says where names stand in its identifiers, too; a name of later turns is found."""
    analyzer = patterns_only().with_caches(SpanCaches(bytes, clock=lambda: 0.0))
    texts = [
        "see maria_gonzalez_id " + "and so on " * 500,
        AUTHOR,
        "getJoLi()",
        AUTHOR.replace("Maria Gonzalez", "Jo Li"),
    ]
    for turn in (2, 2, 4, 4):
        segments = [Segment(pointer=f"/{place}", text=text) for place, text in enumerate(texts[:turn])]
        rows = analyzer.analyze(segments)
        covered = [[text[span.start : span.end] for span in row] for text, row in zip(texts, rows, strict=False)]
        assert covered[0] == ["maria_gonzalez"]
        assert covered[2:3] in ([], [["JoLi"]])


AUTHOR = "Signed-off-by: Maria Gonzalez <dev@example.org>"
TOOL = {
    "type": "function",
    "function": {
        "name": "get_maria_gonzalez",
        "parameters": {"type": "object", "properties": {"maria_gonzalez_id": {"type": "string"}}},
    },
}


def called(**arguments: Any) -> dict[str, Any]:
    """Return a request in which a tool was called, and a name is given away last."""
    call = {"name": "get_maria_gonzalez", "arguments": json.dumps(arguments)}
    body = chat("see getMariaGonzalez(), /srv/mgonzalez_orders.pdf and maria_gonzalez_id", AUTHOR, tools=[TOOL])
    said = {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_maria", "type": "function", "function": call}],
    }
    body["messages"].insert(1, said)
    return body


def test_in_a_request(core: Core) -> None:
    """Replaced in texts and in values that are like ids, and restored as typed; names of the protocol stay."""
    body = called(maria_gonzalez_id="maria.gonzalez.7", file="MariaGonzalez.pdf", markdown="gonzalez")
    exchange = begin(core, "/v1/chat/completions")
    try:
        left = json.loads(exchange.open(post("/v1/chat/completions", body)).body)
        user, said, _ = left["messages"]
        (call,) = said["tool_calls"]
        arguments = json.loads(call["function"]["arguments"])
        assert left["tools"] == [TOOL]
        assert call["function"]["name"] == TOOL["function"]["name"]  # type: ignore[index]
        assert list(arguments) == ["maria_gonzalez_id", "file", "markdown"]
        assert arguments["markdown"] == "gonzalez"
        for text in (user["content"], arguments["maria_gonzalez_id"], arguments["file"]):
            assert "gonzalez" not in text.lower()
        assert user["content"].endswith("_id")
    finally:
        exchange.close()
