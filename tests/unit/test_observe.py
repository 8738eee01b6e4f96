"""`mode: observe`: decided and counted, and not a byte of text changed in either direction."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relay.doors.library import open_session
from relay.errors import ClientFault, ConfigFault, ScrubFailed
from relay.exchange import Core
from relay.types import RouteKind
from tests.conftest import FRONTIER, LOCAL, MakeCore
from tests.support import VALUES, begin, chat, post, sent

CHAT = "/v1/chat/completions"
RULES = """
unknown_fields: refuse
rules:
  - {entity: US_SSN, action: block, why: w}
  - {class: PCI, require: local, why: w}
"""
PROMPT = f"{VALUES['EMAIL_ADDRESS']} {VALUES['CREDIT_CARD']} {VALUES['US_SSN']} [EMAIL_ADDRESS_1]"


@pytest.fixture
def observing(make_core: MakeCore) -> Core:
    return make_core(f"version: 1\nmodel: none\nmode: observe{RULES}")


def counter(core: Core, name: str) -> float:
    """Return the sum of a metric's samples whose name and labels begin with `name`."""
    lines = core.metrics.render().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"stream": True},
        {"user": "maria", "metadata": {"a": "maria.gonzalez@example.org"}},
        {"x_new_field": "what nobody knows"},
        {
            "messages": [
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}
            ]
        },
    ],
    ids=["whole", "stream", "identifying fields", "unknown field", "image"],
)
def test_what_leaves_is_what_a_relay_that_finds_nothing_sends(
    fields: dict[str, Any], observing: Core, make_core: MakeCore
) -> None:
    """Byte for byte: only headers and identifying fields differ from what the client sent, as for everybody."""
    blind = make_core(
        "version: 1\nmodel: none\ndefault: {frontier: keep}\nopaque: {images: pass}\n"
        "rules: [{entity: SWIFT_CODE, action: mask, why: w}]\n"
    )
    body = {**chat(PROMPT.replace(" [EMAIL_ADDRESS_1]", "")), **fields}
    outbound, plain = sent(observing, CHAT, body), sent(blind, CHAT, body)
    # The stand-in for a client's id has a key of its process.
    names = [core.pseudonym("maria").encode() for core in (observing, blind)]
    assert outbound.body.replace(names[0], b"") == plain.body.replace(names[1], b"")
    assert outbound.headers == plain.headers
    if "messages" not in fields:
        assert json.loads(outbound.body)["messages"] == body["messages"]


def test_nothing_is_refused_and_all_is_counted(observing: Core) -> None:
    """A block, a required route without a local upstream and an unknown field: counted as what they would be."""
    names = (
        'relay_observed_entities_total{action="block",entity_type="US_SSN"}',
        'relay_observed_entities_total{action="keep",entity_type="EMAIL_ADDRESS"}',
        'relay_observed_exchanges_total{route="local"}',
        'relay_observed_refusals_total{code="policy_refused"}',
        'relay_observed_refusals_total{code="invalid_request"}',
        "relay_entities_total",
        "relay_refusals_total",
    )
    before = [counter(observing, name) for name in names]
    sent(observing, CHAT, chat(PROMPT))
    sent(observing, CHAT, chat("hello", x_new_field=1))
    after = [counter(observing, name) for name in names]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1, 1, 1, 0, 0]


def test_it_goes_where_it_would_go_without_a_policy(make_core: MakeCore) -> None:
    """To the frontier while there is one, whatever a rule requires, and else to what there is."""
    policy = f"version: 1\nmodel: none\nmode: observe\nprefer: local{RULES}"
    assert sent(make_core(policy, a=FRONTIER, b=LOCAL), CHAT, chat(PROMPT)).route is RouteKind.FRONTIER
    assert sent(make_core(policy, b=LOCAL), CHAT, chat(PROMPT)).route is RouteKind.LOCAL


