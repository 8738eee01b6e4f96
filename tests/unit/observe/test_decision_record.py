"""The log of decisions: value-free, and no line can be changed, taken out, put in or moved unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relay.doors.cli.policy import app
from relay.errors import ConfigFault
from relay.observe.decision_record import START, Chain, Checked, check_chain, record
from relay.types import Action, Decision, RouteKind, Span, SpanAction


def decision(number: int) -> Decision:
    spans = (Span("PERSON", 0, 5), Span("US_SSN", 7, 18), Span("PERSON", 20, 24))
    actions = (Action.PLACEHOLDER, Action.BLOCK, Action.PLACEHOLDER)
    return Decision(
        id=f"id{number}",
        policy="0123456789abcdef",
        route=RouteKind.FRONTIER,
        data_classes=("NPI", "PII"),
        actions=(tuple(SpanAction(span, action, "r") for span, action in zip(spans, actions, strict=True)), ()),
        reasons=("class NPI: PERSON, US_SSN",),
        blocked=(("US_SSN:block", "US_SSN"),),
    )


def log(count: int = 4) -> list[str]:
    chain = Chain()
    return [chain.append(decision(number), 1763712000.12345 + number) for number in range(count)]


def test_a_record_says_what_was_decided_without_places_or_lengths() -> None:
    """Counts, not spans."""
    assert record(decision(1)) == {
        "id": "id1",
        "policy": "0123456789abcdef",
        "route": "frontier",
        "classes": ["NPI", "PII"],
        "reasons": ["class NPI: PERSON, US_SSN"],
        "blocked": [["US_SSN:block", "US_SSN"]],
        "counts": [["PERSON", "placeholder", 2], ["US_SSN", "block", 1]],
    }


def test_a_chain_checks_and_gives_its_head() -> None:
    """Every line names the hash of the one before it; a restart begins anew."""
    lines = log()
    rows = [json.loads(line) for line in lines]
    assert [row["seq"] for row in rows] == [0, 1, 2, 3]
    assert [row["previous"] for row in rows] == [START, *(row["hash"] for row in rows[:-1])]
    assert check_chain(lines) == Checked(records=4, chains=1, others=0, head=rows[-1]["hash"])
    assert check_chain([]) == Checked(records=0, chains=0, others=0, head=START)
    again = check_chain([*lines, "", *log(2)])
    assert (again.records, again.chains, again.head) == (6, 2, rows[1]["hash"])


def test_other_lines_may_stand_between() -> None:
    """Standard output is shared with the line that says where relay listens, and some collectors join the log."""
    lines = ["ready http://127.0.0.1:8080", *log(2), '{"time":1,"event":"ready"}', *log(4)[2:]]
    assert (check_chain(lines).records, check_chain(lines).others) == (4, 2)


def test_what_is_observed_only_says_so() -> None:
    """An auditor can tell what was decided from what was done."""
    assert record(replace(decision(1), observed=True))["observed"] is True


def test_a_hash_that_was_kept_shows_that_the_end_was_cut_off() -> None:
    """The newest hash of an earlier check must still be there."""
    lines = log()
    kept = check_chain(lines[:3]).head
    assert check_chain(lines, kept=kept).records == 4
    for cut in (lines[:2], [], log(1)):
        with pytest.raises(ConfigFault, match="cut off or rewritten"):
            check_chain(cut, kept=kept)


def _edit(lines: list[str], before: str, after: str) -> list[str]:
    assert before in lines[1]
    return [lines[0], lines[1].replace(before, after, 1), *lines[2:]]


# (what, how the log is altered, line, complaint)
ALTERED: list[tuple[str, Callable[[list[str]], list[str]], int, str]] = [
    ("a count", lambda lines: _edit(lines, '"placeholder",2', '"placeholder",3'), 2, "was changed"),
    ("a time", lambda lines: _edit(lines, "1763712001", "1763712002"), 2, "was changed"),
    ("a hash", lambda lines: _edit(lines, '"hash":"', '"hash":"0'), 2, "was changed"),
    ("a field more", lambda lines: _edit(lines, '"seq":1', '"seq":1,"x":1'), 2, "was changed"),
    ("a line gone", lambda lines: [lines[0], *lines[2:]], 2, "does not follow"),
    ("the first gone", lambda lines: lines[1:], 1, "does not follow"),
    ("a line twice", lambda lines: [lines[0], lines[1], *lines[1:]], 3, "does not follow"),
    ("two lines moved", lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2, "does not follow"),
    ("half a line", lambda lines: [lines[0], lines[1][:40], *lines[2:]], 3, "does not follow"),
    ("a record that is none any more", lambda lines: _edit(lines, '"hash":', '"hsh":'), 3, "does not follow"),
    ("a record without a predecessor", lambda lines: [lines[0], '{"hash":"0"}', *lines[1:]], 2, "was changed"),
]


@pytest.mark.parametrize(("what", "alter", "line", "complaint"), ALTERED, ids=[row[0] for row in ALTERED])
def test_an_altered_log_is_told_at_the_line(
    what: str, alter: Callable[[list[str]], list[str]], line: int, complaint: str
) -> None:
    """The first line that does not fit is named."""
    with pytest.raises(ConfigFault) as caught:
        check_chain(alter(log()), "decisions.jsonl")
    assert caught.value.public.startswith(f"decisions.jsonl:{line}: {complaint}")


def test_the_head_is_the_newest_hash() -> None:
    """Keeping it elsewhere shows whether the end was cut off."""
    chain = Chain()
    assert chain.head == START
    line = chain.append(decision(0), 0.0)
    assert chain.head == json.loads(line)["hash"]


def test_the_command_checks_a_file(tmp_path: Path) -> None:
    """Status 0 and the head, or the line that does not fit."""
    path = tmp_path / "decisions.jsonl"
    path.write_text("\n".join(log()) + "\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["check-log", str(path)])
    assert (result.exit_code, check_chain(log()).head in result.stdout) == (0, True)
    path.write_text("\n".join(log()[1:]) + "\n", encoding="utf-8")
    assert f"{path}:1: does not follow" in str(CliRunner().invoke(app, ["check-log", str(path)]).exception)
