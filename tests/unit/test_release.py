"""What `make release` makes: files that go together, a list of what relay is made of, and a signature that holds."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import subprocess
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from relay import __version__, shipped
from relay.errors import ConfigFault
from tests.conftest import ROOT
from tests.unit.test_locks import names, pins

FILES = [f"relay-{__version__}-py3-none-any.whl", f"relay-{__version__}.cdx.json", f"relay-{__version__}.tar.gz"]


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, as a module; skipped where what `make` installs is not there."""
    try:
        distribution("relay"), distribution("hatchling")
    except PackageNotFoundError as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{missing.name} is not installed; `make` installs it")
    monkeypatch.syspath_prepend(str(ROOT / ".ci"))
    return importlib.import_module("release")


@pytest.fixture
def key(tmp_path: Path) -> Ed25519PrivateKey:
    """A private key, in key.pem; its public key is in key.pub."""
    made = Ed25519PrivateKey.generate()
    (tmp_path / "key.pem").write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "key.pub").write_bytes(made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return made


def test_a_release(release: Any, key: Ed25519PrivateKey, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Two runs give the same files; the one with a key is signed, the other says that it is not."""
    plain, signed = tmp_path / "plain", tmp_path / "signed"
    release.main(plain, {})
    assert "SHA256SUMS is not signed: RELAY_RELEASE_KEY names no key" in capfd.readouterr().out
    release.main(signed, {"RELAY_RELEASE_KEY": str(tmp_path / "key.pem")})
    assert "not signed" not in capfd.readouterr().out
    assert sorted(path.name for path in plain.iterdir()) == ["SHA256SUMS", *FILES]
    assert sorted(path.name for path in signed.iterdir()) == ["SHA256SUMS", "SHA256SUMS.sig", *FILES]

    sums = (signed / "SHA256SUMS").read_bytes()
    assert sums == (plain / "SHA256SUMS").read_bytes()
    listed = [line.split("  ") for line in sums.decode().splitlines()]
    assert listed == [[hashlib.sha256((signed / name).read_bytes()).hexdigest(), name] for name in FILES]
    key.public_key().verify((signed / "SHA256SUMS.sig").read_bytes(), sums)  # raises when it does not hold


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on PATH")
def test_the_documented_command_verifies(key: Ed25519PrivateKey, tmp_path: Path) -> None:
    """As docs/release.md shows it: a changed line is refused."""
    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if line.startswith("openssl pkeyutl -verify")]
    (tmp_path / "key.pub").rename(tmp_path / "release.pub")
    sums = tmp_path / "SHA256SUMS"
    sums.write_bytes(b"0" * 64 + b"  relay.whl\n")
    (tmp_path / "SHA256SUMS.sig").write_bytes(key.sign(sums.read_bytes()))
    assert subprocess.run(line.split(), cwd=tmp_path, capture_output=True, timeout=30).returncode == 0
    sums.write_bytes(b"1" * 64 + b"  relay.whl\n")
    assert subprocess.run(line.split(), cwd=tmp_path, capture_output=True, timeout=30).returncode != 0


def test_the_bill_of_materials(release: Any) -> None:
    """Every package that relay needs with its pin and licence, every model with its digest, and no path or host."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    text = importlib.import_module("sbom").sbom(__version__, lock, shipped.MODELS)
    bill = json.loads(text)
    packages = {item["name"]: item for item in bill["components"] if item["type"] == "library"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [line for line in project["dependencies"] if "Windows'" not in line or "!= 'Windows'" in line]
    assert names(wanted) | {"spacy", "numpy"} <= packages.keys()
    assert not packages.keys() & {"pytest", "hatchling", "relay"}
    assert {name: item["version"] for name, item in packages.items()}.items() <= pins("requirements.lock").items()
    assert all(item["licenses"] for item in packages.values())
    models = {item["name"]: item["hashes"][0]["content"] for item in bill["components"] if "hashes" in item}
    assert models == {
        path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped.MODELS.glob("*/model.onnx")
    }
    refs = {item["bom-ref"] for item in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert all({item["ref"], *item["dependsOn"]} <= refs for item in bill["dependencies"])
    assert "://" not in text
    assert str(ROOT) not in text


def test_what_stops_a_release(release: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A version without a change log, a key that is none, a folder that is in use: nothing is written."""
    dist = tmp_path / "dist"
    (tmp_path / "key.pem").write_text("no key", encoding="utf-8")
    with pytest.raises(ConfigFault, match=r"key.pem: is no private key"):
        release.main(dist, {"RELAY_RELEASE_KEY": str(tmp_path / "key.pem")})
    with pytest.raises(ConfigFault, match="is not empty"):
        release.main(tmp_path, {})
    monkeypatch.setattr(release, "__version__", "9.9.9")
    with pytest.raises(ConfigFault, match=r"docs/changelog.md has no heading for 9.9.9"):
        release.main(dist, {})
    assert not dist.exists()
