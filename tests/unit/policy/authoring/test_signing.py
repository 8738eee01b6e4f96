"""Signatures hold for what was signed and for nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from typer.testing import CliRunner

from relay.doors.cli.policy import app
from relay.errors import ConfigFault
from relay.policy.authoring.signing import SUFFIX, load_signed, read_private_key, read_public_key

PEM = serialization.Encoding.PEM
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
BASE = "version: 1\nrules: [{entity: US_SSN, action: block, why: w}] # a comment\n"
CHILD = "version: 1\nextends: base.yaml\nprefer: local\n"


def private_pem(key: Ed25519PrivateKey | X25519PrivateKey, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock)


def public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def signed(tmp_path: Path) -> Path:
    """A policy on a base, signed on the command line."""
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    child = tmp_path / "child.yaml"
    child.write_text(CHILD, encoding="utf-8")
    (tmp_path / "key.pem").write_bytes(private_pem(KEY))
    result = CliRunner().invoke(app, ["sign", str(child), "--key", str(tmp_path / "key.pem")])
    assert result.exit_code == 0, result.exception
    return child


def test_a_signed_policy_verifies_and_loads(signed: Path) -> None:
    """The key's owner approved exactly this."""
    policy = load_signed(signed, KEY.public_key())
    assert policy.prefer == "local"
    public = signed.with_name("key.pub")
    public.write_bytes(public_pem(KEY))
    result = CliRunner().invoke(app, ["verify", str(signed), "--key", str(public)])
    assert (result.exit_code, policy.digest in result.stdout) == (0, True)


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


# (what, file, before, after, complaint)
CHANGES = [
    ("a rule", "base.yaml", "block", "mask", "base.yaml changed after it was signed"),
    ("a comment", "base.yaml", "a comment", "no comment", "base.yaml changed after it was signed"),
    ("a reason", "base.yaml", "why: w", "why: v", "base.yaml changed after it was signed"),
    ("the file itself", "child.yaml", "local", "frontier", "child.yaml changed after it was signed"),
    ("the list of files", "child.yaml", "extends: base.yaml\n", "", "child.yaml changed after it was signed"),
    (
        "the statement",
        "child.yaml.sig",
        '"version": 1',
        '"version": 2',
        "the signature is not valid for its own statement",
    ),
    ("the signature", "child.yaml.sig", '"signature": "', '"signature": "AAAA', "not valid for its own statement"),
    (
        "the signature's alphabet",
        "child.yaml.sig",
        '"signature": "',
        '"signature": "!',
        "not valid for its own statement",
    ),
    ("the key's name", "child.yaml.sig", '"key": "', '"key": "00', "is signed by key 00"),
    ("a field", "child.yaml.sig", '"key"', '"kex"', "is no signature file"),
    ("everything", "child.yaml.sig", "{", "", "is no signature file"),
]


@pytest.mark.parametrize(("what", "name", "before", "after", "complaint"), CHANGES, ids=[row[0] for row in CHANGES])
def test_whatever_changes_breaks_the_signature(
    what: str, name: str, before: str, after: str, complaint: str, signed: Path
) -> None:
    """Rules, reasons and comments, in the file and in what it extends; and the signature itself."""
    _edit(signed.with_name(name), before, after)
    with pytest.raises(ConfigFault) as caught:
        load_signed(signed, KEY.public_key())
    assert complaint in caught.value.public


def test_another_key_does_not_verify(signed: Path) -> None:
    """Neither by its id nor by claiming the other's id."""
    with pytest.raises(ConfigFault, match=r"is signed by key [0-9a-f]{16}, expected key [0-9a-f]{16}"):
        load_signed(signed, OTHER.public_key())
    path = signed.with_name(signed.name + SUFFIX)
    document = json.loads(path.read_text("utf-8"))
    (signed.parent / "other.pem").write_bytes(private_pem(OTHER))
    CliRunner().invoke(app, ["sign", str(signed), "--key", str(signed.parent / "other.pem")])
    forged = {**json.loads(path.read_text("utf-8")), "key": document["key"]}
    path.write_text(json.dumps(forged), encoding="utf-8")
    with pytest.raises(ConfigFault, match="not valid for its own statement"):
        load_signed(signed, KEY.public_key())


def test_an_unsigned_policy_does_not_load(signed: Path) -> None:
    """No signature file is a refusal, with its name."""
    signed.with_name(signed.name + SUFFIX).unlink()
    with pytest.raises(ConfigFault, match=r"child\.yaml\.sig: cannot be read: No such file or directory"):
        load_signed(signed, KEY.public_key())


def test_keys_are_ed25519_in_pem(tmp_path: Path) -> None:
    """Another kind of key, another format, and an encrypted key without its passphrase are refused."""
    path = tmp_path / "key"
    path.write_bytes(private_pem(X25519PrivateKey.generate()))
    with pytest.raises(ConfigFault, match="is not an Ed25519 key"):
        read_private_key(path)
    path.write_bytes(private_pem(KEY, b"open"))
    with pytest.raises(ConfigFault, match="needs its passphrase"):
        read_private_key(path)
    assert read_private_key(path, b"open").public_key() == KEY.public_key()
    path.write_bytes(b"key")
    for read in (read_private_key, read_public_key):
        with pytest.raises(ConfigFault, match="in PEM that can be read"):
            read(path)
