"""Refuse a start line in which a client's own words read like a value: the name of a model, the place in a list.

A path that names no model is one of the format's own. A model's name is the provider's word and no text, so values
that only a conversation gives away are not looked for in it: a document could otherwise call the model's name a
password, and no turn would pass any more. What reads like a value by itself, a token or an account number, is refused,
in an encoding too; and no model's name is one that has to be decoded to be read, so there all values count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.detect.analyzer import Analyzer
from relay.detect.normalize import legible
from relay.detect.taxonomy import Method, describe
from relay.errors import ClientFault
from relay.policy.engine import Engine
from relay.protocols import Endpoint
from relay.request import strip
from relay.types import Action, Role, RouteKind, Segment

__all__ = ["check", "decoded"]

_PIECE = re.compile(r"[^/:?&=]+")
_WORD = re.compile(r"[A-Za-z0-9]+")


def check(endpoint: Endpoint, query: str, analyzer: Analyzer, engine: Engine) -> None:
    """Raise ClientFault when policy would replace something in what `endpoint` and `query` say of a model or a page."""
    pages = () if endpoint.has_body else strip.page_words(query)
    path = endpoint.upstream_path
    text = "\n".join((path, endpoint.model or "", *pages, *decoded("\n".join((path, *pages)))))
    spans = [span for span in analyzer.find(text) if _stands_for_itself(span.entity_type)]
    (row,) = engine.actions((Segment(pointer="", text=text, role=Role.OTHER),), (spans,), RouteKind.FRONTIER)
    found = sorted({item.span.entity_type for item in row if item.action is not Action.KEEP})
    if found and not engine.observes:
        raise ClientFault(
            "relay refuses the name of a model or of a page, in the path or the query, that reads like personal data "
            f"or a secret: {', '.join(found)}"
        )


def decoded(line: str) -> Iterator[str]:
    """Yield what pieces of a start line and words in them stand for, where that is not what is written."""
    for pieces in (_PIECE, _WORD):
        for piece in pieces.findall(line):
            read = legible(piece)
            if read != piece:
                yield read


def _stands_for_itself(entity_type: str) -> bool:
    """Tell whether a value of this type is one wherever it stands: a date, as models' names have them, is not."""
    info = describe(entity_type)
    return bool(info.classes) and info.method in (Method.CHECKSUM, Method.PATTERN)
