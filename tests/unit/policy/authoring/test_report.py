"""The auditor's report: it says what the policy says, claims what is so, and loads nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relay.detect.taxonomy import ENTITY_TYPES
from relay.doors.cli.policy import app
from relay.policy.authoring.pages import Block, Heading, PageTable, Paragraph, Plot, to_html, to_markdown, to_tree
from relay.policy.authoring.report import report
from relay.policy.authoring.requirements import HIPAA, REGULATIONS
from relay.policy.loader import load_layers
from relay.replace.operators.mask import Mask
from relay.types import Action

POLICIES = Path(__file__).parents[4] / "policies"
ALL = frozenset(ENTITY_TYPES)


def blocks(text: str, tmp_path: Path, recognized: frozenset[str] = ALL) -> tuple[Block, ...]:
    path = tmp_path / "p.yaml"
    path.write_text(f"version: 1\n{text}\n", encoding="utf-8")
    return report(load_layers(path), ENTITY_TYPES, recognized)


def coverage(made: tuple[Block, ...], title: str) -> dict[str, str]:
    """Return item number → covered, of one regulation's table."""
    start = next(rank for rank, block in enumerate(made) if isinstance(block, Heading) and block.text.startswith(title))
    table = made[start + 2]
    assert isinstance(table, PageTable)
    return {row[0]: row[-1] for row in table.rows}


def test_every_type_in_the_tables_of_regulations_is_known_and_safe_harbor_is_whole() -> None:
    """A type that nobody knows would be covered by nothing; Safe Harbor has (A) to (R)."""
    used = {name for regulation in REGULATIONS for item in regulation.items for name in item.types}
    assert used <= ALL
    assert [item.number for item in HIPAA.items] == list("ABCDEFGHIJKLMNOPQR")


def test_the_hipaa_policy_covers_all_that_something_finds() -> None:
    """With every type found, all 18 items are covered by the policy that is named after them, less what it keeps."""
    made = report(load_layers(POLICIES / "hipaa.yaml"), ENTITY_TYPES, ALL)
    covered = coverage(made, "HIPAA")
    assert len(covered) == 18
    term = "term=body,drug,eponym,trial"
    assert {number: text for number, text in covered.items() if not text.startswith("yes")} == {
        "A": f"partly: PERSON where {term} may leave",
        "B": f"partly: LOCATION where area=populous or where {term} may leave",
        "C": "partly: DATE_OF_BIRTH where age<90 date<=year, DATE_TIME where age<90 date<=year "
        "or where date<=relative, AGE where age<90 may leave",
    }


EXEMPT = "exemptions: [{entity: US_SSN, match: x, on: ROUTE, action: keep, why: w}]"
# (policy, types that something finds, item, what is said)
COVERED = [
    ("", ALL, "A", "yes: placeholder or stricter"),
    ("", ALL, "B", "partly: LOCATION, HOSPITAL may leave"),
    ("", ALL, "N", "partly: URL may leave"),
    ("", ALL - {"FAX_NUMBER"}, "E", "no: nothing here finds FAX_NUMBER"),
    ("", ALL - {"US_MBI"}, "I", "partly: nothing here finds US_MBI"),
    ("rules: [{entity: US_SSN, action: redact}]", ALL, "G", "yes: redact or stricter"),
    ("rules: [{entity: US_SSN, clients: hr, action: redact}]", ALL, "G", "yes: placeholder or stricter"),
    ("exemptions: [{entity: US_SSN, match: x, on: frontier, action: keep, why: w}]", ALL, "G", "no: US_SSN may leave"),
    (
        "exemptions: [{entity: US_SSN, match: x, on: local, action: keep, why: w}]",
        ALL,
        "G",
        "yes: placeholder or stricter",
    ),
    ("", ALL, "Q", "yes: refuse"),
    ("opaque: {images: drop}", ALL, "Q", "yes: drop"),
    ("opaque: {images: pass}", ALL, "Q", "no: pass"),
]


