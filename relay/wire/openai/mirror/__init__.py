"""The mirror's OpenAI voice: what answers which path, as OpenAI or as Azure writes it."""

from __future__ import annotations

import re
from typing import Any

from relay.wire.openai.mirror import chat, responses
from relay.wire.openai.mirror.chat import error
from relay.wire.speech import Ask, Call, Speech

__all__ = ["error", "route"]

# Azure's paths, but for those of its `/v1`.
_AZURE = re.compile(r".*/openai(?:/deployments/[^/]+)?(?P<rest>/(?!v1/|deployments/).*)")


def route(call: Call) -> bytes | Speech | None:
    """Return the answer to a request, the speech to make, or None for a path that is not OpenAI's."""
    body, number = call.body, call.number
    azure = _AZURE.fullmatch(call.path)
    match call.path.rpartition("/v1")[2] if azure is None else azure["rest"]:
        case "/models":
            return chat.models()
        case "/chat/completions":
            return _speech(chat, chat.read(body), number)
        case "/completions":
            ask = chat.read_completion(body)
            return Speech(
                ask=ask,
                whole=lambda turn: chat.whole_completion(ask, turn, number),
                stream=lambda turn: b"".join(chat.stream_completion(ask, turn, number)),
                error=error,
            )
        case "/embeddings":
            return chat.embeddings(body)
        case "/moderations":
            return chat.moderations(body)
        case "/responses":
            return _speech(responses, responses.read(body), number)
        case "/responses/input_tokens":
            return responses.input_tokens(responses.read(body))
    return None


def _speech(spoken: Any, ask: Ask, number: int) -> Speech:
    return Speech(
        ask=ask,
        whole=lambda turn: spoken.whole(ask, turn, number),
        stream=lambda turn: b"".join(spoken.stream(ask, turn, number)),
        error=error,
    )
