"""Texts of the kinds that long requests are made of: chat, code, logs, prose, base64, and an edited document."""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping
from functools import cache

from benchmarks.accuracy.texts import code_files

__all__ = ["edited", "texts"]

_SEED = 20
_GIVEN = (
    "Maria",
    "Jamal",
    "Anna",
    "Tom",
    "Priya",
    "Chen",
    "Fatima",
    "Lars",
    "Giulia",
    "Pedro",
    "Ngozi",
    "Yuki",
    "Olga",
)
_FAMILY = ("Gonzalez", "O'Neill", "Kowalska", "Fisher", "Raman", "Wei", "Al-Farsi", "Lindqvist", "Ferrari", "Okafor")
_CHAT = (
    "Agent: Thank you for calling, my name is {name}. How can I help?",
    "Customer: hi, this is {name}, order {number} has not arrived",
    "Agent: One moment please, {given}. Is {house} Baker Street still your address?",
    "Customer: no, I moved to {house} Mill Lane. my wife {name} signed for the last one",
    "Agent: I have sent this to {name} in the warehouse.",
    "Customer: ok thanks",
)
_LOGS = (
    "{day}T{hour:02}:{minute:02}:07.{number}Z INFO  [http.server] GET /api/items/{number} 200 in {house} ms",
    "{day}T{hour:02}:{minute:02}:09.{number}Z DEBUG [cache] miss for key session:{number}, {house} entries left",
    "{day}T{hour:02}:{minute:02}:11.{number}Z WARN  [db.pool] connection {house} idle for {number} ms, closing",
    "{day}T{hour:02}:{minute:02}:15.{number}Z ERROR [worker-{house}] job import_rows failed: timeout, retry",
)
_PEOPLE = (
    "{name} was born in the north of the country and moved to the capital with a sister, {name}. ",
    "In those years {given} worked for a small firm that {name} had founded after the war. ",
    "They met {name} at a concert, and a year later the three opened a shop together. ",
    "{name} never spoke about the fire of that winter, not even to {given}. ",
)
_PROSE = (
    "The first meeting went well, and everybody agreed that the draft needs a shorter introduction. ",
    "A clearer table of results would help, and one page on costs is enough for the second part. ",
    "We will meet again next week to go through the open points and decide who writes which section. ",
    "Nothing in the report explains why the number of complaints doubled within three months. ",
    "The new machine is quieter than the old one, and it needs less water and half of the power. ",
)


def texts(seed: int = _SEED) -> Mapping[str, str]:
    """Return the texts by what they are, others for each `seed`. Source code is that of this Python's library."""
    rng = random.Random(seed)
    source = _source()
    place = seed * 20_000 % (len(source) - 20_000)
    return {
        "300 characters": _filled((*_PROSE, _PEOPLE[0]), rng, 300, ""),
        "2 KB support chat full of names": _filled(_CHAT, rng, 2_000, "\n"),
        "20 KB source code": source[place : place + 20_000],
        "20 KB logs": _filled(_LOGS, rng, 20_000, "\n"),
        "20 KB prose about people": _filled(_PEOPLE, rng, 20_000, ""),
        "20 KB prose, one sentence in six about people": _filled((*_PROSE, _PEOPLE[1]), rng, 20_000, ""),
        "100 KB base64": base64.b64encode(rng.randbytes(75_000)).decode(),
        "50 KB document": _filled((*_PROSE, *_PEOPLE, *_CHAT), rng, 50_000, "\n"),
    }


@cache
def _source() -> str:
    return "".join(path.read_text(encoding="utf-8", errors="replace") for path in code_files(every=40))


def edited(text: str) -> str:
    """Return `text` with a sentence put into its middle."""
    middle = text.index(" ", len(text) // 2)
    return f"{text[:middle]} and Nadia Petrova asked for a copy{text[middle:]}"


def _filled(forms: tuple[str, ...], rng: random.Random, size: int, between: str) -> str:
    pieces: list[str] = []
    length = 0
    while length < size:
        name = f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}"
        piece = rng.choice(forms).format(
            name=name,
            given=rng.choice(_GIVEN),
            number=rng.randrange(100, 1000),
            house=rng.randrange(1, 300),
            day=f"2026-11-{rng.randrange(1, 29):02}",
            hour=rng.randrange(24),
            minute=rng.randrange(60),
        )
        pieces.append(piece + between)
        length += len(pieces[-1])
    return "".join(pieces)[:size]
