"""A vault lives for one request or one session, and no session opens what another sealed."""

import orjson
import pytest

from relay.errors import (
    SessionClosed,
)
from relay.exchange import Core
from tests.support import begin, chat, post, sent
from tests.unit.exchange.support import CHAT, JSON_HEAD, MAIL, opened


def test_requests_of_one_vault_number_by_first_appearance(core: Core) -> None:
    """Without a session, a longer history starts with the same bytes as the shorter one did."""
    first = sent(core, CHAT, chat("from a@example.org to b@example.org")).body
    second = sent(core, CHAT, chat("from a@example.org to b@example.org", "and c@example.org to a@example.org")).body
    cut = first.index(b'"}]')
    assert second[:cut] == first[:cut]
    assert b"[EMAIL_ADDRESS_3] to [EMAIL_ADDRESS_1]" in second


def test_a_session_keeps_its_placeholders(core: Core) -> None:
    """Within an explicit session a value keeps its placeholder across requests, and a closed session refuses."""
    session = core.sessions.open()
    one = begin(core, CHAT, session)
    assert b"[EMAIL_ADDRESS_1]" in one.open(post(CHAT, chat("b@example.org"))).body
    one.close()
    two = begin(core, CHAT, session)
    body = two.open(post(CHAT, chat("a@example.org and b@example.org"))).body
    assert b"[EMAIL_ADDRESS_2] and [EMAIL_ADDRESS_1]" in body
    two.close()
    receipt = core.sessions.close(session.id)
    assert (receipt.entities, receipt.shredded) == (2, True)
    with pytest.raises(SessionClosed):
        opened(core, CHAT, chat("a@example.org"), session)


def test_one_session_cannot_open_anothers_placeholder(core: Core) -> None:
    """A placeholder that this vault never issued passes inert, also when another vault has it."""
    other = core.sessions.open()
    begin(core, CHAT, other).open(post(CHAT, chat("a@example.org and b@example.org")))
    exchange = opened(core, CHAT, chat("c@example.org"))
    exchange.start(200, JSON_HEAD)
    exchange.feed(b'{"choices": [{"index": 0, "message": {"content": "[EMAIL_ADDRESS_1] [EMAIL_ADDRESS_2]"}}]}')
    restored = orjson.loads(exchange.finish())["choices"][0]["message"]["content"]
    assert restored == "c@example.org [EMAIL_ADDRESS_2]"
    core.sessions.close(other.id)


def test_a_request_scoped_vault_is_gone_after_the_answer(core: Core) -> None:
    """finish() and close() both leave a shredded vault behind, also when nothing was answered."""
    exchange = opened(core, CHAT, chat(f"mail {MAIL}"))
    vault = exchange._session.vault
    exchange.close()
    exchange.close()
    with pytest.raises(SessionClosed):
        vault.open("[EMAIL_ADDRESS_1]")
