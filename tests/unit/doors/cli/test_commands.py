"""The command line as a user meets it: in a process of its own, with its exit status and one line for an error."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from relay import build

POLICY = "version: 1\nmodel: none\n"
TEXT = "Write to maria@example.org and bill card 4111 1111 1111 1111.\n"


@pytest.fixture
def policy(tmp_path: Path) -> str:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    return str(path)


def relay(*arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "relay", *arguments],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environ},
        timeout=60,
    )


def test_importing_is_light() -> None:
    """`relay --help` pays for no model, no server, no scan, no validation library."""
    heavy = ["aiohttp", "onnxruntime", "hyperscan", "numpy", "tokenizers", "pydantic", "spacy", "cryptography", "httpx"]
    code = f"import sys, relay.doors.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux starts a second time")
def test_serve_hardens_before_it_imports() -> None:
    """The start that only hardens is as light as `relay --help`; what follows it is paid for once."""
    code = (
        "import os, sys; from relay.doors.cli import main; sys.argv = ['relay', 'serve'];"
        "os.execve = lambda *_: os._exit(len({'aiohttp', 'onnxruntime', 'relay.build'} & set(sys.modules))); main()"
    )
    environ = {name: value for name, value in os.environ.items() if name != "RELAY_HARDENED"}
    assert subprocess.run([sys.executable, "-c", code], timeout=60, env=environ).returncode == 0


def test_the_package_itself_imports_nothing_of_its_own() -> None:
    """`import relay` loads only its public face."""
    code = "import sys, relay; print(sorted(name for name in sys.modules if name.startswith('relay.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_detect_jsonl_streams_rows(policy: str) -> None:
    """One row in, one row out, ids kept, offsets in code points."""
    rows = [{"id": "a", "text": "😀 maria@example.org"}, {"id": 7, "text": "nothing"}]
    done = relay("detect", "--jsonl", "--policy", policy, stdin="\n".join(map(json.dumps, rows)) + "\n")
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["id"] == "a"
    assert [(s["start"], s["end"], s["entity_type"]) for s in first["spans"]] == [(2, 19, "EMAIL_ADDRESS")]
    assert second == {"id": 7, "spans": []}


@pytest.mark.parametrize("id", ["9" * 30, '"\\ud800"', '{"a":["\\udfff",1.5]}', "null"])
def test_detect_jsonl_takes_any_id(policy: str, id: str) -> None:
    """An id comes back as it went in, whatever JSON it is."""
    done = relay("detect", "--jsonl", "--policy", policy, stdin=f'{{"id":{id},"text":"\\ud800"}}\n')
    assert (done.stdout, done.stderr) == (f'{{"id":{id},"spans":[]}}\n', "")


def test_detect_jsonl_says_which_line(policy: str) -> None:
    """A line that is no JSON is named by its number."""
    done = relay("detect", "--jsonl", "--policy", policy, stdin='{"id": 1, "text": ""}\n{"id": 1, "id": 2}\n')
    assert (done.returncode, done.stderr) == (1, "relay: line 2: the body repeats a key within one JSON object\n")


def test_detect_with_a_policy_shows_what_that_policy_replaces(tmp_path: Path) -> None:
    """An exempted value is not shown; a blocked one is."""
    path = tmp_path / "policy.yaml"
    path.write_text(
        "version: 1\nmodel: none\nrules:\n  - {entity: CREDIT_CARD, action: block, why: test}\n"
        'exemptions:\n  - {entity: EMAIL_ADDRESS, match: "*@example.org", on: frontier, action: keep, why: test}\n'
    )
    done = relay("detect", "--jsonl", "--policy", str(path), stdin=json.dumps({"id": 1, "text": TEXT}))
    assert [span["entity_type"] for span in json.loads(done.stdout)["spans"]] == ["CREDIT_CARD"]


def test_detect_for_people(policy: str) -> None:
    """A plain text gives one readable line for each entity."""
    done = relay("detect", "--policy", policy, stdin="one\nmaria@example.org\n")
    assert done.stdout.startswith("2:4-21 EMAIL_ADDRESS ")


def test_scrub_and_restore_with_a_sealed_map(policy: str, tmp_path: Path) -> None:
    """What was scrubbed comes back exactly; the map is readable by its owner only and shows no value."""
    key = tmp_path / "key.bin"
    key.write_bytes(os.urandom(32))
    sealed = tmp_path / "text.map"
    clean = relay("scrub", "--policy", policy, "--map", str(sealed), "--key-file", str(key), stdin=TEXT)
    assert clean.stdout == "Write to [EMAIL_ADDRESS_1] and bill card [CREDIT_CARD_1].\n", clean.stderr
    assert b"maria" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o777 == 0o600
    back = relay("restore", "--map", str(sealed), "--key-file", str(key), stdin=clean.stdout)
    assert back.stdout == TEXT


def test_texts_are_utf_8_whatever_the_terminal_says(policy: str, tmp_path: Path) -> None:
    """Scrubbed and restored texts are UTF-8; what people are shown becomes escapes where it has to."""
    text, sealed = "Письмо для maria@example.org — спасибо\n", str(tmp_path / "text.map")
    environ = {"RELAY_PASSPHRASE": "correct horse", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    clean = relay("scrub", "--policy", policy, "--map", sealed, stdin=text, **environ)
    assert (clean.stdout, clean.stderr) == ("Письмо для [EMAIL_ADDRESS_1] — спасибо\n", "")
    back = relay("restore", "--map", sealed, stdin=clean.stdout, **environ)
    assert (back.stdout, back.stderr) == (text, "")
    shown = relay("detect", "--policy", policy, stdin="почта: мария@example.org", **environ)
    assert (shown.returncode, shown.stderr) == (0, "")


def test_no_map_without_an_output(policy: str, tmp_path: Path) -> None:
    """Where the text can go nowhere, no map is written that would keep the next run from it."""
    sealed = tmp_path / "text.map"
    command = '"$@" >&-'
    arguments = [sys.executable, "-m", "relay", "scrub", "--policy", policy, "--map", str(sealed)]
    done = subprocess.run(
        ["sh", "-c", command, "sh", *arguments],
        input=TEXT,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "RELAY_PASSPHRASE": "correct horse"},
        timeout=60,
    )
    assert done.stderr == "relay: standard output is closed; send it to a file or a pipe\n"
    assert not sealed.exists()


def test_a_passphrase_from_the_environment(policy: str, tmp_path: Path) -> None:
    """RELAY_PASSPHRASE seals and opens; another one does not, and says nothing of what is inside."""
    sealed = str(tmp_path / "text.map")
    relay("scrub", "--policy", policy, "--map", sealed, stdin=TEXT, RELAY_PASSPHRASE="correct horse")
    assert relay("restore", "--map", sealed, stdin="[CREDIT_CARD_1]", RELAY_PASSPHRASE="correct horse").stdout == (
        "4111 1111 1111 1111"
    )
    wrong = relay("restore", "--map", sealed, stdin="[CREDIT_CARD_1]", RELAY_PASSPHRASE="battery staple")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "wrong, or the file was altered" in wrong.stderr


def bad(tmp_path: Path, name: str, data: bytes) -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "stdin", "complaint"),
    [
        (["detect", "/no/such/file"], "", "/no/such/file: cannot be read"),
        (["detect", "--policy", "/no/such/policy.yaml"], "x", "/no/such/policy.yaml"),
        (["detect", "--policy", "{unknown}"], "x", "unknown.yaml:2"),
        (["detect", "--policy", "{style}"], "x", "style.yaml:3:8: style: "),
        (["scrub", "--policy", "{style}"], "x", "style.yaml:3:8: style: "),
        (["serve", "--upstream", "http://127.0.0.1:9", "--policy", "{style}"], "", "style.yaml:3:8: style: "),
        (["detect", "--policy", "{long}"], "x", "cannot be read: File name too long"),
        (["policy", "test", "{long}"], "", "cannot be read: File name too long"),
        (["detect", "--policy", "{loop}"], "x", "no such file"),
        (["detect", "{loop}"], "", "loop: cannot be read: "),
        (["restore", "--map", "{loop}", "--key-file", "{key}"], "", "loop: cannot be read: "),
        (["restore", "--map", "{policy}", "--key-file", "{loop}"], "", "loop: cannot be read: "),
        (["scrub", "--policy", "{policy}", "--map", "{loop}", "--key-file", "{key}"], "x", "loop: "),
        (["init", "--upstream", "https://api.example.com", "--output", "{long}"], "", "cannot be written: File name"),
        (["keygen", "--name", " "], "", "--name: is empty"),
        (["detect", "--jsonl", "--policy", "{policy}"], '{"id": 1}', 'expected an object with "id" and "text"'),
        (["detect", "--jsonl", "--policy", "{policy}"], "{canary", "JSON"),
        (["detect", "--policy", "{policy}", "{latin1}"], "", "not UTF-8 at byte 3"),
        (["restore", "--map", "{policy}", "--key-file", "{key}"], "", "not a sealed map"),
        (["restore", "--map", "{policy}", "--key-file", "{latin1}"], "", "expected at least 16"),
        (["restore", "--map", "{policy}"], "", "needs --key-file or RELAY_PASSPHRASE"),
        (["serve"], "", "no upstream is configured"),
        (["serve", "--upstream", "ftp://example.com"], "", "upstreams.upstream.base_url"),
        (["serve", "--upstream", "http://127.0.0.1:9", "--host", "0.0.0.0"], "", "clients: at least one is required"),
        (["serve", "--upstream", "http://127.0.0.1:9", "--policy", "{unknown}"], "", "unknown.yaml:2"),
        (["serve", "--config", "{badmodel}"], "", "model"),
    ],
)
def test_an_error_is_one_line_without_a_traceback(
    policy: str, tmp_path: Path, arguments: list[str], stdin: str, complaint: str
) -> None:
    """Exit status 1, the place and the reason, and nothing of the input."""
    config = f"upstreams: {{a: {{kind: frontier, base_url: 'http://127.0.0.1:9'}}}}\nmodel_dir: {tmp_path}\n"
    files = {
        "policy": policy,
        "unknown": bad(tmp_path, "unknown.yaml", b"version: 1\nrulez: []\n"),
        "latin1": bad(tmp_path, "latin1.txt", b"abc\xe9 canary"),
        "key": bad(tmp_path, "key.bin", b"k" * 32),
        "style": bad(tmp_path, "style.yaml", b"version: 1\nmodel: none\nstyle: angle\n"),
        "long": "x" * 300,
        "loop": str(tmp_path / "loop"),
        "badmodel": bad(tmp_path, "relay.yaml", config.encode()),
    }
    (tmp_path / "loop").symlink_to("loop")
    done = relay(*(argument.format(**files) for argument in arguments), stdin=stdin)
    assert done.returncode == 1
    assert done.stdout == ""
    assert complaint in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr


def test_debug_shows_frames_but_no_text(policy: str) -> None:
    """`--debug` says where, never what."""
    done = relay("--debug", "detect", "--jsonl", "--policy", policy, stdin="{canary")
    assert "_detect_jsonl" in done.stderr
    assert "canary" not in done.stderr


def test_an_unknown_option_is_a_usage_error() -> None:
    """Status 2, as everywhere."""
    assert relay("detect", "--no-such-option").returncode == 2


def test_doctor_finds_canaries_stopped_and_upstreams_unreachable(policy: str) -> None:
    """It proves scrubbing without any upstream, and fails when one that is configured cannot be reached."""
    fine = relay("doctor", "--policy", policy)
    assert fine.returncode == 0, fine.stdout + fine.stderr
    assert fine.stdout.count("did not leave") == 3
    unreachable = relay("doctor", "--policy", policy, "--upstream", "http://127.0.0.1:9")
    assert unreachable.returncode == 1
    assert "FAIL upstream" in unreachable.stdout


def test_doctor_says_which_languages_the_model_is_not_for() -> None:
    """Who runs relay learns without reading the card where names will be missed."""
    done = relay("doctor")
    line = " ".join(done.stdout.split())
    assert "best in English" in line
    assert re.search(r"do not rely on it in [^;]*Georgian", line)


def test_doctor_says_where_copies_are_left() -> None:
    """A copy fails the check, with its spelling and never with the canary."""
    from relay.doors.cli.memory import State
    from relay.errors import ScrubFailed

    assert State("idle", {}).verdict() == "no copy of a canary"
    with pytest.raises(ScrubFailed, match="idle: copies of canaries are left: 1 in utf-16, 2 in utf-8"):
        State("idle", {"utf-8": 2, "utf-16": 1}).verdict()


def test_doctor_fails_under_a_policy_that_lets_everything_through(tmp_path: Path) -> None:
    """The canaries are not decoration."""
    open_policy = bad(tmp_path, "open.yaml", b"version: 1\nmodel: none\ndefault: {frontier: keep, local: keep}\n")
    done = relay("doctor", "--policy", open_policy)
    assert done.returncode == 1


def test_detect_list_names_every_type() -> None:
    """Each entity type is shown with how it is found and where the rule comes from."""
    from relay.detect import taxonomy

    done = relay("detect", "--list")
    assert done.returncode == 0, done.stderr
    for entity_type in taxonomy.ENTITY_TYPES:
        assert entity_type in done.stdout


def test_sources_name_every_recognizer() -> None:
    """No recognizer is without a source."""
    assert all(": " in line and not line.endswith(": ") for line in build.sources().values())
