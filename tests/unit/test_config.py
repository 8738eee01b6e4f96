"""Configuration: a file, the environment over it, overrides over both; complaints name the place and no value."""

import hashlib
import re
from pathlib import Path

import pytest

from relay import build
from relay.client_keys import SHOWN
from relay.config import Config, UpstreamConfig, load
from relay.errors import ConfigFault
from relay.types import RouteKind
from tests.conftest import ROOT

FILE = """
server: {port: 8181, max_body_mb: 4}
upstreams:
  openai: {kind: frontier, base_url: "https://api.example.com/v1/", formats: [openai], credential: {env: KEY}}
  ollama: {kind: local, base_url: "http://127.0.0.1:11434", models: {"*": llama3.3}}
session: {idle_s: 60}
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "relay.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_file_environment_and_overrides_apply_in_that_order(tmp_path: Path) -> None:
    """The environment wins over the file, and the command line over both."""
    path = write(tmp_path, FILE)
    environ = {"RELAY__SERVER__PORT": "9191", "RELAY__SESSION__IDLE_S": "30", "OTHER": "1"}
    config = load(path, environ, {"server": {"port": 7171}})
    assert (config.server.port, config.server.max_body_mb, config.session.idle_s) == (7171, 4, 30)
    assert load(path, environ).server.port == 9191
    assert load(path, {}).server.port == 8181


def test_upstreams_keep_their_order_and_lose_a_trailing_slash(tmp_path: Path) -> None:
    """The order of the file is the order of preference; a base URL has one spelling."""
    config = load(write(tmp_path, FILE), {})
    assert list(config.upstreams) == ["openai", "ollama"]
    assert config.upstreams["openai"].base_url == "https://api.example.com/v1"
    assert config.upstreams["ollama"].kind is RouteKind.LOCAL
    assert config.upstreams["ollama"].formats is None
    assert config.upstreams["ollama"].takes("anything")
    assert [config.upstreams["openai"].takes(name) for name in ("openai", "ollama")] == [True, False]


def test_defaults_need_no_file() -> None:
    """Without a file relay listens on loopback only, where no client list is needed."""
    config = load(None, {})
    assert config.server.is_loopback
    assert config.clients == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("server: {prot: 1}", ':1:10: server.prot: unknown key; did you mean "port"?'),
        ("sevrer: {port: 1}", ':1:1: sevrer: unknown key; did you mean "server"?'),
        (
            "session: {forever: true}",
            "session.forever: unknown key; known are idle_s, max_s, max_sessions, max_entities",
        ),
        (
            "upstreams: {a: {kindd: local, kind: local, base_url: 'http://example.com'}}",
            'upstreams.a.kindd: unknown key; did you mean "kind"?',
        ),
        (
            "upstreams: {a: {kind: local, base_url: 'http://example.com', credential: {envv: KEY}}}",
            'upstreams.a.credential.envv: unknown key; did you mean "env"?',
        ),
        ("clients: [{nmae: a}]", 'clients.0.nmae: unknown key; did you mean "name"?'),
        ("server: {port: 70000}", ":1:10: server.port"),
        ("server: {port: 1}\nserver: {port: 2}", ':2:1: the key "server" is here a second time'),
        ("server: [", "relay.yaml:1"),
        ("- 1", "expected keys with values"),
        ("server: &a {port: 1}", ":1:9: an anchor"),
        ("server: {host: 0.0.0.0}", "clients: at least one is required"),
        ("upstreams: {a: {kind: frontier, base_url: 'ftp://example.com'}}", "upstreams.a.base_url"),
        ("upstreams: {a: {kind: frontier, base_url: 'https://u:p@example.com'}}", "no user info"),
        ("upstreams: {a: {kind: sideways, base_url: 'https://example.com'}}", "upstreams.a.kind"),
        (
            "upstreams: {a: {kind: local, base_url: 'https://example.com', credential: {}}}",
            "exactly one of env and file",
        ),
        ("clients: [{name: a, key_sha256: abc}]", "clients.0.key_sha256"),
        (f"clients: [{{name: '', key_sha256: {'1' * 64}}}]", ":1:12: clients.0.name: is empty"),
        (f"clients: [{{name: ' ', key_sha256: {'1' * 64}}}]", ":1:12: clients.0.name: is empty"),
        ('policy: "a\\0b"', ":1:1: policy: is the name of no file"),
        ('require_signed: "a\\0"', ":1:1: require_signed: is the name of no file"),
        ('recognizers: [a, "a\\0"]', ":1:18: recognizers.1: is the name of no file"),
        ('model_dir: "\\0"', ":1:1: model_dir: is the name of no file"),
        (
            "upstreams: {a: {kind: local, base_url: 'https://example.com', credential: {file: \"\\0\"}}}",
            "upstreams.a.credential.file: is the name of no file",
        ),
        ("shaping: {pad_to: -1}", "shaping.pad_to: Input should be greater than or equal to 0"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    """Every complaint names the file and the key."""
    with pytest.raises(ConfigFault) as caught:
        load(write(tmp_path, text), {})
    assert complaint in caught.value.public
    assert "relay.yaml" in caught.value.public


@pytest.mark.parametrize("names", [("a", "b"), ("a", "a"), ("a b", "Zoë")])
def test_a_client_may_have_several_keys(tmp_path: Path, names: tuple[str, str]) -> None:
    """A name may be any that is not blank, and twice the same."""
    rows = ", ".join(f"{{name: {name}, key_sha256: {sign * 64}}}" for name, sign in zip(names, "ab", strict=True))
    assert tuple(client.name for client in load(write(tmp_path, f"clients: [{rows}]"), {}).clients) == names


@pytest.mark.parametrize(
    ("environ", "overrides", "complaint"),
    [
        ({"RELAY__SERVER__PORT": "-1"}, {}, "RELAY__SERVER__PORT: server.port: "),
        ({"RELAY__SERVER__PROT": "1"}, {}, 'RELAY__SERVER__PROT: server.prot: unknown key; did you mean "port"?'),
        ({}, {"server": {"port": -1}}, "--port: server.port: "),
        ({"RELAY__SERVER__PORT": "-1"}, {"server": {"port": -2}}, "--port: server.port: "),
        ({}, {"upstreams": {"one": {"kind": "local", "base_url": "ftp://example.com"}}}, "--upstream: upstreams.one."),
        ({}, {"server": {"workers": 0}}, ":1:10: server.workers: "),
    ],
)
def test_a_complaint_names_what_set_the_key(
    tmp_path: Path, environ: dict[str, str], overrides: dict[str, object], complaint: str
) -> None:
    """The option before the variable before the place in the file."""
    options = {("server", "port"): "--port", ("upstreams", "one"): "--upstream"}
    with pytest.raises(ConfigFault) as caught:
        load(write(tmp_path, "server: {workers: 2}"), environ, overrides, options)
    assert complaint in caught.value.public
    assert "\n" not in caught.value.public


@pytest.mark.parametrize(
    ("key", "passes"),
    [
        ("", False),
        ("\n", False),
        ("secret", False),
        ("secret\n", False),
        ("Secret", False),
        ("PASSWORD", False),
        ("changeme", False),
        ("sk-test", False),
        ("relay-R2m8Vb1xkQ0pWc7TzLh4", True),
        ("7f3d secret", True),
    ],
)
def test_a_key_that_anybody_knows_is_refused(tmp_path: Path, key: str, passes: bool) -> None:
    """By its digest, in one line that does not repeat it."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    path = write(tmp_path, f'clients: [{{name: a, key_sha256: "{digest}"}}]')
    if passes:
        assert load(path, {}).clients[0].key_sha256 == digest
        return
    with pytest.raises(ConfigFault, match=r"clients\.0\.key_sha256: is the digest of a word") as caught:
        load(path, {})
    assert digest not in caught.value.public
    assert "\n" not in caught.value.public


