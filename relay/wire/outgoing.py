"""Read a request as it is about to leave: every string in it that is not the protocol's own.

The walk is a second one, made of the tree that is encoded and not of what was collected from it, so that a leaf which
the first walk lost is read here. Left out are field names of the table, ids and closed words where the table expects
them, names of tools and properties, and what a provider signed or encrypted itself (`relay.wire.protocol_words`): a
value may be the same word and is still no leak there.
"""

from __future__ import annotations

import re
from collections.abc import Container

from relay.types import JSON, Treatment
from relay.wire.json_text import JsonText, is_json_container
from relay.wire.nodes import NAMES, UNKNOWN, Node
from relay.wire.protocol_words import NAME_LISTS, SCHEMA_WORDS, is_name, passes, plain_number

__all__ = ["free_texts"]

_K, _N, _P = Treatment.CONTRACT, Treatment.NAME, Treatment.PASS
_S, _SJ = Treatment.SCRUB, Treatment.SCRUB_JSON
_PINNED = (Treatment.PINNED, Treatment.SIGNED)


def free_texts(
    tree: dict[str, JSON], node: Node, *, names: Container[str], pinned: Container[tuple[int, str | int]]
) -> list[str]:
    """Return the texts of `tree`, which `node` describes, in no order. Depth is bounded by the decoder.

    `names` are those of tools and properties that the request declares; `pinned` are the places, as (id of the holder,
    key), of what goes back to the provider that wrote it.
    """
    walk = _OutgoingWalk(names, pinned)
    walk.object(tree, node)
    return walk.texts


# A key in JSON text, at whatever depth of JSON in strings.
_JSON_KEY = re.compile(r'"([A-Za-z0-9_$@-]{1,64})\\{0,64}"\s{0,8}:')

# A key that is written with an escape, or far from its colon: read as JSON, since no expression would be sure.
_ODD_KEY = re.compile(r'\\u|"\s{9}')


class _OutgoingWalk:
    __slots__ = ("_names", "_pinned", "texts")

    def __init__(self, names: Container[str], pinned: Container[tuple[int, str | int]]) -> None:
        self._names = names
        self._pinned = pinned
        self.texts: list[str] = []

    def object(self, holder: dict[str, JSON], node: Node) -> None:
        fields, texts = node.fields, self.texts
        for key, value in holder.items():
            below = fields.get(key)
            if below is None:
                below = node.any or UNKNOWN
                if node.key is _K:
                    if key in NAME_LISTS and type(value) is not dict:  # a property may be called so
                        below = NAMES
                    if not is_name(key):
                        texts.append(key)
                elif node.key is _P:
                    if not passes(key):
                        texts.append(key)
                elif key not in self._names:
                    texts.append(key)
            kind = type(value)
            if kind is str:
                text = below.text
                if text is _P:
                    if not passes(value):
                        texts.append(value)
                elif not (
                    (text is _K and value in SCHEMA_WORDS)
                    or (text is _N and is_name(value))
                    or (text in _PINNED and (id(holder), key) in self._pinned)
                ):
                    texts.append(self._without_names(value) if text is _SJ else value)
            elif kind is dict:
                self.object(value, below.member(value))
            elif kind is list:
                self.array(value, below)
            elif kind is int or kind is float:
                self.number(value, below)

    def _without_names(self, text: str) -> str:
        """Return JSON text less the keys that repeat a declared name."""
        if _ODD_KEY.search(text) is not None and is_json_container(text):
            pieces, done = [], 0
            for each in JsonText(text).literals:
                if each.is_key and each.text in self._names:
                    pieces.append(text[done : each.start])
                    done = each.end
            text = "".join((*pieces, text[done:]))
        return _JSON_KEY.sub(lambda key: "" if key[1] in self._names else key[0], text)

    def array(self, holder: list[JSON], node: Node) -> None:
        below = node.item or UNKNOWN
        text, texts = below.text, self.texts
        for index, value in enumerate(holder):
            kind = type(value)
            if kind is str:
                if not (
                    (text is _P and passes(value))
                    or (text is _K and value in SCHEMA_WORDS)
                    or (text is _N and is_name(value))
                    or (text in _PINNED and (id(holder), index) in self._pinned)
                ):
                    texts.append(value)
            elif kind is dict:
                self.object(value, below.member(value))
            elif kind is list:
                self.array(value, below)
            elif kind is int or kind is float:
                self.number(value, below)

    def number(self, value: int | float, node: Node) -> None:
        # Of numbers that the table passes only the provider knows the meaning; in schemas they are bounds.
        if node.reads(value):
            self.texts.append(plain_number(repr(value)))
