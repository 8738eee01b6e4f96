"""docs/clients.md: what runs in Python and curl is run here, settings are those that `make e2e-agents` uses."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relay.client_keys import SHOWN
from relay.config import load
from relay.doors.http.app import Running
from relay.upstream.mirror import Mirror
from tests.agents import agents
from tests.conftest import ROOT, Environment

PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
BLOCKS = [
    (section, language, text)
    for section, body in SECTIONS.items()
    for language, text in re.findall(r"^```(\w+)\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
]
URL = "http://127.0.0.1:8080"
# Sections whose packages are not relay's own.
ENVIRONMENTS = {
    "Gemini": "google_genai",
    "Ollama": "ollama",
    "LangChain": "langchain",
    "pydantic-ai": "pydantic_ai",
    "LiteLLM": "litellm",
}
KEYS = dict.fromkeys(("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"), "key-test")


def blocks(language: str, *sections: str) -> list[str]:
    return [text for section, name, text in BLOCKS if name == language and (not sections or section in sections)]


def test_no_block_escapes() -> None:
    """Every block has a language that is tried, and stands in a section."""
    assert {language for _, language, _ in BLOCKS} == {"sh", "python", "js", "toml", "json", "yaml"}
    assert PAGE.count("```") == 2 * len(BLOCKS)


def said(command: list[str], url: str, home: Path, **environ: str) -> str:
    """Run `command` with relay at `url` and return what it printed."""
    done = subprocess.run(
        [word.replace(URL, url) for word in command],
        env={"PATH": os.environ["PATH"], "HOME": str(home), **KEYS, **environ},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize(
    ("section", "code"),
    [(section, text) for section, name, text in BLOCKS if name == "python"],
    ids=lambda value: value[:12],
)
def test_python(
    section: str, code: str, relay: Running, mirror: Mirror, environment: Environment, tmp_path: Path
) -> None:
    """The address comes back in every answer and never reaches the upstream."""
    python = environment(ENVIRONMENTS[section]) if section in ENVIRONMENTS else Path(sys.executable)
    out = said([str(python), "-W", "ignore", "-c", code], relay.url, tmp_path, LITELLM_LOCAL_MODEL_COST_MAP="True")
    turns = [received for received in mirror.received if not received.path.endswith("/embeddings")]
    assert len(turns) == out.count("Shall I draft the reply for maria@example.org?") > 0
    assert all(b"maria" not in received.raw for received in mirror.received)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(relay: Running, mirror: Mirror, tmp_path: Path) -> None:
    """The command answers as it stands."""
    (command,) = blocks("sh", "curl")
    assert "maria@example.org" in said(["sh", "-c", command], relay.url, tmp_path)
    assert b"maria" not in mirror.received[-1].raw


@pytest.mark.parametrize("agent", [agents.CODEX, agents.CODEX_BUILT_IN], ids=lambda agent: agent.name)
def test_codex(agent: agents.Agent) -> None:
    """The settings are those that the real program is driven with."""
    (used,) = agent.settings.values()
    used = used.replace("{url}", URL).replace("RELAY_KEY", "OPENAI_API_KEY").lstrip()
    assert used in blocks("toml", "Codex")


def test_claude_code() -> None:
    """The variables are those that the real program is driven with."""
    (shown,) = blocks("sh", "Claude Code")
    variables = dict(re.findall(r"^export (\w+)=(.*)$", shown, re.MULTILINE))
    used = {name: value.replace("{url}", URL) for name, value in agents.CLAUDE_CODE.environ.items()}
    assert variables == {**used, "ANTHROPIC_AUTH_TOKEN": "$ANTHROPIC_API_KEY"}


def test_opencode() -> None:
    """The settings are those that the real program is driven with, less what lets it run without asking."""
    (shown,) = blocks("json", "opencode")
    (used,) = agents.OPENCODE.settings.values()
    tree = json.loads(used.replace("{url}", URL).replace("mirror", "gpt-5").replace("key-test", "{env:OPENAI_API_KEY}"))
    del tree["permission"]
    assert json.loads(shown) == tree


def test_gemini_cli() -> None:
    """The settings are those that the real program is driven with."""
    (shown,) = blocks("json", "Gemini CLI")
    (used,) = agents.GEMINI_CLI.settings.values()
    assert json.loads(shown) == json.loads(used)
    (variable,) = blocks("sh", "Gemini CLI")
    given = agents.GEMINI_CLI.environ["GOOGLE_GEMINI_BASE_URL"].replace("{url}", URL)
    assert variable == f"export GOOGLE_GEMINI_BASE_URL={given}\n"


def test_continue() -> None:
    """The settings are those that the real program is driven with."""
    (used,) = agents.CONTINUE.settings.values()
    assert blocks("yaml", "Continue") == [used.replace("{url}", URL).lstrip()]


def test_azure_configuration(tmp_path: Path) -> None:
    """The host says that it is Azure, and requests go to the path that Azure has."""
    (tmp_path / "relay.yaml").write_text(*blocks("yaml", "Azure"), encoding="utf-8")
    upstream = load(tmp_path / "relay.yaml", {}).upstreams["azure"]
    assert upstream.is_azure
    assert upstream.address == "https://my-resource.openai.azure.com/openai"


@pytest.mark.parametrize("shown", blocks("yaml", "A page in a browser", "A client in a container"))
def test_configuration(shown: str, tmp_path: Path) -> None:
    """The configuration is valid as it stands, with the digest of a key in place of the zeros."""
    (tmp_path / "relay.yaml").write_text(shown.replace(SHOWN, "ab" * 32), encoding="utf-8")
    given = {"upstreams": {"one": {"kind": "frontier", "base_url": "http://127.0.0.1:9", "credential": "none"}}}
    server = load(tmp_path / "relay.yaml", {}, given).server
    assert server.allowed_origins or server.allowed_hosts
