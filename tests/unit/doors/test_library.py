"""The library runs the same pipeline as the server: egress, decision log and refusals are in it."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

import relay
from relay.errors import ConfigFault, NotRecorded, PolicyRefused, ScrubFailed, SessionClosed
from relay.observe.decision_record import check_chain
from relay.types import Decision
from tests.support import VALUES

MAIL = VALUES["EMAIL_ADDRESS"]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.yaml"
    path.write_text("version: 1\nmodel: none\nrules: [{entity: US_SSN, action: block, why: never}]\n", encoding="utf-8")
    return path


def test_a_text_and_its_answer(policy: Path) -> None:
    """Scrubbed, restored, and the spans stand where the values stood."""
    with relay.open_session(policy) as session:
        clean = session.scrub(f"Write to {MAIL}.")
        assert clean.text == "Write to [EMAIL_ADDRESS_1]."
        assert [(span.entity_type, span.start, span.end) for span in clean.spans] == [
            ("EMAIL_ADDRESS", 9, 9 + len(MAIL))
        ]
        assert session.restore("Sent to [EMAIL_ADDRESS_1].") == f"Sent to {MAIL}."
    with pytest.raises(SessionClosed):
        session.scrub("more")


@pytest.mark.parametrize("text", ["", " ", "no values", '{"a": [1, 2]}', "\ud800 half a pair", "a\x00b"])
def test_other_texts_pass_as_they_are(policy: Path, text: str) -> None:
    """Whatever Python calls a string."""
    with relay.open_session(policy) as session:
        assert session.scrub(text).text == text


def test_egress_finds_what_detection_does_not_read(policy: Path) -> None:
    """The value once more, in base64 glued to a word: replaced in a further round."""
    glued = f"blob{base64.b64encode(MAIL.encode()).decode()}end"
    with relay.open_session(policy) as session:
        text = session.scrub(f"{MAIL} {glued}").text
    assert glued not in text
    assert MAIL not in text


def test_every_decision_is_recorded_before_its_text_is_returned(policy: Path) -> None:
    """Blocked ones, too; what cannot be recorded is not returned."""
    taken: list[Decision] = []
    with relay.open_session(policy, record=taken.append) as session:
        clean = session.scrub(MAIL)
        with pytest.raises(PolicyRefused, match="US_SSN"):
            session.scrub(VALUES["US_SSN"])
    assert [bool(decision.blocked) for decision in taken] == [False, True]
    assert taken[0].id == clean.decision.id

    def full(_: Decision) -> None:
        raise NotRecorded("the decision log cannot be written")

    with relay.open_session(policy, record=full) as session, pytest.raises(NotRecorded):
        session.scrub(MAIL)


def test_an_unplanned_exception_says_nothing(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text may hold a value."""
    monkeypatch.setattr("relay.request.egress.left", lambda texts, *_, **__: {}[texts[0]])
    with relay.open_session(policy) as session, pytest.raises(ScrubFailed) as caught:
        session.scrub(MAIL)
    assert caught.value.__cause__ is None
    assert MAIL not in str(caught.value)


def test_shipped_policies_have_names() -> None:
    """A name that none has says which there are."""
    with relay.open_session(policy="strict") as session:
        assert MAIL not in session.scrub(MAIL).text
    with pytest.raises(ConfigFault, match="default, hipaa, local_first, strict"):
        relay.open_session(policy="strikt")


def test_the_command_line_keeps_a_decision_log(tmp_path: Path) -> None:
    """One record a text, in a chain that `relay policy check-log` accepts, without the value."""
    (tmp_path / "a.txt").write_text(f"Write to {MAIL}.", encoding="utf-8")
    command = f"{sys.executable} -m relay scrub --policy default --decision-fd 3 a.txt 3> log.jsonl"
    done = subprocess.run(["sh", "-ec", command], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout) == (0, "Write to [EMAIL_ADDRESS_1]."), done.stderr
    log = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    assert check_chain(log.splitlines(), "log").records == 1
    assert MAIL not in log
