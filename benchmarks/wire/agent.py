"""What a coding agent sends: tools, a long system prompt with an environment block, files and command output.

Every number gives a request of its own, so that nothing remembered of one answers for another.
"""

from __future__ import annotations

import json
import random
from typing import Any

__all__ = ["agent_request", "next_turn"]

_SUBJECTS = (
    "The parser",
    "A worker",
    "Each request",
    "The cache",
    "This module",
    "The build",
    "A failing test",
    "The lock",
)
_VERBS = ("reads", "rewrites", "skips", "copies", "checks", "holds", "drops", "merges")
_OBJECTS = (
    "every header",
    "the open file",
    "stale entries",
    "one chunk",
    "its own state",
    "the next line",
    "both trees",
)
_WHEN = (
    "before it returns",
    "once per loop",
    "under the lock",
    "when nothing changed",
    "in order",
    "as the user asked",
)
_NAMES = ("Maria Gonzalez", "Jamal O'Neill", "Anna Kowalska", "Tom Fisher", "Priya Raman")


def agent_request(number: int, size: int = 69_000) -> dict[str, Any]:
    """Return an Anthropic messages request of about `size` bytes: half of it tools, a quarter each system and turns."""
    chance = random.Random(number)
    tools = []
    while len(json.dumps(tools)) < size // 2:
        tools.append(_tool(chance, len(tools)))
    name = chance.choice(_NAMES)
    user = name.split()[0].lower()
    environment = (
        f"<env>\nWorking directory: /home/{user}/work/shop{number}\nIs directory a git repo: Yes\nPlatform: linux\n"
        f"Git user: {name} <{user}{number}@example.org>\nToday's date: 2026-11-26\n</env>\n"
    )
    system = [
        {"type": "text", "text": "You are an agent that edits code."},
        {"type": "text", "text": environment + _prose(chance, size // 4), "cache_control": {"type": "ephemeral"}},
    ]
    messages: list[dict[str, Any]] = [{"role": "user", "content": [{"type": "text", "text": _prose(chance, 600)}]}]
    body = {"model": "bench", "max_tokens": 32_000, "tools": tools, "system": system, "messages": messages}
    turn = 0
    while len(json.dumps(body)) < size:
        messages += _call(chance, turn, f"/home/{user}/work/shop{number}")
        turn += 1
    return body


def next_turn(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Return `body` with what the agent adds in its next turn."""
    chance = random.Random(-1 - number)
    added = [
        *_call(chance, 99, "/srv/shop"),
        {"role": "user", "content": [{"type": "text", "text": _prose(chance, 200)}]},
    ]
    return {**body, "messages": [*body["messages"], *added]}


def _tool(chance: random.Random, number: int) -> dict[str, Any]:
    properties = {f"option_{letter}": {"type": "string", "description": _prose(chance, 90)} for letter in "abcdef"}
    schema = {"type": "object", "properties": properties, "required": ["option_a"], "additionalProperties": False}
    return {"name": f"Tool{number}", "description": _prose(chance, 900), "input_schema": schema}


def _call(chance: random.Random, turn: int, folder: str) -> list[dict[str, Any]]:
    path = f"{folder}/src/part{turn}.py"
    call = {"type": "tool_use", "id": f"toolu_{turn}", "name": "Tool1", "input": {"option_a": path}}
    code = "\n".join(
        f"    value_{n} = load({chance.randrange(10**6)}, key='{n}')  # {_line(chance)}" for n in range(25)
    )
    log = "\n".join(f"{n:02}:14:07 INFO shop.part{turn} {_line(chance).lower()}" for n in range(10))
    result = {"type": "tool_result", "tool_use_id": f"toolu_{turn}", "content": f"def part{turn}():\n{code}\n\n{log}"}
    said = {"type": "text", "text": _prose(chance, 200)}
    return [{"role": "assistant", "content": [said, call]}, {"role": "user", "content": [result]}]


def _prose(chance: random.Random, size: int) -> str:
    lines: list[str] = []
    length = 0
    while length < size:
        lines.append(_line(chance))
        length += len(lines[-1]) + 1
    return " ".join(lines)


def _line(chance: random.Random) -> str:
    words = (chance.choice(_SUBJECTS), chance.choice(_VERBS), chance.choice(_OBJECTS), chance.choice(_WHEN))
    return f"{' '.join(words)} ({chance.randrange(1000)})."
