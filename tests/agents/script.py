"""The model of a task: from what an agent sends it takes which step is next, and what to write."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.agents.steps import Edit, Read, Run, Step, Task, Write, filled
from tests.scripted.server import Answer
from tests.scripted.turn import Call, Turn, every
from tests.scripted.voices import Voice

__all__ = ["HANDS", "Hands", "Script"]

# A hand for each step: the agent's own words for it, as tool and arguments.
Hands = Callable[[str, Step, Callable[[Any], str]], tuple[str, dict[str, Any]]]

_OUR_CALL = re.compile(r'"call_(\d+)_0"')


def _claude(project: str, step: Step, text: Callable[[Any], str]) -> tuple[str, dict[str, Any]]:
    match step:
        case Read(path):
            return "Read", {"file_path": f"{project}/{path}"}
        case Run(command):
            return "Bash", {"command": text(command), "description": "Runs a command"}
        case Write(path, content):
            return "Write", {"file_path": f"{project}/{path}", "content": text(content)}
        case Edit(path, old, new):
            place = {"file_path": f"{project}/{path}"}
            return "Edit", {**place, "old_string": text(old), "new_string": text(new)}


def _opencode(project: str, step: Step, text: Callable[[Any], str]) -> tuple[str, dict[str, Any]]:
    match step:
        case Read(path):
            return "read", {"filePath": f"{project}/{path}"}
        case Run(command):
            return "bash", {"command": text(command), "description": "Runs a command"}
        case Write(path, content):
            return "write", {"filePath": f"{project}/{path}", "content": text(content)}
        case Edit(path, old, new):
            return "edit", {"filePath": f"{project}/{path}", "oldString": text(old), "newString": text(new)}


def _codex(project: str, step: Step, text: Callable[[Any], str]) -> tuple[str, dict[str, Any]]:
    match step:
        case Read(path):
            command = f"cat {path}"
        case Run(written):
            command = text(written)
        case Write(path, content):
            folder = f"mkdir -p $(dirname {path}) && "
            command = f"{folder}cat > {path} <<'END_OF_FILE'\n{text(content)}END_OF_FILE"
        case Edit(path, old, new):
            # A program in a heredoc: names stand in strings of Python, within shell, within JSON.
            command = (
                f"python3 - <<'END_OF_PROGRAM'\npath = '{path}'\ntext = open(path).read()\n"
                f"old = r'''{text(old)}'''\nnew = r'''{text(new)}'''\nassert old in text\n"
                "open(path, 'w').write(text.replace(old, new, 1))\nEND_OF_PROGRAM"
            )
    return "exec_command", {"cmd": command}


HANDS: dict[str, Hands] = {"claude-code": _claude, "opencode": _opencode, "codex": _codex}


@dataclass
class Script:
    """Plays a task. `seen` is what was sent with each turn, `answered` the last words."""

    task: Task
    hands: Hands
    project: str
    seen: list[str] = field(default_factory=list)
    answered: str = ""
    missed: str = ""

    def __call__(self, voice: Voice, body: dict[str, Any]) -> Answer:
        """Answer a request. Those without tools, such as for a title, count for nothing."""
        if not (body.get("tools") or any("tools" in item for item in body.get("input", ()))):
            return Answer(turn=Turn(text="Shop"))
        seen = voice.seen(body)
        self.seen.append(seen)
        done = [int(number) for number in _OUR_CALL.findall(json.dumps(body))]
        at = max(done) + 1 if done else 0

        def text(wanted: Any) -> str:
            return filled(wanted, seen, self.task.patterns)

        try:
            turn = self._turn(at, seen, text)
        except (AssertionError, IndexError, ValueError) as error:
            # An agent would wait for ever for a model that has no answer.
            self.missed = f"step {at}: {type(error).__name__} {error}"
            turn = Turn(text="I do not know what to do.")
        return Answer(turn=turn, number=at, pieces=every(1 + at % 5), step=97)

    def _turn(self, at: int, seen: str, text: Callable[[Any], str]) -> Turn:
        # It quotes what it saw last, and something that it knows by itself and that is a value elsewhere.
        thinking = f"I saw:\n{seen[-300:]}\nThe password may be postgres, the test card 4111 1111 1111 1111."
        if at == len(self.task.steps):
            self.answered = text(self.task.answer)
            return Turn(thinking=thinking, text=self.answered)
        name, arguments = self.hands(self.project, self.task.steps[at], text)
        return Turn(
            thinking=thinking, text=f"Step {at + 1}.", calls=(Call(id=f"call_{at}_0", name=name, arguments=arguments),)
        )
