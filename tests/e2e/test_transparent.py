"""Law 10 through the real server: each format's conversation, whole and streamed, is the same through relay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Serve, Stage, upstream
from tests.scripted.compare import differences
from tests.scripted.model import Plan, PlannedCall, Quote, speak
from tests.scripted.server import Answer, Upstream
from tests.scripted.stage import Beat, perform
from tests.scripted.turn import every
from tests.scripted.voices import VOICES, Row

NOTES = (
    "Contact: Maria Gonzalez, maria.gonzalez@example.org, card 4111 1111 1111 1111",
    "Author: o'neill@example.net\n\n    call +1 415 555 0132, password: back\\slash\"quote",
    "会議、連絡先zoe@example.com。🚀",
)
HEADERS = {"authorization": "Bearer sk-test", "x-goog-api-key": "k"}


@pytest.fixture
def scripted(stage: Stage) -> Iterator[Upstream]:
    """The scripted model, served."""
    made = Upstream()
    context = made.running()
    yield stage.enter(context)
    stage.leave(context)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", VOICES)
def test_the_same_with_and_without(scripted: Upstream, serve: Serve, name: str, stream: bool) -> None:
    """Three turns with reasoning, text and tools; the client keeps the history as it reads it."""
    voice = VOICES[name]
    relay = serve(upstreams={"scripted": upstream(scripted.base_url)})

    def through(body: dict[str, Any], number: int, beat: Beat) -> tuple[list[Row], list[Row]]:
        scripted.speak = lambda _, received: Answer(
            turn=speak(beat.plan, voice.seen(received), number), number=number, pieces=beat.pieces, step=beat.step
        )
        url = relay.url + (voice.stream_path() if stream else voice.path)
        answer = httpx.post(url, json=body, headers=HEADERS, timeout=30)
        assert answer.status_code == 200, answer.text
        rows = voice.parse(answer.content) if stream else [Row(None, json.loads(answer.content))]
        return rows, scripted.received[-1].rows

    beats = []
    for number, text in enumerate(NOTES):
        quote = Quote(number)
        write = PlannedCall(name="write", arguments={"path": "notes.txt", "content": ("cat <<'E'\n", quote, "\nE")})
        more = voice.has_tools and number + 1 < len(NOTES)
        plan = Plan(
            thinking=("They wrote ", quote, "?"), text=("So: ", quote, " and é."), calls=(write,) if more else ()
        )
        beats.append(Beat(notes=[text], plan=plan, stream=stream, pieces=every(number + 1), step=(1, 3, 50)[number]))
    assert differences(perform(voice, beats, through)) == []
    assert scripted.faults == []
    assert all(b"example.org" not in received.raw for received in scripted.received)
