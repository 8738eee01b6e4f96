"""Web addresses are taken whole, their sentence is left alone, and what is stronger inside them stays its own."""

from __future__ import annotations

import pytest

from relay import build
from relay.types import Action, RouteKind, Segment
from tests.support import patterns_only

ANALYZER = patterns_only()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://www.Example.com/a?b=c#d.", ["https://www.Example.com/a?b=c#d"]),
        ("(http://example.com/wiki/Pie_(food)), next", ["http://example.com/wiki/Pie_(food)"]),
        (
            "[shop](https://shop.example.co.uk/7) or <ftp://files.example.org>",
            ["https://shop.example.co.uk/7", "ftp://files.example.org"],
        ),
        ("www.example.com:8080/x, or WWW.EXAMPLE.NET!", ["www.example.com:8080/x", "WWW.EXAMPLE.NET"]),
        ("https://bücher.example/straße", ["https://bücher.example/straße"]),
        ("href='https://example.com/it'", ["https://example.com/it"]),
        # Near misses: no domain, no scheme, no host, a word before it.
        ("http://localhost:8080/x and http://db/x", []),
        ("example.com, see www. and https://", []),
        ("xhttps://example.com is not one, foo.www.example.com neither", []),
        ("s3://bucket.example.com/key and git://example.com", []),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    """The table: a text and the addresses in it."""
    spans = ANALYZER.find(text)
    assert [text[span.start : span.end] for span in spans if span.entity_type == "URL"] == found


def test_a_token_inside_stays_a_credential() -> None:
    """The stronger type keeps its characters; the address is what is left, and nothing is uncovered."""
    text = "https://example.com/cb?access_token=a8Fk29dkQ0zPl1&x=1"
    found = [(text[span.start : span.end], span.entity_type) for span in ANALYZER.find(text)]
    assert found == [
        ("https://example.com/cb?access_token", "URL"),
        ("a8Fk29dkQ0zPl1", "URL_CREDENTIAL"),
        ("x=1", "URL"),
    ]


@pytest.mark.parametrize(("policy", "kept"), [("default", True), ("hipaa", False)])
def test_policies_that_ask_for_them_replace_them(policy: str, kept: bool) -> None:
    """The default policy lets an address leave; the one for Safe Harbor (item N) does not."""
    engine = build.engine(build.read_policy(build.DEFAULT_POLICY.with_name(f"{policy}.yaml")))
    segments = (Segment(pointer="", text="Photos: https://example.com/album/7"),)
    (actions,) = engine.actions(segments, ANALYZER.analyze(segments), RouteKind.FRONTIER)
    assert [item.action is Action.KEEP for item in actions if item.span.entity_type == "URL"] == [kept]
