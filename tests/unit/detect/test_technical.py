"""Technical text: what is nobody's stays, and people and secrets in it are found.

The contexts have the shapes of real outputs of tools (test runners, lists of commits, lock files, listings, logs,
package managers), read by eye; every value in them is invented.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay import build
from relay.detect.analyzer import Analyzer
from relay.detect.place import LineKind, line_kind
from relay.detect.technical import is_believed
from relay.types import Action, RouteKind, Segment, Span

CONTEXTS = Path(__file__).parents[2] / "vectors" / "technical" / "contexts.jsonl"
ROWS = [json.loads(line) for line in CONTEXTS.read_text(encoding="utf-8").splitlines()]
WRONG_FOR_1000_WORDS = 1.5
FOUND = 0.97  # share of the private values; a model is part of this


@cache
def shipped() -> tuple[Analyzer, build.Engine]:
    policy = build.read_policy(build.DEFAULT_POLICY)
    return build.analyzer(policy), build.engine(policy)


def replaced(text: str) -> list[Span]:
    """Return the spans of `text` that the default policy replaces, as a request of its own."""
    analyzer, engine = shipped()
    segments = (Segment(pointer="", text=text),)
    (items,) = engine.actions(segments, analyzer.analyze(segments), RouteKind.FRONTIER)
    return [item.span for item in items if item.action is not Action.KEEP]


def letters(text: str, start: int, end: int) -> set[int]:
    return {place for place in range(start, end) if text[place].isalnum()}


def places(row: dict[str, list[str]]) -> list[set[int]]:
    """Return for each private value of a context the places of its letters and digits, wherever it stands."""
    text = str(row["text"])
    found = []
    for value in row["private"]:
        start = text.find(value)
        assert start >= 0, "a private value that does not stand in its context"
        while start >= 0:
            found.append(letters(text, start, start + len(value)))
            start = text.find(value, start + 1)
    return found


def test_few_wrong_replacements_and_few_misses(capsys: pytest.CaptureFixture[str]) -> None:
    """At most 1.5 values in 1,000 words are replaced that are nobody's, and nearly all private ones are."""
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    values = 0
    for row in ROWS:
        text = row["text"]
        spans = [letters(text, span.start, span.end) for span in replaced(text)]
        covered = set().union(*spans)
        private = places(row)
        wrong[row["kind"]] += sum(not span & set().union(*private) for span in spans)
        missed[row["kind"]] += sum(not place <= covered for place in private)
        values += len(private)
    words = sum(len(row["text"].split()) for row in ROWS)
    rate = 1000 * wrong.total() / words
    with capsys.disabled():
        print(f"\n{len(ROWS)} contexts, {words} words: {rate:.2f} wrong in 1,000, {missed.total()} of {values} missed")
    assert rate <= WRONG_FOR_1000_WORDS, +wrong
    assert missed.total() <= (1 - FOUND) * values, +missed


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("PERSON", "grafana", "grafana"),
        ("PERSON", "kafka running", "kafka running"),
        ("PERSON", "akka\nhelm", "akka\nhelm\nluigi"),
        ("PERSON", "parser", "import { parser } from './parser';"),
        ("PERSON", "aho", "crates.example.org#aho-corasick@1.1.4"),
        ("PERSON", "lint              Lint", "lint              Lint\nlint:go           Lint go"),
        ("PERSON", "Garden Hose", '{"name": "Garden Hose", "product_id": "6679515468", "price": 12.5}'),
        ("PERSON", "Claude", "Add a hook for Claude Code in .claude/settings.json"),
        ("USERNAME", "@babel", '"@babel/core": "^7.22.9"'),
        ("USERNAME", "です", "連絡先はmaria@example.orgです"),
        ("USERNAME", "私の", "私のmaria@example.org"),
        ("USERNAME", "주소는", "제 주소는 maria@example.org"),
        ("STREET_ADDRESS", "IBAN", "Jürgen Müller, IBAN DE89 3704 0044 0532 0130 00, Tel 030"),
        ("USERNAME", "@app", "@app.route('/login')"),
        ("USERNAME", "tools", "file:///home/runner/work/tools/src/main.rs"),
        ("USERNAME", "runner", "/home/runner/work"),
        ("PASSWORD", "TestLogin_ok", "--- PASS: TestLogin_ok (0.00s)"),
        ("PASSWORD", "string", "password: string"),
        ("PASSWORD", "7d9c5b6f-4a2e-4c10-9211-34021567890a", "user 7d9c5b6f-4a2e-4c10-9211-34021567890a logged in"),
        ("ID_NUMBER", "7a7561", "Chunk ID: 7a7561"),
        ("ID_NUMBER", "pid 48213", "pid 48213"),
        ("ID_NUMBER", "SKU-8891042377", "SKU-8891042377 is out of stock"),
        ("ID_NUMBER", "1138", "  1137\t    @property\n  1138\t    def rows(self):"),
        ("ID_NUMBER", "7331863", "2b1f07c Keep the order\n7331863 Fix the hanging test"),
        ("ID_NUMBER", "2026-05-12", "2026-05-12 10:00:01 started"),
        ("ID_NUMBER", "0755 /x", "chmod 0755 /x"),
        ("ID_NUMBER", "chmod 0644 a", "chmod 0644 a"),
        ("ID_NUMBER", "0700", "mode: 0700"),
        ("ID_NUMBER", "1719830400", "the token expires 1719830400"),
        ("ID_NUMBER", "1719834000", '"iat": 1719830400, "exp": 1719834000'),
        ("PASSWORD", "secrets.DB_PASSWORD", "password: ${{ secrets.DB_PASSWORD }}"),
        ("PASSWORD", "vault_db_password", "password: {{ vault_db_password }}"),
        ("STREET_ADDRESS", "48213", "port 48213"),
        ("STREET_ADDRESS", "1234", "ZIP 1234 is invalid"),
    ],
)
def test_guesses_that_are_not_believed(kind: str, value: str, text: str) -> None:
    """However sure the model is."""
    start = text.index(value)
    assert not is_believed(text, Span(kind, start, start + len(value), 1.0, "ner"))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("PERSON", "maria", "maria"),
        ("PERSON", "rohith", "rohith"),
        ("PERSON", "john smith", "my name is john smith"),
        ("PERSON", "Tomas Novak", "Author: Tomas Novak <tn@example.com>"),
        ("PERSON", "Quirin Lorimer", "// Copyright (c) 2021 Quirin Lorimer"),
        ("PERSON", "Ines Okafor", '  "maintainers": [{"name": "Ines Okafor", "email": "ines@example.com"}]'),
        ("PERSON", "Claude", "Dear Claude, the flat on the second floor is yours from May."),
        ("PERSON", "Smith", "A report of Smith/Jones about the quarter"),
        ("PERSON", "Will\nParker", "they asked Will\nParker to come"),
        ("USERNAME", "mgonzalez", "/home/mgonzalez/x.py"),
        ("USERNAME", "田中k", "田中k と話す"),
        ("STREET_ADDRESS", "Ibanweg", "ship it to Ibanweg"),
        ("USERNAME", "@jdoe42", "thanks to @jdoe42 for the patch"),
        ("PASSWORD", "Tr0ub4dor&3", "the password is Tr0ub4dor&3"),
        ("PASSWORD", "james 415263", "james 415263"),
        ("ID_NUMBER", "48213377", "my member id is 48213377"),
        ("ID_NUMBER", "a81f07c", "patient id a81f07c"),
        ("ID_NUMBER", "0755", "my member id is 0755"),
        ("ID_NUMBER", "1719830400", "my account is 1719830400"),
        ("ID_NUMBER", "780.622.3604", "Emergency line: 780.622.3604"),
        ("STREET_ADDRESS", "12 Elm Street", "ship it to 12 Elm Street"),
        ("STREET_ADDRESS", "62704", "springfield 62704"),
        ("STREET_ADDRESS", "62704", '{"city": "Springfield", "state": "IL", "zip": "62704"}'),
        ("PERSON", "daiki_silva", '{"user_id": "daiki_silva_2903", "order": 12}'),
        ("PERSON", "Ava", '{"first_name": "Ava", "last_name": "Moreno"}'),
        ("LOCATION", "grafana", "grafana"),
    ],
)
def test_guesses_that_are_believed(kind: str, value: str, text: str) -> None:
    """Names, numbers and secrets of people, in technical text too; types without questions always."""
    start = text.index(value)
    assert is_believed(text, Span(kind, start, start + len(value), 1.0, "ner"))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("I spoke to her on Tuesday and nothing has changed.", LineKind.SENTENCE),
        ("RT @someone: see https://example.com/a/b/c now with my friends", LineKind.SENTENCE),
        ("> we met at the station", LineKind.SENTENCE),
        ("    return self._rows[index - 1]", LineKind.TECHNICAL),
        ("2026-05-12 10:00:01 started", LineKind.TECHNICAL),
        ("--- PASS: TestLogin_ok (0.00s)", LineKind.TECHNICAL),
        ("  1138\tdef rows", LineKind.TECHNICAL),
        ("Quarterly figures", LineKind.BARE),
        ("", LineKind.BARE),
    ],
)
def test_how_a_line_reads(line: str, kind: LineKind) -> None:
    """Sentences, program text and logs, and what is neither."""
    assert line_kind(line) is kind


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(max_size=400), data=st.data(), kind=st.sampled_from(["PERSON", "USERNAME", "PASSWORD", "ID_NUMBER"])
)
def test_any_span_of_any_text_is_judged_alike(text: str, data: st.DataObject, kind: str) -> None:
    """The judgement never raises, and what stands far off does not change it."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = Span(kind, start, end, data.draw(st.floats(0, 1)), "ner")
    judged = is_believed(text, span)
    far = "\n" + "word " * 200
    assert is_believed(text + " " * 700 + far, span) is is_believed(text + " " * 700, span)
    assert is_believed(text, span) is judged
