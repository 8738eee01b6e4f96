"""Measure the vault and restoring: `python -m benchmarks.vault`, also `make bench-vault`.

Each figure is processor time, the best of several runs, because a busy machine only ever adds to it. Goals are in the
last column.
Takes about twenty seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from relay import build
from relay.replace.styles.bracketed import Bracketed
from relay.request import egress
from relay.response.answer_scrubber import AnswerDetector, AnswerScrubber
from relay.response.restore import Restorer
from relay.types import Encoding
from relay.vault.sessions import Sessions

__all__ = ["main"]

_RESULTS = Path(__file__).parents[1] / "results"
_ENTITIES = 2_000
_RUNS = 7
_PROSE = (
    "The committee met again in 2024 and found that the figures, see [table 3] and some_identifier, were late; "
    "nobody could say why the reports had not arrived.\n"
)
_ANSWER = "Dear [PERSON_1], your mail to [EMAIL_ADDRESS_2] about [US_SSN_3] came on the 5th. **PERSON\\_2** agreed.\n"


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vault", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", type=Path, default=_RESULTS, help="folder for the results")
    parser.add_argument("--idle-sessions", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.idle_sessions:
        print(_idle_sessions_mb(options.idle_sessions))
        return
    rows = [*_vault(), *_restore(), *_answers(), *_streams(), *_egress(), *_idle()]
    table = Table("what", "measured", "unit", "goal", title=f"vault and restoring, {platform.processor() or 'CPU'}")
    for what, value, unit, goal in rows:
        table.add_row(what, f"{value:,.2f}", unit, goal)
    Console().print(table)
    options.out.mkdir(exist_ok=True)
    named = [dict(zip(("what", "value", "unit", "goal"), row, strict=True)) for row in rows]
    (options.out / "vault.json").write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


Row = tuple[str, float, str, str]


def _sessions() -> Sessions:
    return Sessions(os.urandom, time.monotonic, Bracketed(), max_sessions=1_000_000, max_entities=1_000_000)


def _best(run: Callable[[], object], count: int, runs: int = _RUNS) -> float:
    """Return the seconds that one of `count` steps of `run` took at best."""
    best = float("inf")
    for _ in range(runs):
        begun = time.process_time()
        run()
        best = min(best, time.process_time() - begun)
    return best / count


def _vault() -> list[Row]:
    sessions = _sessions()
    phones = [f"+1 415 555 {number:04d}" for number in range(_ENTITIES)]
    names = [f"Maria{number} Gonzalez{number}" for number in range(_ENTITIES)]

    def seal(entity_type: str, values: Sequence[str]) -> Callable[[], None]:
        def run() -> None:
            vault = sessions.ephemeral().vault
            for value in values:
                vault.seal(entity_type, value)

        return run

    vault = sessions.ephemeral().vault
    placeholders = [vault.seal("PHONE_NUMBER", value) for value in phones]

    def again() -> None:
        for value in phones:
            vault.seal("PHONE_NUMBER", value)

    def opened() -> None:
        for placeholder in placeholders:
            vault.open(placeholder)

    def made() -> None:
        for _ in range(500):
            sessions.ephemeral().vault.shred()

    return [
        ("seal a new value", _best(seal("PHONE_NUMBER", phones), _ENTITIES) * 1e6, "µs", "5"),
        ("seal a person's name, linked", _best(seal("PERSON", names), _ENTITIES) * 1e6, "µs", ""),
        ("seal a known value", _best(again, _ENTITIES) * 1e6, "µs", "5"),
        ("open a value", _best(opened, _ENTITIES) * 1e6, "µs", "5"),
        ("make and shred a session", _best(made, 500) * 1e6, "µs", ""),
    ]


def _restore() -> list[Row]:
    vault = _sessions().ephemeral().vault
    for number in range(5):
        for entity_type in ("PERSON", "EMAIL_ADDRESS", "US_SSN", "LOCATION"):
            vault.seal(entity_type, f"value number {number}")
    prose, answer = _PROSE * 4_000, _ANSWER * 200
    unicode_prose = prose.replace("late", "spät")

    def chunks(text: str, size: int, encoding: Encoding) -> tuple[Callable[[], None], int]:
        pieces = [text[start : start + size] for start in range(0, len(text), size)]

        def run() -> None:
            restorer = Restorer(vault, encoding=encoding)
            for piece in pieces:
                restorer.feed(piece)
            restorer.finish()

        return run, len(pieces)

    rows: list[Row] = []
    for name, text in (("ASCII", prose), ("with umlauts", unicode_prose)):
        seconds = _best(lambda text=text: Restorer(vault).restore(text), len(text))  # type: ignore[misc]
        rows.append((f"restore text without placeholders, {name}", 1e-6 / seconds, "MB/s", "100"))
    for size in (4, 20):
        for name, text in (("without", prose[:80_000]), ("with", answer)):
            run, count = chunks(text, size, Encoding.TEXT)
            rows.append((f"feed {size} characters, {name} placeholders", _best(run, count) * 1e6, "µs", "30"))
    run, count = chunks('{"to":"' + answer[:10_000].replace("\n", "\\n").replace("\\_", "_"), 20, Encoding.JSON)
    rows.append(("feed 20 characters of JSON, with placeholders", _best(run, count) * 1e6, "µs", "30"))

    def make() -> None:
        for _ in range(500):
            Restorer(vault)

    rows.append(("make a restorer for 20 placeholders", _best(make, 500) * 1e6, "µs", ""))
    return rows


def _answers() -> list[Row]:
    """Scrub what the model writes by itself, in deltas of five characters."""
    with tempfile.TemporaryDirectory() as work:
        path = Path(work) / "policy.yaml"
        path.write_text("version: 1\nmodel: none\nanswers: redact\n")
        policy = build.read_policy(path)
    find = AnswerDetector(
        build.analyzer(policy), build.engine(policy), build.operators(policy), _sessions().ephemeral().vault
    )
    rows: list[Row] = []
    for name, text in (
        ("prose", (_PROSE * 60)[:8_000]),
        ("a value in each line", ("card 4111 1111 1111 1111, a@example.org and so on\n" * 200)[:8_000]),
    ):
        pieces = [text[start : start + 5] for start in range(0, len(text), 5)]

        def run(pieces: Sequence[str] = pieces) -> None:
            scrubber = AnswerScrubber(find)
            for piece in pieces:
                scrubber.feed(piece)
            scrubber.finish()

        rows.append((f"scrub an answer, a delta of 5 characters, {name}", _best(run, len(pieces)) * 1e6, "µs", ""))
    return rows


def _streams() -> list[Row]:
    """Restore 500 streams of 500 sessions in turns, and count values that came to another one."""
    sessions = [_sessions().open() for _ in range(500)]
    for number, session in enumerate(sessions):
        for entity in range(20):
            session.vault.seal("PERSON", f"value {entity} of {number} only")
    text = " ".join(f"for [PERSON_{entity + 1}]," for entity in range(20))
    pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
    restorers = [Restorer(session.vault) for session in sessions]
    said = [""] * len(sessions)
    begun = time.process_time()
    for piece in pieces:
        for number, restorer in enumerate(restorers):
            said[number] += restorer.feed(piece)
    seconds = (time.process_time() - begun) / len(pieces) / len(sessions)
    said = [before + restorer.finish() for before, restorer in zip(said, restorers, strict=True)]
    wrong = sum(
        line != " ".join(f"for value {entity} of {number} only," for entity in range(20))
        for number, line in enumerate(said)
    )
    return [
        ("500 streams in turns, with a value that is not their own", float(wrong), "", "0"),
        ("500 streams in turns, feed 7 characters", seconds * 1e6, "µs", "30"),
    ]


def _egress() -> list[Row]:
    body = (_PROSE * 200)[:20_000]
    rows: list[Row] = []
    for count in (5, 50):
        values = [("PERSON", f"Maria{number} Gonzalez{number}") for number in range(count)]
        seconds = _best(lambda values=values: egress.left([body], "/v1", values), 1, runs=50)  # type: ignore[misc]
        rows.append((f"re-read 20 KB for {count} values", seconds * 1e6, "µs", "200" if count == 50 else ""))
    return rows


def _idle() -> list[Row]:
    command = [sys.executable, "-m", "benchmarks.vault", "--idle-sessions", "10000"]
    output = subprocess.run(command, capture_output=True, text=True, check=True)
    return [("10,000 idle sessions of 20 values", float(output.stdout), "MB", "150")]


def _idle_sessions_mb(count: int) -> float:
    sessions = _sessions()
    before = _resident_mb()
    for number in range(count):
        vault = sessions.open().vault
        for value in range(10):
            vault.seal("PERSON", f"Maria{value} Gonzalez{number}")
            vault.seal("EMAIL_ADDRESS", f"maria{value}.gonzalez{number}@example.org")
    return round(_resident_mb() - before, 1)


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
