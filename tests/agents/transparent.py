"""Law 10 with coding agents: a task ends in the same folder through relay as without it. Part of `make e2e-agents`.

Each task is done twice, with the scripted model itself and through `relay serve`. The model copies what it saw from the
result of one tool into the next call: behind relay that is placeholders. It signs its thinking and refuses what it did
not sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.agents import sandbox
from tests.agents.agents import CLAUDE_CODE, CODEX, MODULES, OPENCODE, TIMEOUT_S, Agent
from tests.agents.conftest import serving
from tests.agents.repository import COMMITS, EMAILS, FILES
from tests.agents.script import HANDS, Script
from tests.agents.steps import Task
from tests.agents.tasks import TASKS
from tests.e2e.conftest import Stage
from tests.scripted.server import Upstream

AGENTS = (
    replace(CLAUDE_CODE, arguments=tuple(w.replace("Bash(git log:*)", "Edit,Bash") for w in CLAUDE_CODE.arguments)),
    CODEX,
    OPENCODE,
)
_PLACEHOLDER = re.compile(r"\[[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_\d+(?:_[A-Z0-9]+)*\]")


@dataclass(frozen=True)
class Done:
    """What a task left behind."""

    contents: dict[str, str]
    stdout: str
    script: Script
    raw: list[bytes]


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """The scripted model, served for all tasks."""
    stage, made = Stage(), Upstream()
    context = made.running()
    yield stage.enter(context)
    stage.leave(context)
    stage.close()


@pytest.fixture(scope="module")
def relay_url(upstream: Upstream) -> Iterator[str]:
    """One relay with the default policy for all tasks, as a person has it."""
    with serving(upstream.base_url) as url:
        yield url


def do(agent: Agent, task: Task, upstream: Upstream, url: str, folder: Path) -> Done:
    """Let an agent do a task with the model at `url`, in a home of its own."""
    project = sandbox.home(folder, FILES, COMMITS)
    agent.settle(project.parent, url)
    script = Script(task, HANDS[agent.name], sandbox.PROJECT)
    upstream.speak = script
    upstream.received.clear()
    upstream.faults.clear()
    with sandbox.proxy() as (proxy, _):
        command = [str(MODULES / agent.program), *agent.arguments, task.prompt]
        done = sandbox.run(folder, command, agent.environ_for(url), proxy=proxy, timeout_s=TIMEOUT_S)
    told = done.stdout[-2000:] + done.stderr[-2000:]
    assert not script.missed, f"{script.missed}\n{script.seen[-1][-2000:]}\n{told}"
    assert upstream.faults == []
    assert done.returncode == 0, told
    assert len(script.seen) == len(task.steps) + 1, told
    return Done(sandbox.contents(project), done.stdout, script, [received.raw for received in upstream.received])


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_task(agent: Agent, task: Task, upstream: Upstream, relay_url: str, tmp_path: Path) -> None:
    """The folder is the same byte for byte, the last words are the same, and the model saw no address."""
    agent.skip_if_missing()
    direct = do(agent, task, upstream, upstream.base_url, tmp_path / "direct")
    through = do(agent, task, upstream, relay_url, tmp_path / "through")
    assert through.contents == direct.contents
    assert direct.script.answered in direct.stdout
    assert direct.script.answered in through.stdout
    for name, text in through.contents.items():
        assert not _PLACEHOLDER.search(text), name
    for raw in through.raw:
        assert not [address for address in EMAILS if address.encode() in raw]
    assert any(_PLACEHOLDER.search(raw.decode()) for raw in through.raw), "nothing was replaced"
    unchanged = dict(direct.contents) == sandbox.contents(sandbox.home(tmp_path / "fresh", FILES, COMMITS))
    assert not unchanged, "the task changes nothing"
