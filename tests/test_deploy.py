"""The files of deploy/ go together: configurations load, ports and paths are relay's, real programs accept them."""

from __future__ import annotations

import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.scale.store_server import ValkeyProcess
from relay.config import load
from relay.protocols import Lives
from relay.store.valkey_store import ValkeyStore
from relay.types import RouteKind
from tests.conftest import Environment

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
CONFIGURATIONS = [DEPLOY / "relay.yaml", DEPLOY / "systemd.yaml", DEPLOY / "kubernetes" / "configuration.yaml"]
MANIFESTS = [DEPLOY / "kubernetes" / f"{name}.yaml" for name in ("namespace", "relay", "valkey", "network")]
CONTAINERFILE = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
HAPROXY = (DEPLOY / "haproxy.cfg").read_text(encoding="utf-8")


def settings(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_configurations_load(path: Path, tmp_path: Path) -> None:
    """Relay knows every key, and the drain is over before the process is killed."""
    written = tmp_path / "relay.yaml"
    written.write_text(yaml.safe_dump(settings(path)), encoding="utf-8")
    config = load(written, {})
    assert config.upstreams["openai"].kind is RouteKind.FRONTIER
    assert config.server.drain_wait_s + config.server.drain_s <= 50


def test_nothing_is_killed_before_it_has_drained() -> None:
    """Engine, cluster and systemd wait longer than relay takes to leave, two seconds for what it cancels included."""
    deployment = next(yaml.safe_load_all((DEPLOY / "kubernetes" / "relay.yaml").read_text(encoding="utf-8")))
    unit = (DEPLOY / "relay.service").read_text(encoding="utf-8")
    waits = (
        int(COMPOSE["services"]["relay"]["stop_grace_period"].removesuffix("s")),
        int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]),
        deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"],
    )
    for path, wait in zip(CONFIGURATIONS, waits, strict=True):
        server = settings(path)["server"]
        assert server.get("drain_wait_s", 0) + server["drain_s"] + 2 < wait, path.name


