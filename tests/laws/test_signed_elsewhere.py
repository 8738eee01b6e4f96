"""Signed text goes to the provider that signed it and, unread, to no other: at every place of every field table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from relay.errors import ClientFault
from relay.types import Treatment
from relay.wire.nodes import Node
from tests.conftest import FRONTIER, MakeCore
from tests.laws.test_every_position import FORMATS, PATHS
from tests.support import VALUES, begin, post

SEALED = "EqQBCkYIAxgCKkB" + "x7Fz" * 12


def signed(node: Node, done: set[int]) -> Iterator[Any]:
    """Yield a tree for each place whose text a signature can pin, with a value as that text."""
    if id(node) in done or node.whole:
        return
    done.add(id(node))
    if node.signed:
        for name in node.signed:
            texts = [key for key, below in node.fields.items() if below.text is Treatment.SIGNED]
            yield {**dict.fromkeys(texts, f"Use {VALUES['CREDIT_CARD']}."), name: SEALED}
    for name, below in node.fields.items():
        yield from ({name: tree} for tree in signed(below, done))
    if node.item is not None:
        yield from ([tree] for tree in signed(node.item, done))
    members = [({"type": name}, each) for name, each in (node.members or {}).items()]
    members += [({"type": name}, each) for name, each in node.prefixes]
    members += [({name: True}, each) for name, each in node.flags]
    for selector, member in members:
        yield from ({**tree, **selector} for tree in signed(member, done) if isinstance(tree, dict))


TREES = [(name, tree) for name in sorted(FORMATS) for tree in signed(FORMATS[name].table.sections["request"], set())]


def leaves_with_it(make_core: MakeCore, name: str, tree: dict[str, Any], avoid: str) -> bool:
    """Tell whether the value leaves for the upstream that is not `avoid`; "a" has signed the text."""
    core = make_core(a=FRONTIER, b=FRONTIER)
    core.pipeline.signatures.note("a", SEALED)
    exchange = begin(core, PATHS[name])
    try:
        outbound = exchange.open(post(PATHS[name], tree, x_goog_api_key="k"), avoid=frozenset({avoid}))
    except ClientFault:
        return False  # refused is not sent
    finally:
        exchange.close()
    assert outbound.upstream != avoid
    return VALUES["CREDIT_CARD"] in outbound.body.decode()


@pytest.mark.parametrize("name", ["anthropic_messages", "gemini_generate"])
def test_the_signer_gets_its_text_back(make_core: MakeCore, name: str) -> None:
    """Else the law below would hold for nothing."""
    assert any(leaves_with_it(make_core, name, tree, avoid="b") for each, tree in TREES if each == name)


@pytest.mark.parametrize(("name", "tree"), TREES, ids=[f"{name}-{number}" for number, (name, _) in enumerate(TREES)])
def test_another_upstream_never_gets_signed_text_raw(make_core: MakeCore, name: str, tree: dict[str, Any]) -> None:
    """The fallback reads it like any other text."""
    assert not leaves_with_it(make_core, name, tree, avoid="a")
