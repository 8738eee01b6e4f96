"""Coding agents, as they install, through `relay serve` to a scripted upstream: `make e2e-agents`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.agents import sandbox, story
from tests.agents.conftest import ServeMirror, ServeRelay
from tests.agents.sandbox import PROJECT

MODULES = Path(__file__).parent / "node_modules"
TIMEOUT_S = 180


@dataclass(frozen=True, kw_only=True)
class Agent:
    """How one agent is set up and called. `settings` holds files of the home folder; `{url}` stands for relay's."""

    name: str
    program: str
    arguments: tuple[str, ...]
    steps: story.Steps
    environ: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def settle(self, home: Path, url: str) -> None:
        """Write its settings into `home`."""
        for name, text in self.settings.items():
            path = home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{url}", url))

    def environ_for(self, url: str) -> dict[str, str]:
        """Return its environment."""
        return {name: value.replace("{url}", url) for name, value in self.environ.items()}

    def skip_if_missing(self) -> None:
        """Skip the test where it cannot be run."""
        program = MODULES / self.program
        reason = sandbox.missing("unshare", "git") or ("" if program.exists() else f"{program} is not installed")
        if reason:
            pytest.skip(reason)


CLAUDE_CODE = Agent(
    name="claude-code",
    program="@anthropic-ai/claude-code-linux-x64/claude",
    arguments=("--print", "--model", "claude-mirror", "--allowedTools", "Read,Write,Bash(git log:*)", "--"),
    environ={
        "ANTHROPIC_BASE_URL": "{url}",
        "ANTHROPIC_AUTH_TOKEN": "key-test",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    },
    steps=story.Steps(
        ("Read", {"file_path": f"{PROJECT}/customers.txt"}),
        ("Bash", {"command": "git log -1", "description": "Shows the last commit"}),
        lambda text: ("Write", {"file_path": f"{PROJECT}/reply.txt", "content": text}),
    ),
)
_CODEX = story.Steps(
    ("exec_command", {"cmd": "cat customers.txt"}),
    ("exec_command", {"cmd": "git log -1"}),
    lambda text: ("exec_command", {"cmd": f"cat > reply.txt <<'END'\n{text}\nEND"}),
)
_CODEX_ARGUMENTS = ("exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--")
CODEX = Agent(
    name="codex",
    program=".bin/codex",
    arguments=_CODEX_ARGUMENTS,
    environ={"RELAY_KEY": "key-test"},
    settings={
        ".codex/config.toml": """
model = "gpt-5-codex"
model_provider = "relay"

[model_providers.relay]
name = "relay"
base_url = "{url}/v1"
env_key = "RELAY_KEY"
wire_api = "responses"

[analytics]
enabled = false
"""
    },
    steps=_CODEX,
)
# Its built-in provider tries a WebSocket first.
CODEX_BUILT_IN = Agent(
    name="codex-built-in",
    program=".bin/codex",
    arguments=_CODEX_ARGUMENTS,
    environ={"CODEX_API_KEY": "key-test"},
    settings={
        ".codex/config.toml": 'model = "gpt-5-codex"\nopenai_base_url = "{url}/v1"\n\n[analytics]\nenabled = false\n'
    },
    steps=_CODEX,
)
OPENCODE = Agent(
    name="opencode",
    program="opencode-linux-x64/bin/opencode",
    arguments=("run", "--"),
    settings={
        ".config/opencode/opencode.json": json.dumps(
            {
                "$schema": "https://opencode.ai/config.json",
                "provider": {
                    "relay": {
                        "npm": "@ai-sdk/openai-compatible",
                        "options": {"baseURL": "{url}/v1", "apiKey": "key-test"},
                        "models": {"mirror": {}},
                    }
                },
                "model": "relay/mirror",
                "small_model": "relay/mirror",
                "permission": "allow",
                "autoupdate": False,
                "share": "disabled",
            }
        )
    },
    steps=story.Steps(
        ("read", {"filePath": f"{PROJECT}/customers.txt"}),
        ("bash", {"command": "git log -1", "description": "Shows the last commit"}),
        lambda text: ("write", {"filePath": f"{PROJECT}/reply.txt", "content": text}),
    ),
)
GEMINI_CLI = Agent(
    name="gemini-cli",
    program=".bin/gemini",
    arguments=("--model", "gemini-3-pro", "--approval-mode", "yolo", "--skip-trust", "--prompt"),
    environ={"GOOGLE_GEMINI_BASE_URL": "{url}", "GEMINI_API_KEY": "key-test"},
    settings={
        ".gemini/settings.json": json.dumps(
            {
                "security": {"auth": {"selectedType": "gemini-api-key"}},
                "privacy": {"usageStatisticsEnabled": False},
                "general": {"enableAutoUpdate": False},
            }
        )
    },
    steps=story.Steps(
        ("read_file", {"file_path": f"{PROJECT}/customers.txt"}),
        ("run_shell_command", {"command": "git log -1", "description": "Shows the last commit"}),
        lambda text: ("write_file", {"file_path": f"{PROJECT}/reply.txt", "content": text}),
    ),
)
CONTINUE = Agent(
    name="continue",
    program=".bin/cn",
    arguments=("--print", "--auto", "--config", f"/home/{sandbox.USER}/.continue/config.yaml", "--"),
    environ={"CONTINUE_TELEMETRY_ENABLED": "0"},
    settings={
        ".continue/config.yaml": """
name: relay
version: 1.0.0
schema: v1
models:
  - name: relay
    provider: openai
    model: gpt-5
    apiBase: {url}/v1
    apiKey: key-test
    roles: [chat]
"""
    },
    steps=story.Steps(
        ("Read", {"filepath": f"{PROJECT}/customers.txt"}),
        ("Bash", {"command": "git log -1"}),
        lambda text: ("Write", {"filepath": f"{PROJECT}/reply.txt", "content": text}),
    ),
)
AGENTS = (CLAUDE_CODE, CODEX, CODEX_BUILT_IN, OPENCODE, GEMINI_CLI, CONTINUE)


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent.name)
def test_agent(agent: Agent, upstream: ServeMirror, relay: ServeRelay, tmp_path: Path) -> None:
    """It reads, runs, writes and answers with the real values, and the upstream sees none of them."""
    agent.skip_if_missing()
    program = MODULES / agent.program
    project = sandbox.home(tmp_path, story.FILES)
    mirror = upstream(speak=story.script(agent.steps))
    url = relay(mirror.base_url)
    agent.settle(project.parent, url)
    environ = agent.environ_for(url)
    with sandbox.proxy() as (proxy, asked):
        version = sandbox.run(tmp_path, [str(program), "--version"], environ, proxy=proxy, timeout_s=60).stdout.strip()
        command = [str(program), *agent.arguments, story.PROMPT]
        done = sandbox.run(tmp_path, command, environ, proxy=proxy, timeout_s=TIMEOUT_S)
    sizes = [len(received.raw) for received in mirror.received]
    print(f"{agent.name} {version}: {len(sizes)} requests of {sizes} bytes; it also asked for {sorted(set(asked))}")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert story.ANSWER in done.stdout, done.stdout[-2000:]
    assert (project / "reply.txt").read_text().strip() == story.COPY
    story.assert_absent(mirror)
    story.assert_steady(mirror)
    assert {received.header("user-agent") for received in mirror.received} == {"relay"}