def program(name: str) -> str:
    """Return the path of a program of Debian's, some of which lie where only root's path leads."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        pytest.skip(f"{name} is not there; Debian's package has it")
    return found


def test_haproxy_accepts_its_file(tmp_path: Path) -> None:
    """HAProxy finds no fault, but for the names that only an engine knows and the certificate."""
    path = tmp_path / "haproxy.cfg"
    path.write_text(re.sub(r" ssl crt .*", "", HAPROXY), encoding="utf-8")
    done = subprocess.run([program("haproxy"), "-c", "-q", "-f", path], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "WARNING" in line and "could not resolve" not in line] == []


def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    """So does nginx."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"relay-(\d):", r"127.0.0.\1:", text).replace("listen 8443 ssl", "listen 8443")
    text = re.sub(r" +ssl_certificate\w* .*\n", "", text).replace("/tmp/", f"{tmp_path}/")
    path = tmp_path / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    done = subprocess.run([program("nginx"), "-t", "-q", "-c", path], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr


def test_balancers_keep_silent_and_never_repeat_what_was_sent() -> None:
    """No access log, no added header, no second try of a request that was sent."""
    words = [line.split("#")[0].split() for line in HAPROXY.splitlines() if line.split("#")[0].strip()]
    assert ["retry-on", "conn-failure"] in words
    assert not any(line[0] == "log" or line[:2] in (["option", "httplog"], ["option", "forwardfor"]) for line in words)
    assert not any("cookie" in line or line[0] == "stick" for line in words)
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert "access_log off;" in nginx
    assert "proxy_buffering off;" in nginx
    assert "non_idempotent" not in nginx
    assert "X-" not in nginx


def test_ports_and_paths_are_relays_own() -> None:
    """Whoever asks for health or sends requests does so where relay listens."""
    for path in CONFIGURATIONS[::2]:
        server = settings(path)["server"]
        assert (server["port"], server["admin_port"]) == (8080, 9090)
    assert "GET', '/livez'" in CONTAINERFILE
    assert "'127.0.0.1', 9090" in CONTAINERFILE
    assert re.search(r"uri /readyz ver HTTP/1.1 hdr Host localhost", HAPROXY)
    assert re.search(r"check port 9090 .*\n.*server-template relay 3 relay:8080", HAPROXY)
    assert COMPOSE["services"]["relay"]["deploy"]["replicas"] == 3
    deployment, service, *_ = yaml.safe_load_all((DEPLOY / "kubernetes" / "relay.yaml").read_text(encoding="utf-8"))
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {"http": 8080, "admin": 9090}
    probes = {name: probe["httpGet"] for name, probe in container.items() if name.endswith("Probe")}
    assert {name: (probe["path"], probe["port"]) for name, probe in probes.items()} == {
        "startupProbe": ("/livez", "admin"),
        "livenessProbe": ("/livez", "admin"),
        "readinessProbe": ("/readyz", "admin"),
    }
    assert service["spec"]["ports"][0]["targetPort"] == "http"


def test_nothing_runs_with_more_than_it_needs() -> None:
    """Every container is read-only, without privileges, and not root."""
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["haproxy"]
    assert COMPOSE["networks"]["store"]["internal"]
    assert COMPOSE["services"]["valkey"]["networks"] == ["store"]
    assert "\nUSER 65532:65532\n" in CONTAINERFILE
    assert re.search(r'^ENTRYPOINT \["/usr/local/bin/python3", ', CONTAINERFILE, re.MULTILINE)
    for path in MANIFESTS:
        for tree in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if tree["kind"] == "Deployment":
                pod = tree["spec"]["template"]["spec"]
                assert pod["securityContext"]["runAsNonRoot"]
                assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
                for container in pod["containers"]:
                    assert container["securityContext"] == {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    }


def test_the_image_is_made_of_what_is_there() -> None:
    """Each path that is copied exists, and none is kept from the engine."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for source in re.findall(r"^COPY (?!--)(\S+) ", CONTAINERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source
        assert any(line.startswith(f"!{source}") for line in ignored), source


def test_manifests_hold_to_the_schemas_of_kubernetes(environment: Environment) -> None:
    """Every manifest is valid, unknown keys included."""
    validate = environment("kubernetes").parent / "kubernetes-validate"
    done = subprocess.run([validate, "--strict", *MANIFESTS], capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    kustomization = settings(DEPLOY / "kubernetes" / "kustomization.yaml")
    assert sorted(kustomization["resources"]) == sorted(path.name for path in MANIFESTS)
    named = [entry.partition("=")[2] for made in kustomization["configMapGenerator"] for entry in made["files"]]
    assert all((DEPLOY / "kubernetes" / name).exists() for name in named)


def test_the_unit_is_closed(tmp_path: Path) -> None:
    """systemd calls its exposure 1.5 of 10 at most, and keys may still lie in memory that root cannot read."""
    analyze = program("systemd-analyze")
    unit = DEPLOY / "relay.service"
    command = [analyze, "security", "--offline=true", "--no-pager", "--threshold=15", unit]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if "Unknown" in done.stderr or "unrecognized" in done.stderr:
        pytest.skip("systemd is older than 250")
    assert done.returncode == 0, done.stdout[-300:] + done.stderr
    assert "memfd_secret" in re.findall(r"^SystemCallFilter=(.*)", unit.read_text(encoding="utf-8"), re.MULTILINE)[0]


async def test_the_stores_user_may_do_what_relay_does_and_no_more(tmp_path: Path) -> None:
    """The user of users.acl may use sessions and counters, no other keys or commands; nobody else may do anything."""
    from valkey.asyncio import Valkey
    from valkey.exceptions import AuthenticationError, NoPermissionError

    acl = tmp_path / "users.acl"
    rules = (DEPLOY / "users.acl").read_text(encoding="utf-8").strip()
    acl.write_text(f"user default off\n{rules} #{sha256(b'word').hexdigest()}\n", encoding="utf-8")
    server = ValkeyProcess(tmp_path, "--aclfile", str(acl))
    url = server.url.replace("//", "//relay@")
    store, lives = ValkeyStore(url, "word"), Lives(idle_s=60, max_s=600)
    plain = Valkey.from_url(url, password="word")
    try:
        await store.open(b"name", b"record", lives, caller="c", most=9, most_of_caller=9)
        assert await store.append(b"name", 1, b"more", lives)
        kept = await store.load(b"name", lives)
        assert kept is not None
        assert list(kept.records) == [b"record", b"more"]
        assert await store.delete(b"name")
        assert await store.add("spent", 1.5, 60) == 1.5
        assert await store.add("spent", 0, 60) == 1.5
        for command in ("KEYS *", "GET other", "CONFIG GET *", "FLUSHALL", "DUMP relay:sessions"):
            with pytest.raises(NoPermissionError):
                await plain.execute_command(*command.split())
        stranger = Valkey.from_url(server.url)
        with pytest.raises(AuthenticationError):
            await stranger.ping()
        await stranger.aclose()
    finally:
        await plain.aclose()
        await store.close()
        server.stop()


# What the pages have people type: programs, and what a line may do.
PROGRAMS = {
    *("docker", "kubectl", "haproxy", "nginx", "systemctl", "openssl", "install", "mkdir", "python3", "relay"),
    "/opt/relay/bin/python",
}
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "deploy").glob("*.md")}


@pytest.mark.parametrize("page", PAGES)
def test_commands_of_the_pages(page: str) -> None:
    """They need engines, clusters or root, so the shell only parses them; each path of the repository is there."""
    for kind, text in BLOCK.findall(PAGES[page]):
        assert kind == "sh"
        parsed = subprocess.run(["bash", "-n"], input=text, capture_output=True, encoding="utf-8")
        assert parsed.returncode == 0, parsed.stderr
        for line in text.replace("\\\n", "").splitlines():
            assert line.split()[0].lstrip("(") in {*PROGRAMS, "echo"}, line
    for path in re.findall(r"\bdeploy/[\w./-]*\w", PAGES[page]):
        assert (ROOT / path).exists() or path.startswith("deploy/secrets"), path
