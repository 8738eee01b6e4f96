"""The upstream client's pure parts, and its behaviour against the mirror is in the end-to-end tests."""

from __future__ import annotations

import ssl

import pytest

from relay.upstream.transport import join, tls_context


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://api.example.com", "/v1/chat/completions", "https://api.example.com/v1/chat/completions"),
        ("https://api.example.com/v1", "/v1/chat/completions", "https://api.example.com/v1/chat/completions"),
        ("https://api.example.com/openai/v1", "/v1/models", "https://api.example.com/openai/v1/models"),
        ("https://api.example.com/api", "/v1/models", "https://api.example.com/api/v1/models"),
        ("http://127.0.0.1:11434/v1", "/api/chat", "http://127.0.0.1:11434/api/chat"),
        ("http://127.0.0.1:11434", "/api/chat", "http://127.0.0.1:11434/api/chat"),
        ("https://g.example.com/v1beta", "/v1beta/models/m:x", "https://g.example.com/v1beta/models/m:x"),
        ("https://g.example.com/v1", "/v1beta/models/m:x", "https://g.example.com/v1beta/models/m:x"),
        ("http://v1", "/v1/models", "http://v1/v1/models"),
    ],
)
def test_join(base: str, path: str, url: str) -> None:
    """The version stands in the URL exactly once, whether or not the base URL has it."""
    assert join(base, path) == url
    assert join(base, path, "alt=sse") == f"{url}?alt=sse"


def test_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates and names are checked, and the environment cannot have session keys written to a file."""
    monkeypatch.setenv("SSLKEYLOGFILE", "/nonexistent/keys")
    context = tls_context()
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.keylog_filename is None
