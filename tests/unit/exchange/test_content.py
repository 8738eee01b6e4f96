"""Content that cannot be read, and fields that no table names, are handled as policy says."""

import pytest

from relay.errors import (
    RelayFault,
)
from tests.conftest import MakeCore
from tests.support import chat, sent
from tests.unit.exchange.support import CHAT, MAIL

IMAGE = [
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    {"type": "text", "text": "hi"},
]


@pytest.mark.parametrize(("handling", "leaves"), [("drop", False), ("pass", True)])
def test_opaque_content_is_dropped_or_passed_as_policy_says(make_core: MakeCore, handling: str, leaves: bool) -> None:
    """A dropped part is gone from the wire, and the text beside it goes on."""
    core = make_core(f"version: 1\nmodel: none\nopaque: {{images: {handling}}}\n")
    body = sent(core, CHAT, chat(IMAGE)).body
    assert (b"iVBORw0KGgo" in body) is leaves
    assert b'"hi"' in body


@pytest.mark.parametrize(("handling", "body"), [("scrub", b"[EMAIL_ADDRESS_1]"), ("drop", None), ("refuse", None)])
def test_unknown_fields_are_scrubbed_dropped_or_refused(make_core: MakeCore, handling: str, body: bytes | None) -> None:
    """Never forwarded unread."""
    core = make_core(f"version: 1\nmodel: none\nunknown_fields: {handling}\n")
    request = chat("hi", brand_new={"for": MAIL})
    if handling == "refuse":
        with pytest.raises(RelayFault, match="unknown_fields"):
            sent(core, CHAT, request)
        return
    out = sent(core, CHAT, request).body
    assert MAIL.encode() not in out
    assert (b"brand_new" in out) is (handling == "scrub")
    if body is not None:
        assert body in out
