"""Titles and honorifics stay outside of a person's span."""

from __future__ import annotations

import pytest

from relay.detect.ner.span_repair import repair_spans
from relay.detect.ner.titles import without_titles
from relay.types import Span


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Mr. Moore", "Moore"),
        ("Phil Johnson", "Phil Johnson"),
        ("Mr. Phil Johnson", "Phil Johnson"),
        ("Prof. Dr. phil. Karl Lang", "Karl Lang"),
        ("Sri Mulyani", "Sri Mulyani"),
        ("Kumari Devi", "Kumari Devi"),
        ("Andy Bey", "Andy Bey"),
        ("Su-ji", "Su-ji"),
        ("Ye-chan", "Ye-chan"),
        ("张君", "张君"),
        ("คุณากร วงศ์ทอง", "คุณากร วงศ์ทอง"),
        ("mrs moore", "moore"),
        ("Ms. yoyo", "yoyo"),
        ("Mrs. B", "B"),
        ("Dr M", "M"),
        ("Dr. Maria Elena Gonzalez", "Maria Elena Gonzalez"),
        ("Dr.Moore", "Moore"),
        ("Prof. Dr. Weber", "Weber"),
        ("Prof. Dr. med. Anna Weiß", "Anna Weiß"),
        ("Herr Müller", "Müller"),
        ("Herrn Dipl.-Ing. Müller", "Müller"),
        ("Frau Dr. Schön", "Schön"),
        ("Mme Dupont", "Dupont"),
        ("Monsieur Jean Dupont", "Jean Dupont"),
        ("Sr. García", "García"),
        ("Dña. Carmen Ruiz", "Carmen Ruiz"),
        ("Sig.ra Rossi", "Rossi"),
        ("dhr. de Vries", "de Vries"),
        ("pani Nowak", "Nowak"),
        ("Sayın Yılmaz", "Yılmaz"),
        ("Ayşe Hanım", "Ayşe"),
        ("Mehmet bey", "Mehmet"),
        ("Nagy úr", "Nagy"),
        ("Bapak Budi", "Budi"),
        ("Pak Se-ri", "Pak Se-ri"),
        ("Pak", "Pak"),
        ("ông Minh", "Minh"),
        ("Shri Patil", "Patil"),
        ("Patil ji", "Patil"),
        ("Tanaka-san", "Tanaka"),
        ("г-н Петров", "Петров"),
        ("госпожа Анна Иванова", "Анна Иванова"),
        ("κ. Παπαδόπουλος", "Παπαδόπουλος"),
        ("السيد أحمد علي", "أحمد علي"),
        ('ד"ר כהן', "כהן"),
        ("श्री पाटील जी", "पाटील"),
        ("田中さん", "田中"),
        ("田中 様", "田中"),
        ("佐藤先生", "佐藤"),
        ("김민수 씨", "김민수"),
        ("박선생님", "박"),
        ("王先生", "王"),
        ("李女士", "李"),
        ("นายสมชาย ใจดี", "สมชาย ใจดี"),
        ("นางสาวมาลี", "มาลี"),
        # names that only look like titles, or have nothing else
        ("Don Moore", "Don Moore"),
        ("Judge Reinhold", "Judge Reinhold"),
        ("Drew Moore", "Drew Moore"),
        ("Misses", "Misses"),
        ("D. Moore", "D. Moore"),
        ("M. Dupont", "M. Dupont"),
        ("Pan Wei", "Pan Wei"),
        ("Jackie Chan", "Jackie Chan"),
        ("Kim Min Ji", "Kim Min Ji"),
        ("Kim-San", "Kim"),
        ("さん", "さん"),
        ("นายก", "นายก"),
        ("Mr.", ""),
        ("Prof. Dr.", ""),
    ],
)
def test_titles_are_outside(value: str, name: str) -> None:
    """By one table for all languages."""
    text = f"ask {value} today"
    start, end = without_titles(text, 4, 4 + len(value))
    assert text[start:end] == name


@pytest.mark.parametrize(
    ("text", "marked", "names"),
    [
        ("ask Mrs. B today", "Mrs. B", ["B"]),
        ("ask Mrs. B today", "B", ["B"]),
        ("Dr. Moore's car", "Dr. Moore's", ["Moore"]),
        ("Frau Müller, bitte", "Frau Müller,", ["Müller"]),
        ("plan B works", "B", []),
        ("the Mr. of the house", "Mr.", []),
    ],
)
def test_repaired_spans_have_none(text: str, marked: str, names: list[str]) -> None:
    """A letter behind a title is a name; a title alone is nobody's."""
    start = text.index(marked)
    spans = repair_spans(text, [Span("PERSON", start, start + len(marked), 0.9, "ner")])
    assert [text[span.start : span.end] for span in spans] == names
