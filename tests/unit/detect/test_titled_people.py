"""People whose name a title, a greeting or a role gives away, by patterns alone."""

from __future__ import annotations

import pytest

from relay.types import Segment
from tests.support import patterns_only

ANALYZER = patterns_only()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I saw Ms. yoyo yesterday.", ["yoyo"]),
        ("Mrs. B has called", ["B"]),
        ("Dr M is on leave", ["M"]),
        ("Mr. Okonkwo's file", ["Okonkwo"]),
        ("Mr. van den Berg left", ["van den Berg"]),
        ("Frau Müller bittet um Rückruf", ["Müller"]),
        ("mit Herrn Weber", ["Weber"]),
        ("Mme Dupont est arrivée", ["Dupont"]),
        ("la Sra. Ruiz llamó", ["Ruiz"]),
        ("Prof. Anna-Lena Weiß lectures", ["Anna-Lena Weiß"]),
        ("hi maria, any news?", ["maria"]),
        ("dear john smith", ["john smith"]),
        ("hello anna where are you", ["anna"]),
        ("hey mr. garcia", ["garcia"]),
        ("the patient J.R. was seen", ["J.R."]),
        ("Mandantin K. v. P. hat angerufen", ["K. v. P."]),
        ("plaintiff A. B. C. appeals", ["A. B. C."]),
        # near misses
        ("Mr. and Mrs.", []),
        ("Mr. Speaker, I rise", []),
        ("Mr President", []),
        ("Sr. Software Engineer", []),
        ("Sr. Data Analyst", []),
        ("Dr. Pepper is a drink", []),
        ("12 Oak Dr Springfield", []),
        ("4 Elm Dr. Apt 5", []),
        ("MS SQL Server", []),
        ("took 200 ms. then it failed", []),
        ("MR 482 is merged", []),
        ("hi there, hello all, hey team", []),
        ("dear customer", []),
        ("hello world", []),
        ("hi will you come", []),
        ("the patient lives in the U.S. now", []),
        ("patient seen at 9 A.M. today", []),
        ("J.R. is a form of writing", []),
        ("e.g. and i.e.", []),
    ],
)
def test_people_behind_titles(text: str, names: list[str]) -> None:
    """The title stays outside; words, jobs and streets are nobody."""
    (row,) = ANALYZER.analyze([Segment(pointer="", text=text)])
    assert [text[span.start : span.end] for span in row if span.entity_type == "PERSON"] == names
