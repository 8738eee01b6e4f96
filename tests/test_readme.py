"""Every code block of README.md runs: what it says is what happens."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import relay
from relay import build
from relay.config import load
from relay.policy import loader
from relay.types import RouteKind
from relay.upstream import mirror

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


def test_every_block_has_a_language_that_is_tried() -> None:
    """No block escapes these tests."""
    assert {name for name, _ in BLOCKS} == {"sh", "python", "yaml"}
    assert README.count("```") == 2 * len(BLOCKS)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, mirror.Mirror]]:
    """`relay serve` as the README starts it, with the embedded upstream for a provider."""
    started = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    found: list[mirror.Mirror] = []

    async def run() -> None:
        done = asyncio.Event()
        async with mirror.running(port=0) as upstream:
            found.append(upstream)
            stop.append((asyncio.get_running_loop(), done))
            started.set()
            await done.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    started.wait(10)
    command = [sys.executable, "-m", "relay", "serve", "--port", "0", "--upstream", found[0].base_url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("ready http://127.0.0.1:")
        yield line.split()[1], found[0]
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
        loop, done = stop[0]
        loop.call_soon_threadsafe(done.set)
        thread.join(10)


@pytest.mark.parametrize("code", [code for code in blocks("python") if "base_url" in code])
def test_sdk_blocks(
    code: str,
    served: tuple[str, mirror.Mirror],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The SDKs work against relay, the upstream sees no name, and the answer has it back."""
    url, upstream = served
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    before = len(upstream.received)
    names: dict[str, object] = {}
    exec(compile(code.replace("http://127.0.0.1:8080", url), "README.md", "exec"), names)
    with contextlib.closing(names["client"]):  # type: ignore[type-var]
        assert "Maria Gonzalez" in capsys.readouterr().out
    sent = "".join(str(request.body) for request in upstream.received[before:])
    assert "[PERSON_1]" in sent
    assert "Maria" not in sent
    assert "maria" not in sent


@pytest.mark.parametrize("code", [code for code in blocks("python") if "open_session" in code])
def test_library_block(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrubbed, answered, restored."""
    monkeypatch.chdir(ROOT)
    seen: list[str] = []

    def model_says(text: str) -> str:
        seen.append(text)
        return f"I wrote: {text}"

    names: dict[str, object] = {"model_says": model_says, "relay": relay}
    exec(compile(code, "README.md", "exec"), names)
    assert seen == ["Write to [PERSON_1], [PERSON_1_EMAIL]"]
    assert names["answer"] == "I wrote: Write to Maria Gonzalez, maria@example.org"


@pytest.mark.parametrize("code", [code for code in blocks("python") if "PLUGINS" in code])
def test_plug_in_block(code: str, tmp_path: Path) -> None:
    """The example recognizer finds what its checksum allows, and nothing else."""
    from relay.detect.analyzer import Analyzer
    from relay.types import Segment

    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    (plugin,) = names["PLUGINS"]  # type: ignore[misc]
    analyzer = Analyzer([plugin()], None, lookalikes=lambda _: ())
    rows = analyzer.analyze([Segment(pointer="", text="badge BDG-1234561, not BDG-1234567")])
    assert [(span.entity_type, span.start, span.end) for span in rows[0]] == [("EMPLOYEE_BADGE", 6, 17)]


@pytest.mark.parametrize("text", blocks("yaml"), ids=lambda text: text.split(":")[0])
def test_yaml_blocks(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Policies and configurations are valid as they stand."""
    path = tmp_path / "block.yaml"
    path.write_text(text, encoding="utf-8")
    if text.startswith("version:"):
        assert build.engine(loader.load(path)).digest
    elif text.startswith("patterns:"):
        assert {"STAFF_NUMBER", "BADGE", "TRADE_SECRET", "CUSTOMER"} == build.additions([path]).entity_types
    else:
        config = load(path, {})
        assert {upstream.kind for upstream in config.upstreams.values()} == set(RouteKind)


COMMANDS = [line.split("#")[0].strip() for text in blocks("sh") for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z][a-z0-9-]+)", README))))
def test_make_targets_do_something(target: str) -> None:
    """The commands are CI's own or long, so they are not run from inside the tests; what they would run is real."""
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    assert "bin/" in done.stdout
    for module in re.findall(r"-m (benchmarks\.\w+)", done.stdout):
        assert (ROOT / module.replace(".", "/") / "__main__.py").exists()


@pytest.mark.parametrize("command", [line for line in COMMANDS if "bin/relay" in line and "serve" not in line])
def test_relay_commands(command: str, tmp_path: Path) -> None:
    """Each command ends with status 0, in the README's order, in one folder."""
    folder = Path(os.environ.setdefault("RELAY_README_FOLDER", str(tmp_path)))
    folder.mkdir(exist_ok=True)
    for name, text in {
        "notes.txt": "Maria Gonzalez, maria@example.org\n",
        "key.bin": "k" * 32,
        "request.json": '{"messages": [{"role": "user", "content": "patient Maria Gonzalez, MRN 12345678"}]}',
    }.items():
        (folder / name).write_text(text)
    if not (folder / "policies").exists():
        (folder / "policies").symlink_to(ROOT / "policies")
    words = shlex.split(command)
    out = None
    if ">" in words:
        out = folder / words[words.index(">") + 1]
        words = words[: words.index(">")]
    done = subprocess.run(
        [sys.executable, "-m", "relay", *words[1:]], cwd=folder, capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if out is not None:
        assert "Maria" not in done.stdout
        out.write_text(done.stdout)
    if words[1] == "restore":
        assert done.stdout == "Maria Gonzalez, maria@example.org\n"


def test_serve_is_shown_as_it_is_started() -> None:
    """The one command that does not end by itself is the one that the fixture above runs."""
    assert [line for line in COMMANDS if "serve" in line] == [
        ".venv/bin/relay serve --upstream https://api.openai.com/v1"
    ]


def test_links_lead_somewhere() -> None:
    """Every relative link names a file of the project or a heading of this page."""
    headings = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", README, re.M)}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings
        else:
            assert (ROOT / target).exists(), target
