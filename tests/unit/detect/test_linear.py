"""Time grows with the size of a text, for every text that an attacker may send."""

from __future__ import annotations

import time

import pytest

import relay.detect.recognizers
from relay.detect.analyzer import Analyzer
from relay.registry import collect
from relay.types import Segment

ANALYZER = Analyzer([plugin() for plugin in collect(relay.detect.recognizers).values()], None)

# Beginnings of values again and again, runs of one kind of character, and near misses of every long pattern.
UNITS_TEXT = (
    'a|A|1|1 |1-|1.|A1|-|é|а1|"|a b |a.|a@|aaaa at bbb dot |://|https://a:b@|?token=|password=|password is a |api_key=|'
    "session=|Bearer |Authorization: |eyJhbGciOi|eyJ.eyJ.|-----BEGIN PRIVATE KEY-----\n|sk-|xoxb-|AKIA|"
    "A1B2C3D4E5F6G7H8I|12 Main |Apt 1 |Via Roma |Calle de la |Am A |PSC |P.O. Box |12/12/|1 jan |jan 1 |DE89 |4111 |"
    "+1 415 |0:|::|192.168.|passport no no no |member id id id |account number number |user id: a|hostname |username: |"
    "/home/a|Author: x |@a |bc1qqqq|0x1111111111|1°1|lat: 1.|///a.b.|LLL: |seed phrase: abc |%41|&#65;|\\u0041|e\u0301|"
    "\u200b|alpha doctor dream |1 2 3 4 "
)
UNITS = UNITS_TEXT.split("|")


def seconds(text: str) -> float:
    """Return the least processor time of three runs."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        ANALYZER.analyze([Segment(pointer="/0", text=text)])
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("unit", UNITS)
def test_twice_the_text_takes_about_twice_the_time(unit: str) -> None:
    """Four times the text takes about four times as long, and 40 KB take less than a second."""
    short, long = ((unit * (size // len(unit) + 1))[:size] for size in (10_000, 40_000))
    # The machine may be busy: a slow pass counts only when it is slow again. A quadratic one would take 16 times.
    ratios = []
    for _ in range(5):
        ratios.append(seconds(long) / (seconds(short) + 0.002))
        if ratios[-1] < 6:
            break
    assert min(ratios) < 10
    assert seconds(long) < 1.0
