"""What an upstream says it did to the input: blocks that it dropped because the conversation before them had changed.

Providers bind reasoning to the conversation in which it came (anthropic-python 2.11.0 `input_transformations`,
openai-python 3.52.0 `Response.input_transformations`; read 2026-11-26). That a prefix does not match says that it was
not scrubbed as it was before.
"""

from __future__ import annotations

from relay.types import JSON

__all__ = ["changed_prefixes"]

# Events that repeat a whole response say it again; the last one counts.
_LAST = (None, "message", "message_delta", "response.completed", "response.incomplete", "response.failed")


def changed_prefixes(tree: JSON) -> int:
    """Return how many blocks of the request an answer or event reports for a prefix that does not match."""
    if type(tree) is not dict:
        return 0
    found = tree.get("input_transformations")
    if found is None:
        inner = tree.get("response")
        found = inner.get("input_transformations") if type(inner) is dict else None
    if type(found) is not list or tree.get("type") not in _LAST:
        return 0
    return sum("prefix" in str(each.get("reason")) for each in found if type(each) is dict)
