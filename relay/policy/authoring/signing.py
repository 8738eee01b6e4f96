"""Sign a policy and require the signature: Ed25519 over what the policy means and over the bytes of its files.

    policy.yaml  +  private key  →  policy.yaml.sig   {"statement": {...}, "key": "…", "signature": "…"}

The statement holds the digest of the merged policy and the SHA-256 of every file it is made of, so that a changed
comment or reason breaks the signature as a changed rule does, and so does a relay that understands the file otherwise.

What this does not promise: a signature says who approved a policy, not that it is a good one, and an old policy with an
old signature verifies for ever. An attacker who can replace both the public key and the policy can sign anything.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from relay.errors import ConfigFault
from relay.policy.loader import Layer, load_layers, merged
from relay.policy.model import Policy
from relay.strict_yaml import read_bytes

__all__ = ["SUFFIX", "key_id", "load_signed", "read_private_key", "read_public_key", "sign", "signature_path", "verify"]

SUFFIX = ".sig"
_PREFIX = b"relay-policy-signature-1\n"


def signature_path(policy: Path) -> Path:
    """Return where the signature of the policy in file `policy` is."""
    return policy.with_name(policy.name + SUFFIX)


def load_signed(path: Path, key: Ed25519PublicKey, *, known_types: Collection[str] | None = None) -> Policy:
    """Read the policy in file `path` if its signature by `key` holds for the very bytes read. Raises ConfigFault."""
    layers = load_layers(path, known_types=known_types)
    verify(layers, read_bytes(signature_path(path)), key)
    return merged(layers)


def sign(layers: Sequence[Layer], key: Ed25519PrivateKey) -> str:
    """Return the text of the signature file for the policy that `layers` make."""
    statement = _statement(layers)
    signature = key.sign(_signed_bytes(statement))
    public = key.public_key()
    document = {"statement": statement, "key": key_id(public), "signature": base64.b64encode(signature).decode("ascii")}
    return json.dumps(document, indent=2) + "\n"


def verify(layers: Sequence[Layer], signature: bytes, key: Ed25519PublicKey) -> None:
    """Return when `signature` is `key`'s over exactly these layers. Raises ConfigFault otherwise."""
    file = layers[-1].document.file
    document = _decode(signature, file)
    if document["key"] != key_id(key):
        raise ConfigFault(f"{file}: is signed by key {document['key']}, expected key {key_id(key)}")
    try:
        key.verify(base64.b64decode(document["signature"], validate=True), _signed_bytes(document["statement"]))
    except (InvalidSignature, binascii.Error, ValueError):
        raise ConfigFault(f"{file}: the signature is not valid for its own statement") from None
    found = _statement(layers)
    if document["statement"] != found:
        raise ConfigFault(f"{file}: {_difference(document['statement'], found)} after it was signed")


def _statement(layers: Sequence[Layer]) -> dict[str, Any]:
    return {
        "version": 1,
        "meaning": hashlib.sha256(merged(layers).canonical()).hexdigest(),
        "files": [{"name": Path(layer.document.file).name, "sha256": layer.sha256} for layer in layers],
    }


def _signed_bytes(statement: dict[str, Any]) -> bytes:
    return _PREFIX + json.dumps(statement, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _decode(signature: bytes, file: str) -> dict[str, Any]:
    try:
        document = json.loads(signature)
    except (ValueError, RecursionError):
        document = None
    if (
        not isinstance(document, dict)
        or document.keys() != {"statement", "key", "signature"}
        or not isinstance(document["statement"], dict)
        or not isinstance(document["key"], str)
        or not isinstance(document["signature"], str)
    ):
        raise ConfigFault(f"{file}{SUFFIX}: is no signature file; make one with relay policy sign")
    return document


def _difference(signed: dict[str, Any], found: dict[str, Any]) -> str:
    before, after = signed.get("files"), found["files"]
    if before == after:
        return "this relay understands it otherwise than the one it was signed with did, or it changed"
    names = [item["name"] for item in after if not isinstance(before, list) or item not in before]
    return f"{', '.join(names) or 'the list of files'} changed"


def key_id(key: Ed25519PublicKey) -> str:
    """Return sixteen hex digits that stand for a public key."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def read_private_key(path: Path, password: bytes | None = None) -> Ed25519PrivateKey:
    """Read an Ed25519 private key (PEM, PKCS 8), as `openssl genpkey -algorithm ed25519` writes it."""
    try:
        key = serialization.load_pem_private_key(read_bytes(path), password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigFault(f"{path}: is no private key in PEM that can be read, or it needs its passphrase") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigFault(f"{path}: is not an Ed25519 key")
    return key


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key (PEM), as `openssl pkey -pubout` writes it."""
    try:
        key = serialization.load_pem_public_key(read_bytes(path))
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigFault(f"{path}: is no public key in PEM that can be read") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigFault(f"{path}: is not an Ed25519 key")
    return key