def test_every_response_says_so(observing: Core) -> None:
    """Nobody takes it for protection: the header that holds the digest says that nothing is done."""
    exchange = begin(observing, CHAT)
    exchange.open(post(CHAT, chat(PROMPT)))
    assert dict(exchange.response_headers)["x-relay-policy"] == f"{observing.engine.digest}; mode=observe"
    exchange.close()


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain", "application/x-ndjson"])
@pytest.mark.parametrize("step", [1, 5, 1000])
def test_the_answer_is_not_altered_by_a_byte(kind: str, step: int, observing: Core) -> None:
    """Neither comments, spaces and bad JSON nor what looks like a placeholder, in a session that has issued it."""
    session = observing.sessions.open()
    try:
        session.vault.seal("maria@example.org", "EMAIL_ADDRESS")
        exchange = begin(observing, CHAT, session)
        exchange.open(post(CHAT, chat(PROMPT)))
        exchange.start(200, (("content-type", kind),))
        answer = b': hello\n\ndata: {"a" :  1, "choices":[{"delta":{"content":"[EMAIL_ADDRESS_1] \xff"}}]}\n\nda'
        pieces = [answer[place : place + step] for place in range(0, len(answer), step)]
        assert b"".join(exchange.feed(piece) for piece in pieces) + exchange.finish() == answer
    finally:
        observing.sessions.close(session.id)


def test_a_session_that_has_values_changes_nothing(observing: Core) -> None:
    """Neither a turn of the assistant's nor a stop string is looked at with what the session holds."""
    session = observing.sessions.open()
    try:
        session.vault.seal("maria@example.org", "EMAIL_ADDRESS")
        body = chat("hello", stop="AIL_ADD")
        body["messages"].append({"role": "assistant", "content": "to maria@example.org and [EMAIL_ADDRESS_1]"})
        exchange = begin(observing, CHAT, session)
        sent_body = json.loads(exchange.open(post(CHAT, body)).body)
        assert (sent_body["messages"], sent_body["stop"]) == (body["messages"], body["stop"])
        exchange.close()
    finally:
        observing.sessions.close(session.id)


def test_a_stream_that_the_client_wants_as_an_array_becomes_one(observing: Core) -> None:
    """Relay asks every upstream for events, so the framing of Gemini's other kind of stream is its own; no text is."""
    path = "/v1beta/models/m:streamGenerateContent"
    session = observing.sessions.open()
    try:
        session.vault.seal("maria@example.org", "EMAIL_ADDRESS")
        exchange = begin(observing, path, session)
        exchange.open(post(path, {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]}))
        exchange.start(200, (("content-type", "text/event-stream"),))
        text = '{"candidates":[{"content":{"parts":[{"text":"[EMAIL_ADDRESS_1]"}]},"finishReason":"STOP"}]}'
        data = exchange.feed(f"data: {text}\r\n\r\n".encode()) + exchange.finish()
        assert data.decode() == f"[{text}]"
    finally:
        observing.sessions.close(session.id)


def test_a_stream_that_breaks_gets_no_event_of_relays_own(observing: Core) -> None:
    """The connection just ends, as the upstream's did."""
    exchange = begin(observing, CHAT)
    exchange.open(post(CHAT, chat(PROMPT, stream=True)))
    exchange.start(200, (("content-type", "text/event-stream"),))
    exchange.feed(b"data: 1\n\n")
    assert exchange.fail(ScrubFailed("x")) == b""


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"messages": "\xff"}'])
def test_bad_input_is_refused_all_the_same(body: bytes, observing: Core) -> None:
    """Fail closed elsewhere stays: what cannot be read does not leave."""
    with pytest.raises(ClientFault):
        sent(observing, CHAT, body)


def test_a_program_gets_no_session_that_scrubs_nothing(tmp_path: Any) -> None:
    """`relay scrub` and the library hand out text as safe to send, so they refuse such a policy."""
    path = tmp_path / "p.yaml"
    path.write_text("version: 1\nmodel: none\nmode: observe\n", encoding="utf-8")
    with pytest.raises(ConfigFault, match="mode: observe"):
        open_session(path)
