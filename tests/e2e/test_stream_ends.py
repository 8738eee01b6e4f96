"""A stream that its upstream ends cleanly, with and without the mark for the end, over real connections."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.e2e.conftest import Serve, Stage
from tests.e2e.fake_upstream import Fake, Reply
from tests.e2e.support import PROMPT, chat, exchange_bytes, post_bytes
from tests.support import VALUES

MAIL = VALUES["EMAIL_ADDRESS"]


@pytest.mark.parametrize("left_out", [(), ("mark",)])
def test_a_finished_answer_ends_cleanly(serve: Serve, stage: Stage, left_out: tuple[str, ...]) -> None:
    """Without `[DONE]` the client gets the whole answer, no error, a complete body, and no mark of relay's own."""
    with Fake("a", Reply(left_out=left_out)).on(stage) as fake:
        relay = serve(upstreams={"a": fake.config("frontier")})
        raw = exchange_bytes(relay.url, post_bytes(chat(stream=True)))
        messages: Any = [{"role": "user", "content": PROMPT}]
        with openai.OpenAI(base_url=f"{relay.url}/v1", api_key="k", max_retries=0) as client:
            stream = client.chat.completions.create(model="m", messages=messages, stream=True)
            assert MAIL in "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    assert raw.endswith(b"0\r\n\r\n")
    assert b"error" not in raw
    assert raw.count(b"[DONE]") == (not left_out)
    assert MAIL not in fake.text


@pytest.mark.parametrize("left_out", [("reason", "mark")])
def test_an_unfinished_answer_does_not(serve: Serve, stage: Stage, left_out: tuple[str, ...]) -> None:
    """Where no choice said that it was finished, the client learns that the answer is not whole."""
    with Fake("a", Reply(left_out=left_out)).on(stage) as fake:
        relay = serve(upstreams={"a": fake.config("frontier")})
        raw = exchange_bytes(relay.url, post_bytes(chat(stream=True)))
        with openai.OpenAI(base_url=f"{relay.url}/v1", api_key="k", max_retries=0) as client:
            stream = client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": PROMPT}], stream=True
            )
            with pytest.raises(openai.APIError, match="before its end"):
                list(stream)
    assert b"upstream_bad_stream" in raw
    assert not raw.endswith(b"0\r\n\r\n")
