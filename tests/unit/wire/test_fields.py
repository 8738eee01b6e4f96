"""Field tables: the notation reads as documented, and what it does not know stops start-up."""

from __future__ import annotations

import pytest

from relay.types import Role, Treatment
from relay.wire.fields import compile_table
from relay.wire.nodes import UNKNOWN

TABLE = """
[request]
order: b a

# A comment, and one at the end of a row.
a                    S   role=system   # said first
list[].text          S
list[]               .   role=auto message
list[]<x,y>.name     P
list[]<x>.name       K
list[]<z*>.name      V
list[]<*>.rest       P
free{}               S
words{key}           K
words{}              P
shut                 X drop
flag                 X =false always
ids[]#               F   kind=token_ids
photo                F   kind=image
{one,two}.{three,four}   Sj
tree                 @tree
proof[]<signed>      .   signed=mark,seal
proof[]<signed>.said[].text   Vs
proof[]<signed>.said[]   @tree

[tree]
leaf                 S
children[]           @tree
"""


@pytest.fixture(scope="module")
def root():
    return compile_table(TABLE).sections["request"]


def test_reads_rows(root):
    """Each kind of row puts its treatment where its path leads."""
    assert root.fields["a"].text is Treatment.SCRUB
    assert root.fields["a"].role is Role.SYSTEM
    assert root.fields["list"].item.auto_role
    assert root.fields["list"].item.message
    assert root.fields["free"].any.text is Treatment.SCRUB
    assert root.fields["words"].key is Treatment.CONTRACT
    assert root.fields["ids"].item.number is Treatment.REFUSE
    assert root.fields["ids"].item.kind == "token_ids"
    assert (root.fields["photo"].whole, root.fields["photo"].kind) == (True, "image")
    assert [root.fields[a].fields[b].text for a in ("one", "two") for b in ("three", "four")] == ["Sj"] * 4


def test_signed_text_is_text_without_a_signature(root):
    """The copy for an object without a signature differs in nothing else, and sections that lead to themselves end."""
    member = root.fields["proof"].item.members["signed"]
    assert member.signed == ("mark", "seal")
    signed, unsigned = (each.fields["said"].item for each in (member, member.unsigned))
    assert (signed.fields["text"].text, unsigned.fields["text"].text) == (Treatment.SIGNED, Treatment.SCRUB)
    assert unsigned.fields["leaf"].text is Treatment.SCRUB
    assert unsigned.fields["children"].item.fields["children"].item.fields["leaf"].text is Treatment.SCRUB
    assert unsigned.signed == ()


def test_reads_what_is_said_of_the_whole():
    """Order and forced fields belong to the table."""
    table = compile_table(TABLE)
    assert table.order == ("b", "a")
    assert table.forced == (("flag", False),)


@pytest.mark.parametrize(
    "holder, field, treatment",
    [
        ({"type": "x"}, "name", "K"),
        ({"type": "y"}, "name", "P"),
        ({"role": "y"}, "name", "P"),
        ({"type": "y", "role": "x"}, "name", "P"),
        ({"type": "unheard", "role": "x"}, "name", "K"),
        ({"type": "z"}, "name", "V"),
        ({"type": "z_20260101"}, "name", "V"),
        ({"type": "unheard"}, "rest", "P"),
        ({}, "rest", "P"),
        ({"type": ["x"]}, "rest", "P"),
        ({"type": None, "role": 5}, "rest", "P"),
        ({"type": "x"}, "text", "S"),
    ],
)
def test_selects_members(root, holder, field, treatment):
    """`type` decides, then `role`, then the rest; members have the rows of the place as well."""
    assert root.fields["list"].item.member(holder).fields[field].text == treatment


def test_free_form_holds_at_any_depth(root):
    """`{}` covers objects and arrays below it."""
    node = root.fields["free"].any
    for _ in range(5):
        assert node.any is node
        assert node.item is node


def test_sections_contain_themselves(root):
    """A section that is its own child has rows at any depth."""
    node = root.fields["tree"]
    for _ in range(5):
        assert node.fields["leaf"].text is Treatment.SCRUB
        node = node.fields["children"].item


def test_a_row_overrides_a_linked_section():
    """Own rows win, and the section's other rows stay."""
    table = compile_table("[a]\nx @b\nx<t>.text V\n[b]\n<t>.text S\n<t>.name P\nid P")
    member = table.sections["a"].fields["x"].member({"type": "t"})
    assert {name: node.text for name, node in member.fields.items()} == {"id": "P", "text": "V", "name": "P"}


def test_no_treatment_where_no_row_leads(root):
    """An unnamed place is not invented."""
    assert root.fields.get("nothing") is None
    assert root.fields["list"].text is None
    assert UNKNOWN.text is Treatment.SCRUB


@pytest.mark.parametrize(
    "row, message",
    [
        ("a", "line 2: no treatment"),
        ("a Q", "line 2: 'Q'"),
        ("a[ S", "line 2: cannot read the path from character 2"),
        ("a{}.b S", "line 2: {}, {key} and # end a path"),
        ("a S colour=red", "line 2: unknown option: colour=red"),
        ("a X burn", "line 2: unknown way to strip: burn"),
        ("a S role=king", "line 2: 'king'"),
        ("a @nowhere", r"no section \[nowhere\]"),
    ],
)
def test_refuses_what_it_does_not_know(row, message):
    """A typing error in a table stops start-up and names its line."""
    with pytest.raises(ValueError, match=message):
        compile_table(f"[request]\n{row}")
