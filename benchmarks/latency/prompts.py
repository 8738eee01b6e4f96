"""What is sent: invented messages of a given size with the density of personal data that real ones have.

Every request is different, so that no cache of detections answers instead of detection. The conversation grows like a
real one: twenty turns, of which only the last is new.
"""

from __future__ import annotations

import json

__all__ = ["SHAPES", "bodies"]

_PEOPLE = ("Maria Gonzalez", "Jamal O'Neill", "Nguyen Thi Mai", "Anna Kowalska", "Tom Fisher", "Priya Raman")
_PARAGRAPH = (
    "Hello, this is {name} again about order {number}. You can reach me at {mail} or on +1 415 555 {digits}; my "
    "address is still {house} Baker Street, Springfield. Please check why the second invoice was higher than agreed "
    "and tell me when the technician will come. "
)
_FILLER = (
    "The first meeting went well, and everybody agreed that the draft needs a shorter introduction, a clearer table of "
    "results and one page on costs. We will meet again next week to go through the open points and decide who writes "
    "which part. "
)

SHAPES = ("300 characters", "2 KB", "20 KB", "20 turns")
_SIZES = {"300 characters": 300, "2 KB": 2_000, "20 KB": 20_000}


def bodies(shape: str, count: int, *, stream: bool, events: int = 40) -> list[bytes]:
    """Return `count` different chat completions requests of one shape; a streamed answer has `events` events."""
    fields = {"model": "bench", "stream": stream, "max_tokens": events}
    made = []
    for number in range(count):
        if shape in _SIZES:
            messages = [{"role": "user", "content": _text(number, _SIZES[shape])}]
        else:
            messages = _conversation(number)
        made.append(json.dumps({**fields, "messages": messages}).encode())
    return made


def _text(number: int, size: int) -> str:
    out = ""
    turn = 0
    while len(out) < size:
        # About one paragraph in three speaks of a person, as in the unlabelled prompts of real users.
        seed = number * 101 + turn
        out += _FILLER if turn % 3 else _personal(seed)
        turn += 1
    return f"{out[: size - 8]} {number:06}."


def _personal(seed: int) -> str:
    name = _PEOPLE[seed % len(_PEOPLE)]
    mail = f"{name.split()[0].lower()}{seed}@example.org"
    digits = f"{seed % 10000:04}"
    return _PARAGRAPH.format(name=name, number=10_000 + seed, mail=mail, digits=digits, house=seed % 300 + 1)


def _conversation(number: int) -> list[dict[str, str]]:
    messages = [{"role": "system", "content": "You are a helpful assistant of a repair service."}]
    for turn in range(20):
        last = turn == 19
        messages.append({"role": "user", "content": _text(number if last else turn, 300)})
        if not last:
            messages.append({"role": "assistant", "content": _FILLER + _personal(turn)})
    return messages