def test_no_digest_in_documentation_is_that_of_a_key(tmp_path: Path) -> None:
    """Whoever copies an example does not serve under a key that stands in it, or that others can guess."""
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "policies").glob("*.md")]
    shown = {
        digest for page in pages for digest in re.findall(r"key_sha256: *\W?([0-9a-f]{64})", page.read_text("utf-8"))
    }
    assert shown == {SHOWN}
    with pytest.raises(ConfigFault, match="documentation shows"):
        load(write(tmp_path, f'clients: [{{name: a, key_sha256: "{SHOWN}"}}]'), {})


def test_complaints_and_reprs_repeat_no_value(tmp_path: Path) -> None:
    """A password that stands in the wrong place is shown neither by the complaint nor by a repr."""
    with pytest.raises(ConfigFault) as caught:
        load(write(tmp_path, "upstreams: {a: {kind: frontier, base_url: 'https://u:c4nary@example.com'}}"), {})
    assert "c4nary" not in caught.value.public
    config = load(write(tmp_path, f"clients: [{{name: a, key_sha256: {'ab' * 32}}}]"), {})
    assert "abab" not in repr(config)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\n\n"])
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    """Unlike an empty policy, an empty configuration is one: the defaults."""
    assert load(write(tmp_path, text), {}) == load(None, {})


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    """A file that is not there is a ConfigFault, not an OSError."""
    with pytest.raises(ConfigFault, match="cannot be read"):
        load(tmp_path / "none.yaml", {})


