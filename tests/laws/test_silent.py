"""Law 8: a canary is in no log line, `repr`, exception text, metric label or trace."""

import dataclasses
import logging
import traceback
from typing import Any

import pytest

from relay.errors import RelayFault
from relay.exchange import Core, Exchange
from relay.types import Action, Candidate, Leaf, Pattern, Request, Segment, Span
from tests.conftest import MakeCore
from tests.support import begin, chat, post, with_parts

CANARY = "canary.zq7f3a@example.org"
PATH = "/v1/chat/completions"


class Exploding:
    """A part that fails with the text it was given in its message, as careless code does."""

    name = "exploding"
    action = Action.PLACEHOLDER

    def replace(self, value: str, *_: Any) -> str:
        raise ValueError(f"cannot handle {value!r}")

    def analyze(self, segments: Any, **_: Any) -> Any:
        raise RuntimeError(" ".join(segment.text for segment in segments))


BLOCKING = "version: 1\nmodel: none\nrules:\n  - {entity: EMAIL_ADDRESS, action: block, why: a test}\n"


def faults(core: Core, make_core: MakeCore) -> dict[str, tuple[Core, Request]]:
    """Return one request for each way in which opening an exchange can fail."""
    image = [{"type": "image_url", "image_url": {"url": f"https://example.org/{CANARY}"}}]
    return {
        "malformed JSON": (core, post(PATH, b'{"messages": "' + CANARY.encode())),
        "bad UTF-8": (core, post(PATH, CANARY.encode() + b"\xff")),
        "duplicate key": (core, post(PATH, b'{"model": "%b", "model": "x"}' % CANARY.encode())),
        "not an object": (core, post(PATH, [CANARY])),
        "wrong types": (core, post(PATH, {"model": "m", "messages": CANARY})),
        "opaque content": (core, post(PATH, chat(image))),
        "token ids": (core, post(PATH, chat([1, 2, 3], prompt=CANARY))),
        "operator fails": (
            with_parts(core, operators={**core.pipeline.operators, Action.PLACEHOLDER: Exploding()}),
            post(PATH, chat(CANARY)),
        ),
        "detector fails": (with_parts(core, analyzer=Exploding()), post(PATH, chat(CANARY))),
        "policy blocks": (make_core(BLOCKING), post(PATH, chat(CANARY))),
        "no operator": (with_parts(core, operators={}), post(PATH, chat(CANARY))),
        "wrong method": (core, dataclasses.replace(post(PATH, chat(CANARY)), method="PUT")),
        "no key": (core, dataclasses.replace(post(PATH, chat(CANARY)), headers=())),
    }


NAMES = [
    "malformed JSON", "bad UTF-8", "duplicate key", "not an object", "wrong types", "opaque content", "token ids",
    "operator fails", "detector fails", "policy blocks", "no operator", "wrong method", "no key",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_says_nothing_of_what_it_saw(
    core: Core, make_core: MakeCore, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the message, nor the traceback with its causes, nor the provider's error body, nor a log holds it."""
    caplog.set_level(logging.DEBUG)
    chosen, request = faults(core, make_core)[name]
    exchange = begin(chosen, PATH)
    try:
        exchange.open(request)
    except RelayFault as fault:
        shown = "".join(traceback.format_exception(fault))
        shown += fault.public + begin(core, PATH)._format.error_body(fault).decode()
        shown += repr(fault) + repr(exchange)
    else:
        assert name in ("wrong types", "token ids"), "this request was expected to be refused"
        shown = ""
    finally:
        exchange.close()
    assert "zq7f3a" not in shown
    assert "zq7f3a" not in caplog.text
    assert b"zq7f3a" not in chosen.metrics.render()


def test_every_name_is_tried(core: Core, make_core: MakeCore) -> None:
    """The table of faults and the list of its names agree."""
    assert list(faults(core, make_core)) == NAMES


def test_a_good_exchange_is_silent(core: Core, caplog: pytest.LogCaptureFixture) -> None:
    """Scrubbing and restoring at DEBUG leave the value in no log and no metric, and no part's repr shows it."""
    caplog.set_level(logging.DEBUG)
    session = core.sessions.open()
    exchange = begin(core, PATH, session)
    outbound = exchange.open(post(PATH, chat(f"mail {CANARY}")))
    exchange.start(200, (("content-type", "application/json"),))
    exchange.feed(b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "to [EMAIL_ADDRESS_1]"}}]}')
    shown = repr((exchange, core, session, session.vault, outbound))
    assert CANARY.encode() in exchange.finish()
    assert "zq7f3a" not in shown + repr(exchange) + repr(session.vault) + caplog.text
    assert b"zq7f3a" not in core.metrics.render()
    core.sessions.close(session.id)


@pytest.mark.parametrize(
    "value",
    [
        Request(method="POST", path="/", query=CANARY, headers=(("a", CANARY),), body=CANARY.encode()),
        Segment(pointer="/a", text=CANARY),
        Candidate(pattern=Pattern(name="p", regex="x", score=1), text=CANARY, start=0, end=3),
        Leaf({"a": CANARY}, "a"),
        Span("EMAIL_ADDRESS", 0, 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_on_the_line_have_silent_reprs(value: object) -> None:
    """A text-bearing field is left out of `repr`."""
    assert "zq7f3a" not in repr(value)


def test_an_exchange_shows_nothing_of_itself(core: Core) -> None:
    """The default repr of the one object the server holds says its class only."""
    assert "zq7f3a" not in repr(Exchange(core, None, *core.directory.find(PATH, ()), exchange_id="x"))  # type: ignore[misc]
