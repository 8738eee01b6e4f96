"""Conditions on values through the real analyzer, operators and vault: over turns of a session, and back."""

from __future__ import annotations

import relay

# (text of a turn, what leaves): the same value is decided the same in every turn.
TURNS = [
    (
        "Visit on 2021-03-12, file scan_2021-03-12.pdf. My aunt was born in 1931, surgery in 2019.",
        {"2019", "My aunt was born in ["},
        {"2021-03-12", "1931"},
    ),
    ("Again 2021-03-12 and 1931 and 2019; see report-2021-03-12.txt", {"2019"}, {"2021-03-12", "1931"}),
    ('{"age": 45, "name": "Maria Gonzalez"}', {'"age": 45'}, {"Maria"}),
    ("Explain Murphy's sign.", {"Murphy's sign"}, set()),
    ("Dr. Murphy called. Is it Murphy's sign?", set(), {"Murphy"}),
    ("3 m/o boy and a 72 yo woman, 2019-2021", {"3 m/o", "72 yo", "2019-2021"}, set()),
]


def test_turns_of_a_session() -> None:
    """What stays and what goes is the same in each turn, and what went comes back."""
    with relay.open_session(policy="hipaa") as session:
        for text, present, absent in TURNS:
            clean = session.scrub(text).text
            assert {part for part in present if part not in clean} == set()
            assert {part for part in absent if part in clean} == set()
            assert session.restore(clean) == text


def test_an_age_from_90_does_not_come_back() -> None:
    """A value with less detail is no placeholder."""
    with relay.open_session(policy="hipaa") as session:
        clean = session.scrub("My neighbour is a 93-year-old man.").text
        assert clean == "My neighbour is a 90+-year-old man."
        assert session.restore(clean) == clean
