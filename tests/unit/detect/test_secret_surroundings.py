"""A labelled secret is found in any surroundings, and what it is without them leaves in no other text."""

from __future__ import annotations

import json
from functools import cache

import pytest

from relay.detect.analyzer import Analyzer
from relay.detect.surroundings import without_surroundings
from relay.types import Segment
from tests.support import patterns_only

TOKEN = "7mQx2Lw0Rz84NtKv31HsYd6p"
LABELLED = {
    "password: {}": "kelp7harbor2",
    "PASSWORD={}": "kelp7harbor2",
    "my password is {}": "kelp7harbor2",
    "--password={}": "kelp7harbor2",
    "DB_PASSWORD: {}": "c0rridor&9x",
    "API_TOKEN={}": TOKEN,
    "X-Api-Key: {}": TOKEN,
    "Authorization: Bearer {}": TOKEN,
    "https://u:{}@host.example/": "kelp7harbor2",
    "username: {}": "ningram84q",
}
PAIRS = ["''", "``", "()", "[]", "{}", "“”", "«»", "„“", "‘’", "「」", "||", "（）", "~~ ~~", "** **", "* *", "_ _"]
AROUND = [
    *((pair.split(" ") if " " in pair else list(pair)) for pair in (*PAIRS, '""')),
    *(["", behind] for behind in (*".,;:!?…、。)", "\\", "\\\\", ").", '").', "];", "}}", "-->", "*/", '"""')),
    *(["", behind] for behind in ("\\n", "\\t", "\\r\\n", "%0A", "<br>", "</p>", "&amp;x=1", "\xa0x", "\x1b[0m")),
    *(["<b>", "</b>"], ["| ", " |"], ["/* ", " */"], ["/* ", "*/"], ["<!-- ", "-->"], ["&quot;", "&quot;"]),
    *(["# ", ""], ["$(", ")"], ["('", "')"], ['{"a": "', '"}'], ["{'a': '", "'}"], ['x = "', '"']),
]


@cache
def analyzer() -> Analyzer:
    return patterns_only()


def left(*texts: str) -> list[str]:
    """Return what is left of texts of one request, with a sign for each value."""
    segments = [Segment(pointer=f"/{place}", text=text) for place, text in enumerate(texts)]
    result = []
    for text, spans in zip(texts, analyzer().analyze(segments), strict=True):
        for span in reversed(spans):
            text = f"{text[: span.start]}#{text[span.end :]}"
        result.append(text)
    return result


@pytest.mark.parametrize("levels", [0, 1, 2])
@pytest.mark.parametrize("label", LABELLED)
def test_no_surroundings_let_it_leave(label: str, levels: int) -> None:
    """As text and inside of JSON, once and twice; the next message has the value alone."""
    value = LABELLED[label]
    for before, behind in AROUND:
        text = before + label.format(value) + behind
        for _ in range(levels):
            text = json.dumps({"c": text})
        assert not [rest for rest in left(text, f"try {value} again") if value in rest], text


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f'export "API_TOKEN={TOKEN}"', 'export "API_TOKEN=#"'),
        ('x = "password: kelp7harbor2"', 'x = "password: #"'),
        ('He said "my password is kelp7harbor2"', 'He said "my password is #"'),
        (f'curl -H "X-Api-Key: {TOKEN}"', 'curl -H "X-Api-Key: #"'),
    ],
)
@pytest.mark.parametrize("levels", [0, 1, 2, 3])
def test_json_stays_json(text: str, rest: str, levels: int) -> None:
    """The backslashes that escape a quotation mark are no part of the value before it."""
    for _ in range(levels):
        text, rest = json.dumps({"c": text}), json.dumps({"c": rest})
    assert left(text) == [rest]


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("**password: kelp7harbor2**", "**password: #**"),
        ("~~password: kelp7harbor2~~", "~~password: #~~"),
        ("|password: kelp7harbor2|", "|password: #|"),
        ("“password: kelp7harbor2”", "“password: #”"),
        ("「password: kelp7harbor2」", "「password: #」"),
        ("<b>my password is kelp7harbor2</b>", "<b>my password is #</b>"),
        ("/* password: kelp7harbor2*/", "/* password: #*/"),
        ("<!-- password: kelp7harbor2-->", "<!-- password: #-->"),
        (f"(X-Api-Key: {TOKEN})", "(X-Api-Key: #)"),
        (f"[Authorization: Bearer {TOKEN}]", "[Authorization: Bearer #]"),
        (f"Authorization: Bearer {TOKEN}.", "Authorization: Bearer #."),
        (f"X-Api-Key: {TOKEN}…", "X-Api-Key: #…"),
        (f"API_TOKEN={TOKEN}…", "API_TOKEN=#…"),
        # near misses: real passwords end in signs
        ("password: kelp7harbor2!", "password: #"),
        ("password: kelp7harbor2$", "password: #"),
        ("password: kelp7harbor2**", "password: #"),
        ("password: kelp7harbor2*/", "password: #"),
        ("* password: kelp7harbor2*", "* password: #"),
        # and stand-ins are none
        ("X-Api-Key: <your key>", "X-Api-Key: <your key>"),
        ("API_TOKEN=7mQx…", "API_TOKEN=7mQx…"),
    ],
)
def test_what_opens_before_the_label_closes_behind_the_value(text: str, rest: str) -> None:
    """What nothing opens, and what may be a sign of the password, stays a part of it."""
    assert left(text) == [rest]


@pytest.mark.parametrize(
    ("entity_type", "value", "readings"),
    [
        ("PASSWORD", "kelp7harbor2!", ["kelp7harbor2"]),
        ("PASSWORD", "kelp7</b>", ["kelp7", "kelp7</b"]),
        ("PASSWORD", "**PASSWORD=kelp7harbor2**", ["PASSWORD=kelp7harbor2", "kelp7harbor2"]),
        ("URL_CREDENTIAL", "u:kelp7harbor2!", ["kelp7harbor2", "kelp7harbor2!", "u:kelp7harbor2"]),
        ("PASSWORD", "kelp7harbor2", []),
        ("PASSWORD", "a1!!", []),
        ("PERSON", "Nadia Ingram.", []),
    ],
)
def test_readings(entity_type: str, value: str, readings: list[str]) -> None:
    """Of secrets and accounts alone, and of five characters or more."""
    assert list(without_surroundings(entity_type, value)) == readings


def test_an_open_session_knows_the_readings() -> None:
    """What was sealed with its surroundings is known without them in later requests."""
    (spans,) = analyzer().analyze(
        [Segment(pointer="", text="try kelp7harbor2 again")], known=[("PASSWORD", "kelp7harbor2!")]
    )
    assert [(span.start, span.end) for span in spans] == [(4, 16)]
