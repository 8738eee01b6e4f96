"""Mean token probabilities, read out of answers in every shape that has them, and taken out where only relay asked."""

from __future__ import annotations

import contextlib
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import build
from relay.errors import RelayFault
from relay.routing.confidence import Judge, ask, read_verdict, unjudged
from relay.routing.usage import Meter
from relay.wire.openai.family import OPENAI


def log(*probabilities: float) -> list[dict[str, Any]]:
    return [{"token": "t", "logprob": math.log(p), "bytes": None, "top_logprobs": []} for p in probabilities]


FORMATS = {format.name: format for format in build.formats()}
JUDGED = sorted(name for name, format in FORMATS.items() if format.log_probabilities)


def judge_of(name: str, *, keep: bool) -> Judge:
    return Judge(FORMATS[name].log_probabilities, keep=keep)


CHAT = {"choices": [{"index": 0, "message": {"content": "a b"}, "logprobs": {"content": log(0.5, 0.9)}}]}
CHUNK = {"choices": [{"index": 0, "delta": {"content": "a"}, "logprobs": {"content": log(0.5)}}]}
PLAIN = {"choices": [{"text": "a b", "logprobs": {"token_logprobs": [None, math.log(0.5), math.log(0.9)]}}]}
OLLAMA = {"message": {"content": "a b"}, "done": True, "logprobs": log(0.5, 0.9)}


@pytest.mark.parametrize(
    ("tree", "mean"),
    [
        (CHAT, 0.7),
        (PLAIN, 0.7),
        (OLLAMA, 0.7),
        ({"choices": [*CHAT["choices"], {"logprobs": {"content": log(0.1)}}]}, 0.5),
        (CHUNK, 0.5),
        ({"choices": [{"logprobs": None}]}, None),
        ({"choices": [{"logprobs": {"content": None}}]}, None),
        ({"choices": [{"logprobs": {"content": [{"token": "t"}, 7, None]}}]}, None),
        ({"choices": [{"logprobs": {"content": [{"logprob": "x"}, {"logprob": True}]}}]}, None),
        ({"choices": [{"logprobs": {"content": [{"logprob": 3.0}]}}]}, 1.0),  # no probability is above one
        ({"choices": [{"logprobs": {"content": [{"logprob": -1e308}]}}]}, 0.0),
        ({"choices": 7}, None),
        ({"choices": [7, None]}, None),
        ([], None),
        ("text", None),
    ],
)
def test_mean(tree: Any, mean: float | None) -> None:
    """Probabilities are averaged over all tokens; what has none, or is odd, says nothing."""
    judge = judge_of("ollama_chat" if tree is OLLAMA else "openai_chat", keep=True)
    assert not judge.read(tree)
    assert judge.mean == (mean if mean is None else pytest.approx(mean))


@pytest.mark.parametrize(
    ("name", "tree"),
    [
        ("openai_chat", CHAT),
        ("openai_chat", CHUNK),
        ("openai_completions", PLAIN),
        ("openai_completions", CHAT),  # as llama.cpp writes them
        ("ollama_chat", OLLAMA),
    ],
)
def test_taken_out(name: str, tree: Any) -> None:
    """Log-probabilities that only relay asked for do not go on to the client; the rest of the answer is as it was."""
    found = json.loads(json.dumps(tree))
    assert judge_of(name, keep=False).read(found)
    assert "logprob" not in json.dumps(found).replace('"logprobs": null', "")
    kept = json.loads(json.dumps(tree))
    for holder in (kept, *kept.get("choices", [])):
        holder.pop("logprobs", None)
    for holder in (found, *found.get("choices", [])):
        holder.pop("logprobs", None)
    assert found == kept


@pytest.mark.parametrize("name", JUDGED)
@pytest.mark.parametrize(("stated", "ours"), [({}, True), ({"logprobs": False}, True), ({"logprobs": None}, True)])
def test_ask(name: str, stated: dict[str, Any], ours: bool) -> None:
    """They are asked for where the client did not."""
    tree = dict(stated)
    fields = FORMATS[name].log_probabilities
    assert ask(fields, tree) is ours
    assert tree == fields.ask


@pytest.mark.parametrize("stated", [True, 0, 5])
def test_asked_already(stated: Any) -> None:
    """A client's own wish stays as it is; in completions 0 is one."""
    tree = {"logprobs": stated}
    assert not ask(FORMATS["openai_completions"].log_probabilities, tree)
    assert tree == {"logprobs": stated}


def test_stream() -> None:
    """A stream is read event by event and stays a stream: names, comments and the end are as they were."""
    events = [b"event: x\ndata: " + json.dumps(CHUNK).encode() + b"\n\n"] * 3
    body = (
        b"".join(events) + b'data: {"choices":[],"usage":{"prompt_tokens":4,"completion_tokens":3}}\n\ndata: [DONE]\n\n'
    )
    judge, meter = judge_of("openai_chat", keep=False), Meter(OPENAI.tokens)
    told = read_verdict(judge, body, (("content-type", "text/event-stream"),), meter)
    assert judge.mean == pytest.approx(0.5)
    assert told.count(b"event: x\n") == 3
    assert b'"logprob"' not in told
    assert told.endswith(b"data: [DONE]\n\n")
    assert meter.usage(0).output_tokens == 3


@given(
    st.sampled_from(JUDGED),
    st.binary(max_size=200),
    st.sampled_from(["text/event-stream", "application/x-ndjson", "application/json", ""]),
)
def test_odd_answers(name: str, body: bytes, kind: str) -> None:
    """No answer crashes a judge in another way than the rest of relay would refuse it."""
    with contextlib.suppress(RelayFault):
        read_verdict(judge_of(name, keep=False), body, (("content-type", kind),), Meter(OPENAI.tokens))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("openai_chat", "openai_models"), ()),
        (("openai_models",), ("openai",)),
        (tuple(FORMATS), ("anthropic", "gemini")),
        ((), ()),
    ],
)
def test_unjudged(names: tuple[str, ...], found: tuple[str, ...]) -> None:
    """Families without a format that carries log-probabilities are named."""
    assert unjudged([FORMATS[name] for name in names]) == found


def test_who_is_judged() -> None:
    """Formats whose answers carry log-probabilities where relay can ask for them."""
    assert JUDGED == ["ollama_chat", "ollama_generate", "openai_chat", "openai_completions"]
