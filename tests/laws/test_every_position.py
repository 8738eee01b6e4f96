"""Law 1, position by position: a value planted anywhere in any format leaves nowhere, or the request does not leave.

The positions come from the field tables: every text, key, element and union member that a row names, and a field beside
each of them that no row names. Pinned places are among them: what does not look like a provider's signature or its
encrypted content is text there as anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import relay.wire
from relay.errors import ClientFault
from relay.exchange import Core
from relay.registry import collect_families
from relay.wire.nodes import Node
from tests.support import VALUES, forms, sent

FORMATS = {
    name: format for name, format in collect_families(relay.wire).items() if format.table.sections["request"].fields
}
PATHS = {name: format.endpoints[0].upstream_path for name, format in FORMATS.items() if format.endpoints}
PATHS["gemini_generate"] = "/v1beta/models/gemini-x:generateContent"
# Values of each way to look: with and without letters, spaces and signs, and such as are written like an id.
PLANTED = [
    *(VALUES[name] for name in ("EMAIL_ADDRESS", "CREDIT_CARD", "US_SSN", "IP_ADDRESS", "GITHUB_TOKEN")),
    "DE89370400440532013000",
    "call_4111111111111111",
    "toolu_AKIAIOSFODNN7EXAMPLQ",
]


def positions(node: Node, value: str, done: set[int], label: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (name, tree) for each place at and below `node`, each place of the table once."""
    yield label, value
    if id(node) in done or node.whole:
        return
    done.add(id(node))
    yield f"{label}.*", {"unheard_of": value}
    yield f"{label}.*[]", {"unheard_of": [{"of": value}]}
    yield f"{label}{{key}}", {value: 1}
    for name, below in node.fields.items():
        for where, tree in positions(below, value, done, f"{label}.{name}"):
            yield where, {name: tree}
    if node.any is not None:
        yield f"{label}{{}}", {"some_key": {"below": [value]}}
    if node.item is not None:
        for where, tree in positions(node.item, value, done, f"{label}[]"):
            yield where, [tree]
    members = [({"type": name}, each) for name, each in (node.members or {}).items()]
    members += [({"type": name}, each) for name, each in node.prefixes]
    members += [({name: True}, each) for name, each in node.flags]
    for selector, member in members:
        for where, tree in positions(member, value, done, f"{label}<{next(iter(selector.values()))}>"):
            if isinstance(tree, dict):
                yield where, {**selector, **tree}


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("value", PLANTED)
def test_no_position_of_any_format_lets_a_value_through(core: Core, name: str, value: str) -> None:
    """Scrubbed, stripped, or refused by the client's fault: never forwarded, and never an error of relay's own."""
    leaked, count = [], 0
    for where, tree in positions(FORMATS[name].table.sections["request"], value, set()):
        if not isinstance(tree, dict):
            continue
        count += 1
        try:
            outbound = sent(core, PATHS[name], tree, x_goog_api_key="k")
        except ClientFault as fault:
            leaked += [(where, "message")] if value in fault.public else []
            continue
        everything = outbound.body + outbound.path.encode() + repr(outbound.headers).encode()
        leaked += [(where, form) for form, raw in forms(value).items() if raw in everything]
    assert leaked == []
    assert count > (300 if name in ("openai_chat", "openai_responses", "anthropic_messages", "gemini_generate") else 15)
