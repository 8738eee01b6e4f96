"""The sealed map of `relay scrub --map`: placeholders and values, encrypted with a passphrase or a key file.

One JSON object: format version, scrypt parameters and salt, nonce, ciphertext. The key is scrypt(secret, salt) with
n = 2**15, r = 8, p = 1 (RFC 7914; 32 MiB and about 0.1 s a guess), the cipher ChaCha20-Poly1305 (RFC 8439) with the
version as associated data. A fresh salt makes a fresh key for each file, so a random nonce never repeats under one key.
A wrong secret and an altered file are the same error. It does not hide how many values there are.
"""

from __future__ import annotations

import base64
import getpass
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from relay.errors import ConfigFault
from relay.files import unreadable

__all__ = ["FileVault", "read", "secret", "write"]

_VERSION = b"relay-map-1"
_N, _R, _P = 2**15, 8, 1


class FileVault:
    """The opened map, as the restorer wants it. Lives as long as the command."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self._pairs = pairs

    def placeholders(self) -> Sequence[str]:
        """Return every placeholder of the map, in order of issue."""
        return tuple(self._pairs)

    def forms(self) -> Sequence[str]:
        """Return nothing: a map holds what was replaced, and no further forms of it."""
        return ()

    def open(self, placeholder: str) -> str:
        """Return the value behind a placeholder; KeyError for any other text."""
        return self._pairs[placeholder]

    def __repr__(self) -> str:
        return f"FileVault({len(self._pairs)} entities)"


def secret(key_file: Path | None, *, confirm: bool) -> bytes:
    """Return the secret: the key file's bytes, RELAY_PASSPHRASE, or what the user types. Raises ConfigFault."""
    if key_file is not None:
        try:
            data = key_file.read_bytes().strip()
        except (OSError, ValueError) as error:
            raise ConfigFault(f"{key_file}: {unreadable(error)}") from None
        if len(data) < 16:
            raise ConfigFault(f"{key_file}: holds {len(data)} bytes, expected at least 16")
        return data
    if passphrase := os.environ.get("RELAY_PASSPHRASE"):
        return passphrase.encode()
    if not sys.stderr.isatty():
        raise ConfigFault("the map needs --key-file or RELAY_PASSPHRASE when there is no terminal to ask on")
    typed = getpass.getpass("Passphrase for the map: ")
    if confirm and typed != getpass.getpass("Again: "):
        raise ConfigFault("the two passphrases differ")
    if not typed:
        raise ConfigFault("the passphrase is empty")
    return typed.encode()


def write(path: Path, pairs: Iterable[tuple[str, str]], secret: bytes) -> None:
    """Seal `pairs` of (placeholder, value) into the new file `path`, readable by its owner only.

    Raises ConfigFault for a file that exists: it may be all that another text can be restored from.
    """
    import orjson
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    salt, nonce = os.urandom(16), os.urandom(12)
    plain = orjson.dumps(dict(pairs))
    sealed = ChaCha20Poly1305(_key(secret, salt)).encrypt(nonce, plain, _VERSION)
    document = {
        "format": _VERSION.decode(),
        "kdf": {"name": "scrypt", "n": _N, "r": _R, "p": _P, "salt": _text(salt)},
        "nonce": _text(nonce),
        "sealed": _text(sealed),
    }
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(orjson.dumps(document) + b"\n")
    except FileExistsError:
        raise ConfigFault(f"{path}: exists, and may be the map of another text; name a new file") from None
    except (OSError, ValueError) as error:
        raise ConfigFault(f"{path}: {unreadable(error, 'written')}") from None


def read(path: Path, secret: bytes) -> FileVault:
    """Open the map at `path`. Raises ConfigFault when it is not a map, was altered, or the secret is wrong."""
    import orjson
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        document = orjson.loads(path.read_bytes())
        if document["format"] != _VERSION.decode():
            raise ConfigFault(f"{path}: not a map that this version of relay can read")
        salt, nonce, sealed = (
            base64.b64decode(text, validate=True)
            for text in (document["kdf"]["salt"], document["nonce"], document["sealed"])
        )
        plain = ChaCha20Poly1305(_key(secret, salt)).decrypt(nonce, sealed, _VERSION)
    except OSError as error:
        raise ConfigFault(f"{path}: {unreadable(error)}") from None
    except InvalidTag:
        raise ConfigFault(f"{path}: the passphrase or key is wrong, or the file was altered") from None
    except (ValueError, KeyError, TypeError):
        raise ConfigFault(f"{path}: not a sealed map") from None
    return FileVault(orjson.loads(plain))


def _key(secret: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(secret)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
