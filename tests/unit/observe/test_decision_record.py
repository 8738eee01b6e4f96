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
from relay.observe.decision_record import START, Chain, Checked, Link, check_chain, last_record, record
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
        "client": "",
        "model": "",
        "upstream": "",
        "route": "frontier",
        "classes": ["NPI", "PII"],
        "reasons": ["class NPI: PERSON, US_SSN"],
        "blocked": [["US_SSN:block", "US_SSN"]],
        "counts": [["PERSON", "placeholder", 2], ["US_SSN", "block", 1]],
    }


def test_a_chain_checks_and_gives_its_head() -> None:
    """Every line names the hash of the one before it; a run that knows nothing of the one before begins anew."""
    lines = log()
    rows = [json.loads(line) for line in lines]
    assert [row["seq"] for row in rows] == [0, 1, 2, 3]
    assert [row["previous"] for row in rows] == [START, *(row["hash"] for row in rows[:-1])]
    assert check_chain(lines) == Checked(records=4, chains=1, unlinked=0, others=0, head=rows[-1]["hash"])
    assert check_chain([]) == Checked(records=0, chains=0, unlinked=0, others=0, head=START)
    again = check_chain([*lines, "", *log(2)])
    assert (again.records, again.chains, again.unlinked, again.head) == (6, 2, 1, rows[1]["hash"])


def more(link: Link, count: int = 2) -> list[str]:
    chain = Chain(link)
    return [chain.append(decision(number), 1763712009.5) for number in range(count)]


def test_a_chain_goes_on_over_restarts() -> None:
    """By the end of the log, or by a hash that somebody kept; then a missing end shows at the run after it."""
    lines = log()
    link = last_record(reversed(lines))
    assert link == Link(json.loads(lines[-1])["hash"], 4)
    told = Link(link.previous)
    for rest, chains in ((more(link), 1), (more(told), 2)):
        checked = check_chain([*lines, *rest])
        assert (checked.records, checked.chains, checked.unlinked) == (6, chains, 0)
        for cut in (lines[:-1], lines[:1], lines[1:]):
            with pytest.raises(ConfigFault, match="does not follow"):
                check_chain([*cut, *rest])
    # The file that a log goes on in after it was moved aside.
    assert check_chain(more(told)).chains == 1
    with pytest.raises(ConfigFault, match="does not follow"):
        check_chain(more(link))


@pytest.mark.parametrize(
    ("lines", "link"),
    [
        ([], None),
        (["ready http://127.0.0.1:8080", ""], None),
        (["", '{"cut', log(1)[0], "older"], Link(json.loads(log(1)[0])["hash"], 1)),
    ],
)
def test_the_newest_record_is_the_first_whole_one_from_the_end(lines: list[str], link: Link | None) -> None:
    """Other lines and a record that was cut short stand behind it."""
    assert last_record(lines) == link


@pytest.mark.parametrize("before, after", [('"seq":0', '"seq":9'), ('"hash":"', '"hash":"0'), ('"seq":0', '"seq":"0"')])
def test_no_chain_goes_on_behind_a_changed_record(before: str, after: str) -> None:
    """Relay does not start on a log that was tampered with at its end."""
    with pytest.raises(ConfigFault, match="was changed"):
        last_record([log(1)[0].replace(before, after)])


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("gpt-4o-mini-2024-07-18", True),
        ("gpt-3.5-turbo-0125", True),
        ("o3-mini", True),
        ("claude-opus-4-5-20251101", True),
        ("gemini-2.5-flash-preview-05-20", True),
        ("gemini-1.5-pro-001", True),
        ("llama3.3:70b", True),
        ("Qwen3-235b-a22b-instruct", True),
        ("text-embedding-3-small", True),
        ("our-own-model", True),  # in the configuration
        ("", True),
        ("our-other-model", False),
        ("maria.gonzalez@example.org", False),
        ("gpt-maria.gonzalez@example.org", False),
        ("gpt-536-22-1874", False),
        ("gpt-415-555-0132", False),
        ("gpt-4111111111111111", False),
        ("gpt-4-ghp_0123456789abcdefghijklmnopqrstu1Cv5r", False),
        ("gpt-203.0.113.77", False),
        ("ft:gpt-4o:acme::abc", False),
        ("gpt-" + "4" * 50_000, False),
        ("gpt" + "-a" * 40, False),
    ],
)
def test_a_model_is_named_where_it_is_a_models_name(model: str, told: bool) -> None:
    """A client can write anything there; what is neither configured nor called like a published model is `other`."""
    row = record(replace(decision(1), model=model, client="desktop", upstream="openai"), {"our-own-model"})
    assert (row["client"], row["upstream"]) == ("desktop", "openai")
    assert row["model"] == (model if told else "other")


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
