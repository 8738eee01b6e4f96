"""Sessions of one process share model and patterns, and nothing that they learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import relay
from relay import build, shared
from relay.detect.ner.model import NerModel
from relay.errors import ConfigFault

PATTERNS = "patterns: [{entity: STAFF_NUMBER, regex: 'E-[0-9]{6}'}]\ndeny: [{entity: CUSTOMER, file: names.txt}]\n"


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is loaded; the process has loaded nothing yet."""
    monkeypatch.setattr(shared, "_ADDITIONS", {})
    monkeypatch.setattr(shared, "_ANALYZERS", {})
    counts: Counter[str] = Counter()

    def counted(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            counts[name] += 1
            return function(*args, **named)

        return call

    monkeypatch.setattr(NerModel, "load", counted("model", NerModel.load))
    monkeypatch.setattr(build, "Analyzer", counted("patterns", build.Analyzer))
    monkeypatch.setattr(build, "load_additions", counted("recognizers", build.load_additions))
    return counts


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text("version: 1\nmodel: none\n", "utf-8")
    (tmp_path / "own.yaml").write_text(PATTERNS, "utf-8")
    (tmp_path / "names.txt").write_text("Blue Heron\n", "utf-8")
    return tmp_path


def test_everything_is_loaded_once(loads: Counter[str]) -> None:
    """Sessions opened one after the other, and at once in several threads."""
    with ThreadPoolExecutor(4) as pool:
        sessions = [*pool.map(lambda _: relay.open_session(), range(4)), relay.open_session()]
    assert loads == {"model": 1, "patterns": 1, "recognizers": 1}
    assert [session.scrub("I am Maria Gonzalez.").text for session in sessions] == ["I am [PERSON_1]."] * 5


@pytest.mark.parametrize(
    ("name", "content", "again"),
    [
        ("policy.yaml", "version: 1\nmodel: none\n", {}),
        ("policy.yaml", "version: 1\nmodel: none\nrules: [{entity: US_SSN, action: block, why: w}]\n", {}),
        ("policy.yaml", "version: 1\nmodel: none\nspan_cache: false\n", {"patterns": 1}),
        ("policy.yaml", "version: 1\n", {"patterns": 1, "model": 1}),
        ("own.yaml", PATTERNS, {}),
        ("own.yaml", PATTERNS.replace("{6}", "{5}"), {"patterns": 1, "recognizers": 1}),
        ("names.txt", "Red Kite\n", {"patterns": 1, "recognizers": 1}),
    ],
)
def test_a_change_of_a_file_loads_what_depends_on_it(
    name: str, content: str, again: dict[str, int], files: Path, loads: Counter[str]
) -> None:
    """By content: a file that is written anew with what stood in it is the same."""
    for _ in range(2):
        relay.open_session(files / "policy.yaml", recognizers=[files / "own.yaml"])
    assert loads == {"patterns": 1, "recognizers": 1}
    loads.clear()
    (files / name).write_text(content, "utf-8")
    for _ in range(2):
        relay.open_session(files / "policy.yaml", recognizers=[files / "own.yaml"])
    assert loads == again


def test_a_changed_policy_and_list_hold_from_the_next_session_on(files: Path) -> None:
    """Open sessions keep what they began with."""
    text = "Blue Heron and Red Kite, ssn 536-22-1874"
    before = relay.open_session(files / "policy.yaml", recognizers=[files / "own.yaml"])
    (files / "policy.yaml").write_text("version: 1\nmodel: none\ndefault: {frontier: redact}\n", "utf-8")
    (files / "names.txt").write_text("Red Kite\n", "utf-8")
    after = relay.open_session(files / "policy.yaml", recognizers=[files / "own.yaml"])
    assert before.scrub(text).text == "[CUSTOMER_1] and Red Kite, ssn [US_SSN_1]"
    assert after.scrub(text).text == "Blue Heron and [CUSTOMER_REDACTED], ssn [US_SSN_REDACTED]"
    (files / "names.txt").unlink()
    with pytest.raises(ConfigFault, match=r"names\.txt: cannot be read"):
        relay.open_session(files / "policy.yaml", recognizers=[files / "own.yaml"])


def test_policies_share_a_model(files: Path, loads: Counter[str]) -> None:
    """Two that want different analyzers, each opened twice in turn."""
    for rest in ("", "span_cache: false\n") * 2:
        (files / "policy.yaml").write_text(f"version: 1\n{rest}", "utf-8")
        relay.open_session(files / "policy.yaml")
    assert (loads["model"], loads["patterns"]) == (1, 2)


def test_as_much_is_kept_as_is_said(files: Path, loads: Counter[str]) -> None:
    """What was used least recently makes room."""
    for number in range(shared._LIMIT + 3):
        (files / f"{number}.yaml").write_text("allow: [Acme]\n", "utf-8")
        relay.open_session(files / "policy.yaml", recognizers=[files / f"{number}.yaml"])
    assert len(shared._ANALYZERS) == len(shared._ADDITIONS) == shared._LIMIT


def test_sessions_learn_nothing_from_each_other(files: Path) -> None:
    """Neither values nor which texts were read: each has a vault, and a cache under a key of its own."""
    one, two = (relay.open_session(files / "policy.yaml") for _ in range(2))
    assert one._pipeline.analyzer._patterns is two._pipeline.analyzer._patterns
    one.scrub("write to maria@example.org")
    digests = [session._pipeline.analyzer._caches[""].digest("write to maria@example.org") for session in (one, two)]  # type: ignore[index]
    assert digests[0] != digests[1]
    assert [len(session._pipeline.analyzer._caches[""]._rows) for session in (one, two)] == [1, 0]  # type: ignore[index]
    assert two.scrub("ask tom@example.org").text == "ask [EMAIL_ADDRESS_1]"
    one.close()
    assert two.restore("[EMAIL_ADDRESS_1]") == "tom@example.org"