FAR = "{kind: frontier, base_url: 'https://%s/v1', formats: [%s], credential: %s}"


@pytest.mark.parametrize(
    ("one", "two", "refused"),
    [
        (FAR % ("api.example.com", "openai", "client"), FAR % ("api.example.org", "openai", "client"), True),
        (FAR % ("api.example.com", "openai", "client"), FAR % ("api.example.org", "anthropic, openai", "client"), True),
        (FAR % ("api.example.com", "openai", "client"), FAR % ("api.example.org", "anthropic", "client"), False),
        (FAR % ("api.example.com", "openai", "client"), FAR % ("api.example.org", "openai", "{env: KEY}"), False),
        (FAR % ("api.example.com", "openai", "client"), FAR % ("api.example.com", "openai", "client"), False),
        (FAR % ("a.example.com", "openai", "client"), "{kind: frontier, base_url: 'https://b.example.com'}", True),
        (
            "{kind: frontier, base_url: 'https://a.example.com'}",
            "{kind: frontier, base_url: 'https://b.example.com'}",
            True,
        ),
        (FAR % ("a.example.com", "openai", "client"), "{kind: local, base_url: 'http://10.0.0.5:8000'}", False),
    ],
)
def test_a_clients_key_goes_to_one_host(tmp_path: Path, one: str, two: str, refused: bool) -> None:
    """Upstreams among which routing may choose never share a client's own key over several frontier hosts."""
    path = write(tmp_path, f"upstreams:\n  one: {one}\n  two: {two}\n")
    if not refused:
        assert len(load(path, {}).upstreams) == 2
        return
    which = "every" if "formats" not in one + two else "the openai"
    with pytest.raises(ConfigFault, match=f"2 frontier hosts take {which} format with the client's own key"):
        load(path, {})


@pytest.mark.parametrize(
    ("base_url", "azure", "address"),
    [
        ("https://x.openai.azure.com", None, "https://x.openai.azure.com/openai"),
        ("https://x.openai.azure.com/", None, "https://x.openai.azure.com/openai"),
        ("https://X.OpenAI.Azure.com/openai", None, "https://X.OpenAI.Azure.com/openai"),
        ("https://x.openai.azure.com/openai/v1/", None, "https://x.openai.azure.com/openai"),
        ("https://x.openai.azure.com/openai/deployments", None, "https://x.openai.azure.com/openai"),
        ("https://x.openai.azure.us", None, "https://x.openai.azure.us/openai"),
        ("https://x.cognitiveservices.azure.com", None, "https://x.cognitiveservices.azure.com/openai"),
        (
            "https://x.services.ai.azure.com/api/projects/p/openai/v1",
            None,
            "https://x.services.ai.azure.com/api/projects/p/openai",
        ),
        ("https://gw.example.com", True, "https://gw.example.com/openai"),
        ("https://gw.example.com/llm", True, "https://gw.example.com/llm/openai"),
        ("https://gw.example.com/v1", True, "https://gw.example.com/v1/openai"),
        ("https://gw.example.com/llm/openai", True, "https://gw.example.com/llm/openai"),
        ("https://x.services.ai.azure.com/anthropic", None, None),
        ("https://x.openai.azure.com/openai", False, None),
        ("https://openai.azure.com.example.com", None, None),
        ("https://xopenai.azure.com", None, None),
        ("https://api.groq.com/openai/v1", None, None),
        ("https://generativelanguage.googleapis.com/v1beta/openai", None, None),
        ("https://api.openai.com/v1", None, None),
        ("http://127.0.0.1:8000", None, None),
    ],
)
def test_azure_is_told_by_its_host_or_by_the_operator(base_url: str, azure: bool | None, address: str | None) -> None:
    """However much of Azure's path the base URL has, requests are joined to `/openai`; other upstreams stay."""
    upstream = UpstreamConfig(kind=RouteKind.FRONTIER, base_url=base_url, azure=azure)
    assert upstream.is_azure is (address is not None)
    assert upstream.address == (address or upstream.base_url)


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("opnai", 'called "opnai"; relay knows anthropic, gemini, ollama, openai; did you mean "openai"?'),
        ("cobol", 'called "cobol"; relay knows anthropic, gemini, ollama, openai'),
    ],
)
def test_a_family_that_has_no_folder_is_refused(word: str, complaint: str) -> None:
    """Formats are known where the core is built: the complaint names the key, the word and the known ones."""
    near = UpstreamConfig(kind=RouteKind.LOCAL, base_url="http://127.0.0.1:9", formats=("openai", word))
    with pytest.raises(ConfigFault) as caught:
        build.core(Config(upstreams={"near": near}), {})
    assert f"upstreams.near.formats.1: no format family is {complaint}" in caught.value.public
