"""The wheel runs by itself: installed with the locked requirements, started from an empty folder, on each Python."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from relay import __version__, shipped
from tests.conftest import ROOT

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
TEXT = "Write to Maria Gonzalez, maria@example.org\n"
SCRUBBED = "Write to [PERSON_1], [PERSON_1_EMAIL]\n"


def _build(source: Path, target: str, folder: Path) -> Path:
    """Build an sdist or a wheel of the tree `source` in `folder`."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder],
        cwd=source,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    if "No module named hatchling" in done.stderr and not os.environ.get("CI"):
        pytest.skip("hatchling is not there; `make` installs it")
    assert done.returncode == 0, done.stderr
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel that is built from the sdist, as whoever installs from source gets it."""
    sdist = _build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))
    source = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(source, filter="data")
    return _build(source / f"relay-{__version__}", "wheel", tmp_path_factory.mktemp("wheel"))


def test_what_is_in_the_wheel(wheel: Path, tmp_path: Path) -> None:
    """Every module, policy and model, the marker of types, and nothing else; the tree gives the same bytes."""
    names = zipfile.ZipFile(wheel).namelist()
    data = {name.removeprefix("relay/_data/") for name in names if name.startswith("relay/_data/")}
    models = {path.parent for path in shipped.MODELS.glob("*/model.yaml")}
    assert models
    wanted = {"ner_models/README.md"}
    for folder in (shipped.POLICIES, *models):
        wanted |= {path.relative_to(shipped.MODELS.parent).as_posix() for path in folder.iterdir() if path.is_file()}
    assert data == wanted
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "relay").rglob("*.py")}
    assert modules | {"relay/py.typed"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"relay", f"relay-{__version__}.dist-info"}
    assert _build(ROOT, "wheel", tmp_path).read_bytes() == wheel.read_bytes()


@dataclass(frozen=True, slots=True)
class Installation:
    """An environment of a Python version that holds relay's wheel, and an empty folder to run in."""

    bin: Path
    empty: Path
    version: str

    def install(self, *arguments: str | Path) -> None:
        """Install wheels with the pip of the tests, as the environment has none."""
        pip = [sys.executable, "-m", "pip", "--python", self.bin / "python", "install", "--quiet", "--no-compile"]
        command = [*pip, "--only-binary", ":all:", *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=400)
        assert done.returncode == 0, done.stderr[-2000:]

    def environ(self) -> dict[str, str]:
        """Return what a fresh shell has: nothing of the tests' own environment."""
        return {"PATH": f"{self.bin}:{os.defpath}", "HOME": str(self.empty)}

    def run(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / command[0], *command[1:]],
            input=stdin,
            cwd=self.empty,
            env=self.environ(),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )


def _interpreter(version: str) -> str:
    """Return an interpreter of `version`, or skip the test."""
    known = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    candidates = [sys.executable] * (version == HERE) + [shutil.which(f"python{version}"), *map(str, known)]
    for path in filter(None, candidates):
        code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run([path, "-c", code], capture_output=True, encoding="utf-8", timeout=30)
        if done.stdout.strip() == version:
            return path
    pytest.skip(f"no Python {version} is on PATH or below ~/.pyenv/versions")


@pytest.fixture(scope="module", params=["3.11", "3.12", "3.13", "3.14"])
def installed(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """The wheel and what a server needs in an empty environment; gone again afterwards, as it takes 350 MB."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([_interpreter(request.param), "-m", "venv", "--without-pip", folder], check=True, timeout=60)
    found = Installation(folder / "bin", tmp_path_factory.mktemp("empty"), request.param)
    found.install("--require-hashes", "-r", ROOT / "requirements-slim.lock")
    found.install("--no-deps", "--no-index", wheel)
    yield found
    shutil.rmtree(folder)


def test_commands_run_from_an_empty_folder(installed: Installation) -> None:
    """Scrubbing, the shipped policies' tests and the demo, with the model and the policies of the wheel."""
    assert installed.run("relay", "--version").stdout == f"relay {__version__}\n"
    scrubbed = installed.run("relay", "scrub", "--policy", "strict", stdin=TEXT)
    assert (scrubbed.returncode, scrubbed.stdout) == (0, SCRUBBED), scrubbed.stderr
    tested = installed.run("relay", "policy", "test")
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert [line.split("/")[-1].split(".")[0] for line in tested.stdout.splitlines()] == list(shipped.policy_names())
    assert f"{installed.bin.parent}/" in tested.stdout
    shown = installed.run("relay", "demo")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "shredded: True" in shown.stdout
    assert list(installed.empty.iterdir()) == []


def test_serve_runs_from_an_empty_folder(installed: Installation) -> None:
    """It says ready, with a shipped policy by name, and ends when it is told to."""
    process = subprocess.Popen(
        [installed.bin / "relay", "serve", "-u", "http://127.0.0.1:9", "-p", "hipaa", "-P", "0"],
        cwd=installed.empty,
        env=installed.environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_presidio_and_spacy_wait_until_they_are_asked_for(installed: Installation) -> None:
    """Where they are missing one line says so; where they are there nothing imports them without need."""
    own = installed.empty / "own.yaml"
    own.write_text('presidio: ["presidio_analyzer.predefined_recognizers:UsSsnRecognizer"]\n', encoding="utf-8")
    scrub = ("relay", "scrub", "--recognizers", "own.yaml")
    done = installed.run(*scrub, stdin=TEXT)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "relay: own.yaml:1:12: Presidio is not installed; "
        "requirements-slim.lock leaves it out, requirements.lock has it\n"
    )
    if installed.version != HERE:
        return
    installed.install("--require-hashes", "-r", ROOT / "requirements.lock")
    done = installed.run(*scrub, stdin=TEXT)
    assert (done.returncode, done.stdout) == (0, SCRUBBED), done.stderr
    code = (
        f"import sys, relay\nwith relay.open_session() as session: print(session.scrub({TEXT!r}).text, end='')\n"
        "print(sorted({'presidio_analyzer', 'spacy', 'matplotlib'} & set(sys.modules)))"
    )
    assert installed.run("python", "-c", code).stdout == f"{SCRUBBED}[]\n"
