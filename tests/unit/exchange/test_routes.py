"""Policy decides where a request goes, and with which key."""

import json
from typing import Any

import orjson
import pytest

from relay.errors import (
    PolicyRefused,
)
from relay.exchange import Core
from relay.types import Request
from tests.conftest import FRONTIER, LOCAL, MakeCore
from tests.support import begin, chat, sent
from tests.unit.exchange.support import CHAT, MAIL

LOCAL_FIRST = """
version: 1
model: none
rules:
  - {entity: US_SSN, require: local, why: stays here}
  - {entity: IBAN_CODE, action: block, why: never}
"""


def test_policy_routes_and_refuses(make_core: MakeCore) -> None:
    """A required route is taken with the text as it was and the model renamed; a block names rule and type only."""
    core = make_core(LOCAL_FIRST, far=FRONTIER, near=LOCAL)
    local = sent(core, CHAT, chat("my ssn is 536-22-1874"))
    assert (local.upstream, local.route.value) == ("near", "local")
    assert b"536-22-1874" in local.body
    assert orjson.loads(local.body)["model"] == "llama3.3"
    far = sent(core, CHAT, chat("hello"))
    assert (far.upstream, orjson.loads(far.body)["model"]) == ("far", "m")
    with pytest.raises(PolicyRefused, match="IBAN_CODE") as caught:
        sent(core, CHAT, chat("pay DE89 3704 0044 0532 0130 00"))
    assert "3704" not in caught.value.public


def test_what_must_stay_local_is_refused_when_there_is_no_local(make_core: MakeCore) -> None:
    """A required route is never weakened into another."""
    core = make_core(LOCAL_FIRST, far=FRONTIER)
    with pytest.raises(PolicyRefused):
        sent(core, CHAT, chat("my ssn is 536-22-1874"))


def test_ollama_needs_no_key(core: Core) -> None:
    """Ollama's clients send no key, and none is made up for them."""
    exchange = begin(core, "/api/chat")
    outbound = exchange.open(Request(method="POST", path="/api/chat", body=b'{"model":"m","messages":[]}'))
    exchange.close()
    assert "authorization" not in dict(outbound.headers)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, {"model": "big-1", "messages": [{"role": "user", "content": f"mail {MAIL}"}]}),
        ("/v1beta/models/big-1:generateContent", {"contents": [{"parts": [{"text": f"mail {MAIL}"}]}]}),
        ("/v1/models/big-1:streamGenerateContent", {"contents": [{"parts": [{"text": f"mail {MAIL}"}]}]}),
    ],
)
def test_a_rule_for_a_model_holds_wherever_the_format_names_it(make_core: MakeCore, path: str, body: Any) -> None:
    """In the body or in the path; another model is not held by it."""
    rule = "{models: ['big-*'], entity: EMAIL_ADDRESS, action: block, why: w}"
    core = make_core(f"version: 1\nmodel: none\nrules:\n  - {rule}\n")
    with pytest.raises(PolicyRefused, match="EMAIL_ADDRESS"):
        sent(core, path, body, x_goog_api_key="k")
    other = json.loads(json.dumps(body).replace("big-1", "small-1"))
    assert MAIL.encode() not in sent(core, path.replace("big-1", "small-1"), other, x_goog_api_key="k").body
