"""A stop string that can match inside a placeholder is told from one that cannot."""

from __future__ import annotations

import pytest

from relay.wire.stops import cuts

ISSUED = ("[PERSON_1]", "[EMAIL_ADDRESS_12]", "a stand-in")


@pytest.mark.parametrize(
    "stop, cut",
    [
        ("]", True),
        ("_", True),
        ("1", True),
        ("PERSON", True),
        ("[EMAIL_ADDRESS_12", True),
        ("]\n", True),  # matches where a placeholder ends
        ("1]:", True),
        ("\n[", True),  # and where one begins
        ("said [PER", True),
        ("[PERSON_1]", False),  # stands for the value
        ("[PERSON_1]:", False),
        ("\n", False),
        ("Human:", False),
        ("Observation:", False),
        ("[INST]", False),
        ("[INST] ", False),
        ("</s>", False),
        ("person", False),
        ("3", False),
        ("stand", False),
        ("", False),
    ],
)
def test_what_cuts(stop, cut):
    """By overlap with an issued placeholder: inside, over its end, over its beginning."""
    assert cuts(stop, ISSUED) is cut


def test_nothing_cuts_where_nothing_was_issued():
    """Without placeholders a stop string is the client's own affair."""
    assert not cuts("]", ())
    assert not cuts("]", ("a stand-in",))
