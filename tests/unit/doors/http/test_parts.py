"""The server's small pure parts: paths, bodies, faults, preflights."""

from __future__ import annotations

import pytest

from relay import build
from relay.doors.http import body, cors
from relay.doors.serving import faults
from relay.doors.serving.target import OriginForm, normalise
from relay.errors import (
    ClientFault,
    PolicyRefused,
    RelayBusy,
    RelayFault,
    ScrubFailed,
    UpstreamTimeout,
    VaultFull,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/chat/completions", "/v1/chat/completions"),
        ("/v1/v1/chat/completions", "/v1/chat/completions"),
        ("/openai/v1/v1/models/", "/openai/v1/models"),
        ("/v1beta/v1beta/models/m:x", "/v1beta/models/m:x"),
        ("//v1//models//", "/v1/models"),
        ("/v1/v1beta/models", "/v1/v1beta/models"),
        ("/", "/"),
        ("///", "/"),
    ],
)
def test_normalise(path: str, expected: str) -> None:
    """Doubled slashes and versions and a slash at the end are mistakes that clients make."""
    assert normalise(path) == expected


@pytest.mark.parametrize("path", ["", "*", "http://evil.example.com/", "evil.example.com:443"])
def test_not_a_path(path: str) -> None:
    """Whatever only a forward proxy would take is refused."""
    with pytest.raises(OriginForm):
        normalise(path)


@pytest.mark.parametrize(
    ("content_type", "program", "page"),
    [
        ("application/json", True, True),
        ("Application/JSON; charset=utf-8", True, True),
        ("application/vnd.api+json", True, True),
        ("", True, False),
        ("application/x-www-form-urlencoded", True, False),
        ("text/plain", False, False),
        ("text/json", False, False),
        ("application/jsonp", False, False),
        ("text/plain; application/json", False, False),
        ("multipart/form-data", False, False),
    ],
)
def test_require_json(content_type: str, program: bool, page: bool) -> None:
    """Only JSON is read; a program may leave that unsaid or say what curl says, a page may not."""
    for marks, good in (({"host"}, program), ({"origin"}, page), ({"referer"}, page), ({"sec-fetch-site"}, page)):
        if good:
            body.require_json({"content-type": content_type, **dict.fromkeys(marks, "x")})
        else:
            with pytest.raises(body.UnsupportedMediaType):
                body.require_json({"content-type": content_type, **dict.fromkeys(marks, "x")})


@pytest.mark.parametrize(
    ("fault", "retry"),
    [
        (ClientFault("x"), False),
        (PolicyRefused("x"), False),
        (VaultFull("x"), False),
        (ScrubFailed("x"), False),
        (RelayBusy("x"), True),
        (UpstreamTimeout("x"), True),
    ],
)
def test_fault_headers(fault: RelayFault, retry: bool) -> None:
    """SDKs are told not to try again where that cannot help."""
    assert (("x-should-retry", "false") not in faults.headers(fault, 0.0)) is retry


def test_fault_without_a_format() -> None:
    """Somebody who calls no known path still gets JSON."""
    assert b'"message":"relay: Nothing here."' in faults.body(ClientFault("Nothing here."), None)


FORMATS = build.formats()

# What Chromium 156 asked for with the SDKs of openai, Anthropic and Google, and what their code adds elsewhere.
ASKED = (
    "authorization content-type anthropic-version anthropic-beta anthropic-dangerous-direct-browser-access x-api-key "
    "x-goog-api-key x-goog-api-client x-stainless-arch x-stainless-lang x-stainless-os x-stainless-package-version "
    "x-stainless-retry-count x-stainless-runtime x-stainless-runtime-version x-stainless-timeout x-stainless-helper "
    "x-stainless-helper-method openai-organization openai-project user-agent"
)


@pytest.mark.parametrize("name", ASKED.split())
def test_what_packages_send(name: str) -> None:
    """A page may send every header that the packages send: one that is missing stops the whole call."""
    found = dict(cors.preflight(FORMATS, "http://a", name, private_network=False))
    assert found["access-control-allow-headers"] == name
    assert "access-control-allow-private-network" not in found


def test_preflight() -> None:
    """Headers are granted from the list, nothing is reflected unseen."""
    found = dict(
        cors.preflight(FORMATS, "http://a", "Authorization,X-Stainless-Lang, x-evil ,cookie", private_network=True)
    )
    assert found["access-control-allow-headers"] == "authorization, x-stainless-lang"
    assert found["access-control-allow-private-network"] == "true"
    assert found["vary"] == "Origin"
