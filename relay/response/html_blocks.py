"""Tell where a paragraph of Markdown that is written so far may be an HTML block, and where in it code spans are open.

In an HTML block nothing is Markdown, so a backtick there opens no code span. Only what is certain counts.

Reference: CommonMark 0.31, HTML blocks, code spans (read 2026-11-29).
"""

from __future__ import annotations

import re

__all__ = ["LONGEST_PARAGRAPH", "RUN", "Paragraph"]

RUN = re.compile(r"(\\?)(`+)")
_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)[^`]+\1(?!`)")
_BLANK_LINE = re.compile(r"\n[ \t\r>]*\n")
_LINE_END = re.compile(r"\n")
_BLOCK = re.compile(r"^[ \t>*+\-0-9.)]*<", re.MULTILINE)
# HTML blocks that a blank line does not end, and what does.
_LONG_BLOCK = re.compile(
    r"^[ \t>*+\-0-9.)]*<"
    r"(?:(?P<raw>pre|textarea|script|style)|(?P<comment>!--)|(?P<declaration>![a-z])|(?P<other>[!?]))",
    re.MULTILINE | re.IGNORECASE,
)
_BLOCK_END = {
    "raw": re.compile(r"</(?:pre|textarea|script|style)>", re.IGNORECASE),
    "comment": re.compile("-->"),
    "declaration": re.compile(">"),
    "other": re.compile(r"\?>|\]\]>"),
}
LONGEST_PARAGRAPH = 600
_KEPT = 300  # of a longer one


class Paragraph:
    """The text since the last blank line. Feed it all text."""

    __slots__ = ("_cut", "_kind", "_text")

    def __init__(self) -> None:
        self._text = ""
        self._cut = False  # that is not all of it
        self._kind = ""  # of the HTML block that is open here and that a blank line does not end

    def read(self, text: str) -> None:
        """Read text."""
        self._text += text
        if "\n" in text:
            start = end = 0
            for blank in _BLANK_LINE.finditer(self._text):  # not in one call, which would hold the interpreter
                start, end = blank.span()
            if end:
                before, self._text = self._text[:start], self._text[end - 1 :]
                self._kind, self._cut = _open_block(self._kind, before), False
        if len(self._text) > LONGEST_PARAGRAPH:
            before, self._text = self._text[:-_KEPT], self._text[-_KEPT:]
            self._kind, self._cut = _open_block(self._kind, before), True

    def end_of_block(self) -> re.Pattern[str] | None:
        """Return what ends the HTML block that a < here may stand in; None where it stands in none."""
        paragraph = self._text + "<"
        if self._kind or self._cut or _LONG_BLOCK.search(paragraph) is not None:
            return _LINE_END
        return _BLANK_LINE if _BLOCK.search(paragraph) is not None else None

    def in_code(self) -> bool:
        """Tell whether an end tag that was just read may be in a code span, escaped, or broken by a line's markers."""
        line = self._text.rpartition("\n")[2]
        tag = line.rfind("</")
        return tag < 0 or line[tag - 1 : tag] == "\\" or bool(_open_run(line))

    def span_open(self) -> int:
        """Return how many backticks opened the code span that a tag stands in; 0 where that is not certain."""
        earlier, _, line = self._text.rpartition("\n")
        if self._kind or self._cut or "`" in earlier or _BLOCK.search(self._text) is not None:
            return 0
        run = _open_run(line)
        before = line[: line.rfind("`" * run)] if run else ""
        # A link's target, a URL, a cell of a table or a tag could hold the backticks; then they open nothing.
        linked = "](" in before or "]:" in before or "://" in before or "www." in before.lower()
        return 0 if not run or linked or "|" in line or "<" in _SPAN.sub("", before) else run


def _open_block(kind: str, text: str) -> str:
    """Return the kind of long HTML block that is open at the end of a text, "" for none; `kind` was before."""
    position = 0
    while True:
        if kind:
            end = _BLOCK_END[kind].search(text, position)
            if end is None:
                return kind
            position = end.end()
        begun = _LONG_BLOCK.search(text, position)
        if begun is None:
            return ""
        kind, position = begun.lastgroup or "", begun.end()


def _open_run(line: str) -> int:
    """Return how many backticks are open at the end of a line, as far as the line tells."""
    run = 0
    for ticks in RUN.finditer(line):
        if not run:
            run = 0 if ticks[1] else len(ticks[2])
        elif len(ticks[2]) == run:
            run = 0
    return run
