"""Spare the model what only repeats itself: rules of hyphens, rows of dots, the padding of a dump.

Such a run has a token for every sign or two, and no name but in its first units. From the third on they become blanks,
which are no tokens, and everything stands where it stood.
"""

from __future__ import annotations

import re

from relay.process.slices import end_slice

__all__ = ["without_repeats"]

# A unit of up to four characters, 64 times: a name of one syllable is repeated that often by nobody who means people.
_RUN = re.compile(r"(\S{1,4}?)\1{63,}+")
_LEAST_CHARS = 256
# A run is looked for in parts, which costs nothing but what is left of it at a border.
_PART_CHARS = 1 << 15


def without_repeats(text: str) -> str:
    """Return `text` with blanks for all but the first two units of every long run."""
    if len(text) < _LEAST_CHARS:
        return text
    pieces = []
    for start in range(0, len(text), _PART_CHARS):
        pieces.append(_RUN.sub(_shortened, text[start : start + _PART_CHARS]))
        end_slice()
    return "".join(pieces)


def _shortened(run: re.Match[str]) -> str:
    kept = 2 * len(run[1])
    return run.group()[:kept] + " " * (run.end() - run.start() - kept)
