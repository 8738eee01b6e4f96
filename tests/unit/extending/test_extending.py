"""docs/extending.md: its blocks are files, each is found by its folder alone, and each works in the whole."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "extending.md"
USES = Path(__file__).with_name("uses.py")
BLOCK = re.compile(r"^```(?:python|yaml)\n# (\S+?)(?:, class (\w+))?\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _write(folder: Path) -> None:
    """Write the page's blocks; one of a class goes into a copy of its module, behind the docstring of that class."""
    for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        name, class_name, text = match.groups()
        if class_name is not None:
            module = (ROOT / name).read_text(encoding="utf-8")
            head = re.search(rf'^class {class_name}\b.*?""".*?"""\n', module, re.DOTALL | re.MULTILINE)
            assert head is not None
            text = module[: head.end()] + "\n" + text + module[head.end() :]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `uses.py` prints."""
    folder = tmp_path_factory.mktemp("additions")
    _write(folder)
    (folder / "plain.yaml").write_text("version: 1\nmodel: none\n", encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spacy = pytest.importorskip("spacy")
        pytest.importorskip("presidio_analyzer")
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "CODE", "pattern": "NIGHTJAR"}])
    pipeline.to_disk(folder / "our_names")
    done = subprocess.run([sys.executable, USES, folder], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# (what is added, what comes of using it)
EXPECTED = {
    "recognizer": ["TKT-123410 and [SUPPORT_TICKET_1]", "TKT-123410 and TKT-123411"],
    "operator": ["xxxxxxxxxx", "xxxxxxxxxx", ["hash", "length", "replace"]],
    "style": [
        "mail (EMAIL_ADDRESS_1), not (PLACEHOLDER_LOOKALIKE_1)",
        "mail ann@example.org, not (PERSON_1)",
    ],
    "condition": [
        [
            ["local", "route local: preferred by messages=1:prefer local"],
            ["frontier", "route frontier: no rule requires local"],
        ],
        True,
        True,
    ],
    # a number without an extension cannot be read: the rule holds
    "value": [["redact", "placeholder", "redact"], "PHONE_NUMBER extension=3:redact"],
    "key": [
        True,
        ["restore.quotations: false becomes true"],
        ["restore.quotations True"],
        True,
        True,
    ],
    "route": [1],
    "own": [
        ["E-123456", "STAFF_NUMBER"],
        ["B2.117", "ROOM"],
        ["NIGHTJAR", "PROJECT"],
        ["Blue Heron", "PROJECT"],
        ["https://example.com/x", "URL"],
    ],
}


@pytest.mark.parametrize("addition", EXPECTED)
def test_an_addition_is_one_file(addition: str, used: dict[str, Any]) -> None:
    """Through the real analyzer, engine, operators and vault; near misses (a wrong check digit) stand beside."""
    assert used[addition] == EXPECTED[addition]


def test_the_page_names_the_ranks_and_links_that_there_are() -> None:
    """The order of strictness is that of the operators."""
    from relay.replace.actions import known_actions

    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert ", ".join(f"`{name}` {action.strictness}" for name, action in known_actions().items()) in page
    for link in re.findall(r"\]\(([^)#]+)", page):
        assert (PAGE.parent / link).exists() or link == "extending/formats.md", link
