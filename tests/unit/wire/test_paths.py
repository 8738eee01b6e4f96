"""Paths as people type them."""

from __future__ import annotations

import pytest

from relay.wire.paths import canonical


@pytest.mark.parametrize(
    "path, expected",
    [
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/v1/v1/chat/completions", "/v1/chat/completions"),
        ("/chat/completions", "/v1/chat/completions"),
        ("/v1/chat/completions/", "/v1/chat/completions"),
        ("//v1//chat/completions//", "/v1/chat/completions"),
        ("/v1", "/v1"),
        ("/", "/v1"),
        ("/v1/chat/v1/completions", "/v1/chat/v1/completions"),
        ("/V1/chat/completions", "/v1/V1/chat/completions"),
    ],
)
def test_canonical(path, expected):
    """One `/v1` in front, no slash behind, nothing else touched."""
    assert canonical(path) == expected
