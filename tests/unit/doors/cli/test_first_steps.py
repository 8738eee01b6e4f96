"""What a new user meets: help, completion, errors of usage, a first configuration and a first key."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from relay.client_keys import SHOWN
from relay.config import load, read_clients
from relay.doors.cli import app, main
from relay.types import RouteKind

URL = "https://api.openai.com/v1"


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Any:
    """Return a function that runs the command line here, in an empty folder: its status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["relay", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command and of every group."""
    yield path
    for name, item in getattr(command, "commands", {}).items():
        yield from commands(item, (*path, name))


COMMANDS = list(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(call: Any, words: tuple[str, ...]) -> None:
    """By -h as by --help, with a sentence for itself, every option and every argument."""
    status, text, _ = call(*words, "-h")
    assert (status, text) == call(*words, "--help")[:2]
    assert status == 0
    assert text.startswith(f"Usage: {' '.join(('relay', *words))} ")
    for line in re.findall(r"^  (-.*|\w+ <.*)$", text, re.MULTILINE):
        assert re.search(r"\s{2,}\S|>$", line), line
    for phrase in ("whoever", "nobody", "came to", "sees to", "As for", "For machines"):
        assert phrase not in text


def test_help_imports_no_part_that_works() -> None:
    """It needs neither detection nor a server, which take most of a second to import."""
    code = "import sys, runpy\nsys.argv = ['relay', '-h']\n"
    code += "try:\n    runpy.run_module('relay', run_name='__main__')\nexcept SystemExit:\n    pass\n"
    code += "print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60, encoding="utf-8")
    loaded = set(done.stderr.split())
    assert {"relay.doors.cli", "typer"} <= loaded
    assert not loaded & {
        "relay.build",
        "relay.detect",
        "relay.wire",
        "onnxruntime",
        "aiohttp",
        "numpy",
        "presidio_analyzer",
    }


@pytest.mark.parametrize(
    ("words", "offered"),
    [("relay sc", {"scrub"}), ("relay serve --up", {"--upstream"}), ("relay policy li", {"lint"})],
)
def test_completion(call: Any, monkeypatch: pytest.MonkeyPatch, words: str, offered: set[str]) -> None:
    """The script that --install-completion installs asks like this."""
    monkeypatch.setenv("_RELAY_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert set(call()[1].split()) == offered


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["srve"], "No such command 'srve'. Did you mean 'serve'? (see relay -h)"),
        (["serve", "--prot", "1"], "No such option: --prot (Possible options: --host, --port) (see relay serve -h)"),
        (["serve", "--port", "x"], "Invalid value for '--port' / '-P' (env var: 'RELAY_PORT'): "),
        (["init"], "Missing option '--upstream' / '-u' (env var: 'RELAY_UPSTREAM') (see relay init -h)"),
        (["policy", "lint"], "Missing argument 'files' (see relay policy lint -h)"),
    ],
)
def test_an_error_of_usage_is_one_line(
    call: Any, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    """Status 2; the option is named, and where to read on."""
    monkeypatch.delenv("RELAY_UPSTREAM", raising=False)
    status, out, error = call(*arguments)
    assert (status, out, error.count("\n")) == (2, "", 1)
    assert error.startswith(f"relay: {said}")


@pytest.mark.parametrize("words", [words for words in COMMANDS if words in ((), ("policy",), ("report",))])
def test_a_group_without_a_command_shows_its_help(call: Any, words: tuple[str, ...]) -> None:
    """On standard error and with status 2, as nothing was done."""
    status, out, error = call(*words)
    assert (status, out) == (2, "")
    assert error.startswith(f"Usage: {' '.join(('relay', *words))} ")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["serve", "-u", "ftp://example.com"],
            "--upstream: upstreams.upstream.base_url: must be an http:// or https://",
        ),
        (["serve", "-u", "http://127.0.0.1:9", "-P", "70000"], "--port: server.port: "),
        (["serve", "-u", "http://127.0.0.1:9", "-H", "0.0.0.0"], "clients: at least one is required "),
        (["serve", "-u", "http://127.0.0.1:9", "-p", "hippa"], "hippa: no such file, and no policy that ships with"),
        (["policy", "show", "-p", "hippa"], 'did you mean "hipaa"?'),
        (
            ["init", "-u", "https://u:c4nary@example.com"],
            "--upstream: upstreams.upstream.base_url: must hold no user info",
        ),
        (["init", "-u", URL, "-p", "hippa"], 'did you mean "hipaa"?'),
        (["init", "-u", URL, "-o", "no/folder/relay.yaml"], "--output: no/folder/relay.yaml cannot be written: "),
    ],
)
def test_a_complaint_names_the_option(call: Any, arguments: list[str], complaint: str) -> None:
    """One line with status 1, without the value of a credential."""
    status, out, error = call(*arguments, *(["--no-harden"] if arguments[0] == "serve" else []))
    assert (status, out, error.count("\n")) == (1, "", 1)
    assert complaint in error
    assert "c4nary" not in error


@pytest.mark.parametrize(
    ("url", "options", "name", "kind", "formats"),
    [
        (URL, [], "openai", "frontier", ["openai"]),
        ("https://api.anthropic.com", [], "anthropic", "frontier", ["anthropic"]),
        ("https://generativelanguage.googleapis.com", [], "gemini", "frontier", ["gemini"]),
        ("https://gateway.example.com/llm", [], "upstream", "frontier", ["openai", "anthropic", "gemini", "ollama"]),
        ("http://127.0.0.1:11434", ["--local"], "local", "local", ["openai", "anthropic", "gemini", "ollama"]),
    ],
)
def test_init_writes_a_configuration_that_is_valid(
    call: Any, tmp_path: Path, url: str, options: list[str], name: str, kind: str, formats: list[str]
) -> None:
    """As it stands, and with every optional key switched on."""
    assert call("init", "--upstream", url, *options)[0] == 0
    path = tmp_path / "relay.yaml"
    text = path.read_text(encoding="utf-8")
    config = load(path, {})
    ((found, upstream),) = config.upstreams.items()
    assert (found, upstream.kind, upstream.base_url) == (name, RouteKind(kind), url)
    assert list(upstream.formats) == formats
    assert config.policy == Path("default")
    switched = re.sub(r"^( *)# (?=\w+:|  - )", r"\1", text, flags=re.MULTILINE)
    assert len(re.findall(r"^ *# ", text, re.MULTILINE)) - len(re.findall(r"^ *# ", switched, re.MULTILINE)) == 9
    path.write_text(switched.replace(SHOWN, "ab" * 32), encoding="utf-8")
    assert load(path, {}).clients[0].name == "laptop"


def test_init_keeps_a_file_that_exists(call: Any, tmp_path: Path) -> None:
    """It says so, and what to do."""
    path = tmp_path / "relay.yaml"
    path.write_text("server: {port: 1}\n", encoding="utf-8")
    status, _, error = call("init", "-u", URL)
    assert (status, error) == (1, "relay: --output: relay.yaml exists and is kept; choose another name\n")
    assert path.read_text(encoding="utf-8") == "server: {port: 1}\n"


def test_what_init_writes_starts(tmp_path: Path) -> None:
    """`relay serve` says ready with it."""
    relay = [sys.executable, "-m", "relay"]
    written = [*relay, "init", "-u", "http://127.0.0.1:9/v1", "-p", "strict", "-o", "own.yaml"]
    subprocess.run(written, cwd=tmp_path, check=True, capture_output=True, timeout=60)
    with subprocess.Popen(
        [*relay, "serve", "-c", "own.yaml"],
        cwd=tmp_path,
        env={**os.environ, "RELAY__SERVER__PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready http://127.0.0.1:")
        process.terminate()
    assert process.returncode == 0


def test_keygen(call: Any, tmp_path: Path) -> None:
    """The key alone on standard output, so that it can go into a file; the line for the configuration beside it."""
    status, key, line = call("keygen", "--name", "laptop")
    assert status == 0
    assert re.fullmatch(r"relay-[\w-]{43}\n", key)
    path = tmp_path / "relay.yaml"
    path.write_text(f"clients:\n{line}", encoding="utf-8")
    (client,) = load(path, {}).clients
    assert (client.name, client.key_sha256) == ("laptop", hashlib.sha256(key.strip().encode()).hexdigest())
    assert call("keygen")[1] != key


def test_keygen_adds_to_a_file_of_clients(call: Any, tmp_path: Path) -> None:
    """One entry a call below those that are there, also without a line end; what cannot be a list is left alone."""
    path = tmp_path / "clients.yaml"
    assert call("keygen", "--name", "one", "--append", str(path))[0] == 0
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    status, key, said = call("keygen", "--name", "two", "--expires", "2027-01-31", "--append", str(path))
    assert status == 0
    assert key.strip() not in path.read_text(encoding="utf-8") + said
    one, two = read_clients(path)
    assert (one.name, two.name, two.key_sha256) == ("one", "two", hashlib.sha256(key.strip().encode()).hexdigest())
    assert two.expires is not None
    assert two.expires.isoformat().startswith("2027-01-31T23:59:59")
    # A list that is written in another way, or no list: adding a line would break it.
    for text in ("clients: {}\n", "[]\n- {name: a}\n", "- {name: a, key: b}\n"):
        path.write_text(text, encoding="utf-8")
        status, key, _ = call("keygen", "--append", str(path))
        assert (status, key) == (1, "")
        assert path.read_text(encoding="utf-8") == text


def test_keygen_refuses_a_flow_list(call: Any, tmp_path: Path) -> None:
    """`[…]` ends where it ends: an entry below it would make the whole file unreadable."""
    path = tmp_path / "clients.yaml"
    path.write_text('[{name: a, key_sha256: "' + "ab" * 32 + '"}]\n', encoding="utf-8")
    assert call("keygen", "--append", str(path))[0] == 1
    assert len(read_clients(path)) == 1


@pytest.mark.parametrize("until", ["soon", "2027-13-01", "2027-01-31T18:00:00", "01/31/2027"])
def test_keygen_refuses_a_time_that_is_none(call: Any, until: str) -> None:
    """No key is made that would count for ever, or not as long as was meant."""
    status, key, said = call("keygen", "--expires", until)
    assert (status, key) == (1, "")
    assert "--expires" in said
