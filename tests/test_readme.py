"""Every code block of the README and of the documentation's pages is run or checked.

Left out: docs/clients.md (tests/e2e/test_client_docs.py), docs/extending (tests/unit/test_plugins.py and others) and
docs/deploy (tests/test_deploy.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

import relay
from relay import build
from relay.config import load
from relay.doors.cli import app
from relay.policy import loader
from relay.types import RouteKind
from relay.upstream import mirror

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIMIT_WORDS = 900
ELSEWHERE = re.compile(r"docs/(clients\.md|release\.md|extending.*|deploy/.*)")
PAGES = {
    name: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if not ELSEWHERE.fullmatch(name := path.relative_to(ROOT).as_posix())
}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Blocks that the site's generator reads, such as ```{toctree}.
DIRECTIVE = re.compile(r"^```\{[\w-]+\}.*\n(?:.*\n)*?```$", re.MULTILINE)
# A block that stands on several pages is tried once.
BLOCKS = list(dict.fromkeys(block for text in PAGES.values() for block in BLOCK.findall(text)))


def blocks(language: str) -> list[str]:
    return [text for name, text in BLOCKS if name == language]


PYTHON = {
    "sdk": [code for code in blocks("python") if "base_url=" in code],
    "mirror": [code for code in blocks("python") if "Mirror()" in code],
    "library": [code for code in blocks("python") if "open_session" in code],
    "plug-in": [code for code in blocks("python") if "PLUGINS" in code],
}
COMMANDS = list(
    dict.fromkeys(
        line.split(" #")[0].strip().removeprefix(".venv/bin/")
        for text in blocks("sh")
        for line in text.replace("\\\n", "").splitlines()
        if line.strip()
    )
)
TARGETS = sorted(set(re.findall(r"(?:^|`)make ([a-z][a-z0-9-]+)", "\n".join(PAGES.values()), re.MULTILINE)))
# Commands that do not end, need root or a network: they are parsed and not run.
PARSED = re.compile(r"relay (serve|doctor|report costs)\b|relay demo$")


def test_every_block_is_tried() -> None:
    """No block escapes these tests; drawings alone are text."""
    assert {name for name, _ in BLOCKS} == {"sh", "python", "yaml", "json", "text"}
    for name, text in PAGES.items():
        assert text.count("```") == 2 * (len(BLOCK.findall(text)) + len(DIRECTIVE.findall(text))), name
    assert all("→" in text for text in blocks("text"))
    assert sorted(code for codes in PYTHON.values() for code in codes) == sorted(blocks("python"))


def test_the_readme_is_short() -> None:
    """Details have pages of their own."""
    assert len(README.split()) <= LIMIT_WORDS


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


@pytest.mark.parametrize("code", PYTHON["sdk"])
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


@pytest.mark.parametrize("code", PYTHON["mirror"])
def test_mirror_blocks(code: str) -> None:
    """A program's test sees what its upstream got."""
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)

    async def ask(base_url: str) -> None:
        async with httpx.AsyncClient() as client:
            body = {"model": "m", "messages": [{"role": "user", "content": "hello there"}]}
            (await client.post(f"{base_url}/v1/chat/completions", json=body)).raise_for_status()

    assert "hello there" in asyncio.run(names["upstream_saw"](ask))


@pytest.mark.parametrize("code", PYTHON["library"])
def test_library_blocks(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.parametrize("code", PYTHON["plug-in"])
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
def test_yaml_blocks(text: str, tmp_path: Path) -> None:
    """Policies and configurations are valid as they stand."""
    path = tmp_path / "block.yaml"
    path.write_text(text, encoding="utf-8")
    if text.startswith("version:"):
        assert build.engine(loader.load(path)).digest
    elif text.startswith("patterns:"):
        assert {"STAFF_NUMBER", "BADGE", "TRADE_SECRET", "CUSTOMER"} == build.additions([path]).entity_types
    else:
        path.write_text(text.replace("0" * 64, "3f" * 32), encoding="utf-8")  # relay refuses what documentation shows
        config = load(path, {})
        # A whole configuration shows both kinds; others show one section.
        assert not config.upstreams or {upstream.kind for upstream in config.upstreams.values()} == set(RouteKind)


@pytest.mark.parametrize("text", blocks("json"))
def test_json_blocks(text: str) -> None:
    """JSON is JSON."""
    assert json.loads(text)


@pytest.mark.parametrize("target", TARGETS)
def test_make_targets_do_something(target: str) -> None:
    """The commands are CI's own or long, so they are not run from inside the tests; what they would run is real."""
    done = subprocess.run(["make", "--dry-run", target], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    assert "bin/" in done.stdout
    for module in re.findall(r"-m (benchmarks\.\w+)", done.stdout):
        assert (ROOT / module.replace(".", "/") / "__main__.py").exists()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the commands name; they run in it one after the other."""
    made = tmp_path_factory.mktemp("commands")
    for name, text in {
        "notes.txt": "Maria Gonzalez, maria@example.org\n",
        "key.bin": "k" * 32,
        "request.json": '{"messages": [{"role": "user", "content": "patient Maria Gonzalez, MRN 12345678"}]}',
        "decisions.jsonl": "",
    }.items():
        (made / name).write_text(text, encoding="utf-8")
    (made / "policies").symlink_to(ROOT / "policies")
    return made


def parted(command: str) -> tuple[list[str], str | None]:
    """Return the words of a command, and the file that its output goes to."""
    command, _, out = re.sub(r"\d?>>", ">", command).partition(">")
    return shlex.split(command), out.strip() or None


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith("relay ") and not PARSED.match(line)])
def test_relay_commands(command: str, folder: Path) -> None:
    """Each command ends with status 0, in the pages' order, in one folder."""
    words, out = parted(command)
    done = subprocess.run(
        [sys.executable, "-m", "relay", *words[1:]], cwd=folder, capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if out is not None:
        assert "Maria" not in done.stdout
        (folder / out).write_text(done.stdout, encoding="utf-8")
    if words[1] == "restore":
        assert done.stdout == "Maria Gonzalez, maria@example.org\n"


@pytest.mark.parametrize("command", [line for line in COMMANDS if PARSED.match(line)])
def test_relay_commands_that_are_not_run(command: str) -> None:
    """Each has the options and arguments that the program knows."""
    words, _ = parted(command)
    parser = typer.main.get_command(app)
    context = parser.make_context("relay", words[1:])
    while hasattr(parser, "resolve_command"):
        name, parser, rest = parser.resolve_command(context, [*context._protected_args, *context.args])
        assert parser is not None
        context = parser.make_context(name, rest, parent=context)


@pytest.mark.parametrize("command", [line for line in COMMANDS if not line.startswith(("relay ", "make "))])
def test_other_commands(command: str, folder: Path) -> None:
    """What pip installs is this project; anything else runs."""
    if command.startswith("pip "):
        assert command == f"pip install relay-{relay.__version__}-py3-none-any.whl"
        return
    if not command.startswith("export ") and shutil.which(command.split()[0]) is None:
        pytest.skip(f"{command.split()[0]} is not installed")
    done = subprocess.run(["sh", "-ec", command], cwd=folder, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere() -> None:
    """Every relative link of the README names a file of the project or a heading of the page."""
    headings = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", README, re.M)}
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if target.startswith("#"):
            assert target[1:] in headings
        else:
            assert (ROOT / target).exists(), target
