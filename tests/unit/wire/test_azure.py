"""Azure's way to address OpenAI's API: what stays of the client's path and query, and where the key goes."""

from __future__ import annotations

import json

import pytest

from relay import build
from relay.errors import ClientFault
from relay.types import Outbound, RouteKind
from relay.wire.openai.azure import addressed
from relay.wire.vendors import find

FORMATS = build.formats()
DATED = "api-version=2024-10-21"
CHAT = "/v1/chat/completions"


def outbound(path: str = CHAT, query: str = "", key: str = "k") -> Outbound:
    headers = (("accept", "application/json"), ("authorization", f"Bearer {key}"))
    return Outbound(
        upstream="azure", route=RouteKind.FRONTIER, method="POST", path=path, query=query, headers=headers, body=b"{}"
    )


@pytest.mark.parametrize(
    "path, model, query, target",
    [
        (CHAT, "gpt-5", DATED, f"/deployments/gpt-5/chat/completions?{DATED}"),
        (
            CHAT,
            "gpt-5",
            "api-version=2025-04-01-preview",
            "/deployments/gpt-5/chat/completions?api-version=2025-04-01-preview",
        ),
        (CHAT, "gpt-5", f"x=1&{DATED}&y=maria@example.com", f"/deployments/gpt-5/chat/completions?{DATED}"),
        (CHAT, "a.b_c-1", DATED, f"/deployments/a.b_c-1/chat/completions?{DATED}"),
        ("/v1/completions", "d", DATED, f"/deployments/d/completions?{DATED}"),
        ("/v1/embeddings", "d", DATED, f"/deployments/d/embeddings?{DATED}"),
        ("/v1/responses", "d", DATED, f"/responses?{DATED}"),
        ("/v1/models", None, DATED, f"/models?{DATED}"),
        (CHAT, "gpt-5", "api-version=preview", f"{CHAT}?api-version=preview"),
        (CHAT, "gpt-5", "api-version=latest", f"{CHAT}?api-version=latest"),
        (CHAT, "meta/llama", "api-version=preview", f"{CHAT}?api-version=preview"),
        (CHAT, "gpt-5", "", CHAT),
        (CHAT, "gpt-5", "api-version=", CHAT),
        (CHAT, "gpt-5", "api-version=2024-10-21-beta", CHAT),
        (CHAT, "gpt-5", "api-version=2024-10-21%26x%3D1", CHAT),
        (CHAT, "gpt-5", "api-version=maria", CHAT),
        (CHAT, "gpt-5", "api-version=1984-03-12", CHAT),  # a date of birth
        (CHAT, "gpt-5", "api-version=1&" + DATED, f"/deployments/gpt-5/chat/completions?{DATED}"),
        (CHAT, "gpt-5", "API-Version=2024-10-21", CHAT),
    ],
)
def test_the_clients_version_says_which_path(path, model, query, target):
    """A dated version has the deployment in the path, the others have OpenAI's own path; nothing else is kept."""
    found = addressed(outbound(path), model, query)
    assert found.path + (f"?{found.query}" if found.query else "") == target


def test_a_page_of_a_list_is_kept():
    """The version is added to what is asked for already."""
    assert addressed(outbound("/v1/models", "after=m"), None, DATED).query == f"after=m&{DATED}"


@pytest.mark.parametrize("model", [None, "", ".", "..", "a/b", "a b", "-x", "é", "x" * 65, "a\n"])
def test_a_model_that_is_no_deployment_is_refused(model):
    """What would change the path is refused, and the message says what renames models."""
    with pytest.raises(ClientFault, match=r"relay .*upstreams\.<name>\.models") as caught:
        addressed(outbound(), model, DATED)
    assert not model or len(model) < 3 or model not in caught.value.public


@pytest.mark.parametrize(
    "key, header",
    [
        ("0123abcd", ("api-key", "0123abcd")),
        ("sk-x", ("api-key", "sk-x")),
        ("eyJ0eXAi.x.y", ("authorization", "Bearer eyJ0eXAi.x.y")),
    ],
)
def test_a_key_has_a_header_of_its_own(key, header):
    """A key is no bearer token there; a token of Entra is."""
    assert addressed(outbound(key=key), "d", "").headers == (("accept", "application/json"), header)


@pytest.mark.parametrize("last", ["chat/completions", "completions", "embeddings", "responses"])
def test_a_deployment_is_the_model(last):
    """The path wins over the body, which may leave the model out."""
    for body in ({}, {"model": "other"}):
        found = find(FORMATS, f"/openai/deployments/gpt-5/{last}", ())
        assert found is not None
        document = found[0].read(found[1], json.dumps(body).encode(), str)
        assert (document.model, document.tree["model"]) == ("gpt-5", "gpt-5")
        assert found[1].upstream_path == f"/v1/{last}"