@pytest.mark.parametrize(("policy", "recognized", "item", "said"), COVERED)
def test_coverage_says_what_is_so(
    policy: str, recognized: frozenset[str], item: str, said: str, tmp_path: Path
) -> None:
    """What may leave, and what nothing finds, is not covered."""
    assert coverage(blocks(policy, tmp_path, recognized), "HIPAA")[item] == said


SAMPLE: tuple[Block, ...] = (
    Heading(1, "A <b> & c"),
    Paragraph("one < two"),
    PageTable(("a", "b|c"), (("x|y", "<script>"),)),
    Plot("Bars", (("G1", ((Action.KEEP, 1), (Action.BLOCK, 3))), ("G2", ((Mask.action, 2),)))),
)


def test_markdown_escapes_what_would_break_a_table() -> None:
    """A bar in a cell stays a bar."""
    assert to_markdown(SAMPLE).splitlines() == [
        "# A <b> & c",
        "",
        "one < two",
        "",
        "| a | b\\|c |",
        "| --- | --- |",
        "| x\\|y | <script> |",
        "",
        "| Bars |  |",
        "| --- | --- |",
        "| G1 | 1 keep, 3 block |",
        "| G2 | 2 mask |",
    ]


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            assert self.open.pop() == tag


def test_html_is_one_well_formed_page_that_loads_nothing_and_escapes_everything() -> None:
    """Tags balance; no script, no address but the names of namespaces."""
    page = to_html(SAMPLE)
    checker = _Checker()
    checker.feed(page)
    assert checker.open == []
    assert not {"script", "link", "img", "iframe"} & set(checker.seen)
    assert set(re.findall(r"https?://[^\s\"']+", page)) == {"http://www.w3.org/2000/svg"}
    assert "<script>" not in page
    assert page.count("<rect") == 3 + 3


def test_bars_are_drawn_to_one_scale() -> None:
    """Widths are in the ratio of the counts."""
    widths = [float(width) for width in re.findall(r'width="([\d.]+)" height="16"', to_html(SAMPLE))]
    assert widths == pytest.approx([160, 480, 320])


def test_the_command_writes_the_report_and_runs_the_cases(tmp_path: Path) -> None:
    """Markdown and HTML; status 1 when a case does not hold."""
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\ntitle: Ours\nmodel: none\nrules: [{entity: US_SSN, action: block}]\n", "utf-8")
    result = CliRunner().invoke(app, ["report", "--policy", str(path)])
    assert result.exit_code == 0
    assert result.stdout.startswith("# Policy report: Ours\n")
    assert "| signature | not signed |" in result.stdout
    assert "No test file stands beside this policy." in result.stdout
    assert "US_SSN:block does not say why" in result.stdout
    path.with_name("p.test.yaml").write_text(
        "cases: [{name: n, text: to m@example.org, expect: {route: local}}]\n", encoding="utf-8"
    )
    result = CliRunner().invoke(app, ["report", "--policy", str(path), "--html"])
    assert result.exit_code == 1
    assert "<td>route: expected local, got frontier</td>" in result.stdout


def test_a_policy_that_only_observes_covers_nothing(tmp_path: Path) -> None:
    """The report says so at the top, and claims no item."""
    made = blocks("mode: observe", tmp_path)
    assert any(isinstance(block, Paragraph) and block.text.startswith("MODE OBSERVE") for block in made)
    assert {text for regulation in REGULATIONS for text in coverage(made, regulation.title).values()} == {
        "no: only observed"
    }


def test_every_setting_and_what_a_rule_is_about_are_shown(tmp_path: Path) -> None:
    """A key that the report has no words for is shown by its name, and a named rule does not hide what it selects."""
    tree = to_tree(blocks("rules: [{name: one, entity: US_SSN, roles: tool, on: frontier, action: mask}]", tmp_path))
    settings = next(section for section in tree if section["title"] == "How a request is decided")
    assert len(settings["rows"]) == len(load_layers(tmp_path / "p.yaml")[0].policy.settings())
    (rule,) = next(section for section in tree if section["title"] == "Rules")["rows"]
    assert rule == {
        "rule": "one",
        "about": "US_SSN role=tool",
        "action": "mask",
        "route": "action on frontier only",
        "why": "",
    }
