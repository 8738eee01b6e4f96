"""Text in which nothing is private, of the kinds that pattern matchers fall for, and text made to be slow."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from uuid import UUID

from relay.detect.checksums import iso7064_mod97, luhn

__all__ = ["NOISE", "SLOW_UNITS", "noise", "program_text"]

_ROWS = 600


def _digits(random: Random, count: int) -> str:
    return "".join(random.choice("0123456789") for _ in range(count))


def _card(random: Random) -> str:
    while luhn(number := random.choice("45") + _digits(random, 15)):
        pass
    return number


def _in_groups(number: str) -> str:
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def _iban(random: Random) -> str:
    while iso7064_mod97((number := "DE" + _digits(random, 20))[4:] + number[:4]):
        pass
    return number


def _log_line(random: Random) -> str:
    return (
        f"2026-11-{random.randint(1, 28):02d} 12:{random.randint(0, 59):02d}:07,{random.randint(0, 999):03d} INFO "
        f"worker-{random.randint(1, 9)} request_id={random.getrandbits(128):032x} took {random.randint(1, 900)} ms "
        f"status=200 bytes={random.randint(100, 99_999_999)} path=/api/v1/items/{random.randint(1, 9_999_999)}"
    )


# One line of each kind.
NOISE: dict[str, Callable[[Random], str]] = {
    "log": _log_line,
    "uuids": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
    "commits": lambda random: f"{random.getrandbits(160):040x} fix item {random.randint(0, 600)}",
    "cards": _card,
    "cards in groups": lambda random: _in_groups(_card(random)),
    "ibans": _iban,
    "floats": lambda random: ", ".join(f"{random.uniform(-90, 90):.6f}" for _ in range(6)),
    "numbers": lambda random: " ".join(str(random.randint(0, 10 ** random.randint(1, 12))) for _ in range(8)),
    "times": lambda random: f"{random.randint(15 * 10**8, 18 * 10**8)} {random.randint(15 * 10**11, 18 * 10**11)}",
}


def noise(kind: str) -> str:
    """Return 600 lines of one kind, always the same ones."""
    random = Random(7)
    return "\n".join(NOISE[kind](random) for _ in range(_ROWS))


def program_text() -> Iterator[str]:
    """Yield modules of Python's standard library."""
    folder = Path(os.__file__).parent
    files = ("argparse.py", "dataclasses.py", "heapq.py")
    for path in (*(folder / name for name in files), *sorted(Path(json.__file__).parent.glob("*.py"))):
        yield path.read_text(encoding="utf-8")


# Beginnings of values again and again, runs of one kind of character, and near misses of every long pattern.
_UNITS = (
    'a|A|1|1 |1-|1.|A1|-|é|а1|"|a b |a.|a@|aaaa at bbb dot |://|https://a:b@|?token=|password=|password is a |api_key=|'
    "session=|Bearer |Authorization: |eyJhbGciOi|eyJ.eyJ.|-----BEGIN PRIVATE KEY-----\n|sk-|xoxb-|AKIA|"
    "A1B2C3D4E5F6G7H8I|12 Main |Apt 1 |Via Roma |Calle de la |Am A |PSC |P.O. Box |12/12/|1 jan |jan 1 |DE89 |4111 |"
    "+1 415 |0:|::|192.168.|passport no no no |member id id id |account number number |user id: a|hostname |username: |"
    "/home/a|Author: x |@a |bc1qqqq|0x1111111111|1°1|lat: 1.|///a.b.|LLL: |seed phrase: abc |%41|&#65;|\\u0041|e\u0301|"
    "\u200b|alpha doctor dream |1 2 3 4 |\\|а_|\u0316\u0301|-+|- 1-a@\n|\na-1-|https://a.b/?a=b@"
)
SLOW_UNITS = tuple(_UNITS.split("|"))
