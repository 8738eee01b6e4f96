"""The mirror's Toy voice."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson

from relay.wire.speech import Ask, Call, Speech, Turn, pieces

__all__ = ["error", "route"]


def route(call: Call) -> bytes | Speech | None:
    """Return the speech to make, or None for a path that is not Toy's."""
    if not call.path.endswith("/v1/talk"):
        return None
    text, stream = call.body["say"], bool(call.body.get("stream"))
    ask = Ask(text=text, prompt=text, model="toy", stream=stream)
    return Speech(ask=ask, whole=partial(_whole, ask), stream=_stream, error=error)


def error(status: int, message: str) -> bytes:
    """Return an error body."""
    return orjson.dumps({"fault": message})


def _whole(ask: Ask, turn: Turn) -> bytes:
    return orjson.dumps({"reply": turn.text, "used": {"heard": len(ask.prompt), "spoken": len(turn.text)}})


def _stream(turn: Turn) -> bytes:
    return b"".join(map(_event, [*({"piece": piece} for piece in pieces(turn.text)), {"over": True}]))


def _event(tree: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(tree) + b"\n\n"
