"""The texts to time, and false alarms on text in which nothing is private."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.patterns.noise import NOISE, noise, program_text

__all__ = ["CODE", "PERSONAL", "PROSE", "Find", "false_alarms", "texts"]

# Text → (start, end, entity type) of each span.
Find = Callable[[str], list[tuple[int, int, str]]]

PERSONAL = (
    "Dear Peter, please call me at (415) 555-2671 or write to peter.parker@example.com. I live at 12 Main Street, "
    "Springfield, IL 62704. My card is 4111 1111 1111 1111 and my SSN is 536-22-1234. The order of 12 March 2024 was "
    "shipped; the IBAN is DE89 3704 0044 0532 0130 00 and the server 192.168.1.20 is down. "
)
PROSE = (
    "We talked about the project plan, the budget and the next release with the whole team for an hour or so, and then "
    "agreed that nothing would change before the end of the year. "
)
CODE = (
    "def total(rows: list[Row], rate: float = 0.19) -> Decimal:\n    return sum(row.price * row.count for row in rows) "
    "* Decimal(1 + rate)  # see docs/pricing.md, section 4.2.1\n\nassert total([], 0.5) == 0\n"
)


def texts(size: int) -> dict[str, str]:
    """Return the texts to time, each of `size` characters."""
    return {
        "prose": (PROSE * (size // len(PROSE) + 1))[:size],
        "personal data in prose": (PERSONAL + PROSE * (size // len(PROSE) + 1))[:size],
        "only personal data": (PERSONAL * (size // len(PERSONAL) + 1))[:size],
        "program text": (CODE * (size // len(CODE) + 1))[:size],
    }


def false_alarms(find: Find) -> dict[str, dict[str, float]]:
    """Return, for each kind of noise, how many characters there are, and false alarms for 10,000 of them."""
    kinds = {kind: [noise(kind)] for kind in NOISE} | {"program text": list(program_text())}
    result = {}
    for kind, rows in kinds.items():
        size = sum(map(len, rows))
        # Authors of the standard library are named in it, and that is no false alarm.
        found = sum(name not in ("EMAIL_ADDRESS", "GIT_AUTHOR") for text in rows for _, _, name in find(text))
        result[kind] = {"characters": size, "alarms": found, "per_10k": round(10_000 * found / size, 2)}
    return result
