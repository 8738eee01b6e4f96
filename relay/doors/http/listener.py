"""Where relay listens beside plain ports: a Unix socket, and TLS on any of them.

A Unix socket is bound, gets its mode, and only then listens: nobody connects before. A file that is in its way is taken
away only if it is a socket of this user that nobody answers.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
import stat
from pathlib import Path

from relay.config import TlsConfig
from relay.errors import ConfigFault

__all__ = ["BACKLOG", "ListenerTls", "forget_unix", "unix_socket"]

BACKLOG = 1024


def unix_socket(path: Path, mode: int) -> socket.socket:
    """Return a socket that listens at `path`, which has `mode`. Raises ConfigFault."""
    _make_room(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.bind(str(path))
        os.chmod(path, mode)
        made.listen(BACKLOG)
    except OSError as error:
        made.close()
        raise _fault(path, error.strerror or type(error).__name__) from None
    return made


def forget_unix(path: Path, inode: int) -> None:
    """Take the socket's file away, unless another one has come in its place."""
    try:
        if os.lstat(path).st_ino == inode:
            os.unlink(path)
    except OSError:
        return


def _make_room(path: Path) -> None:
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise _fault(path, getattr(error, "strerror", None) or type(error).__name__) from None
    if not stat.S_ISSOCK(found.st_mode):
        raise _fault(path, "something that is no socket is there")
    if found.st_uid != os.geteuid():
        raise _fault(path, "a socket of another user is there")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.setblocking(False)
        result = asked.connect_ex(str(path))
    if result != errno.ECONNREFUSED:
        raise _fault(path, "another process listens there")
    os.unlink(path)


def _fault(path: Path, reason: str) -> ConfigFault:
    return ConfigFault(f"server.unix: cannot listen on {path} ({reason})")


class ListenerTls:
    """TLS 1.2 and later for connections of clients, with a certificate that can be replaced while they stand."""

    def __init__(self, config: TlsConfig, *, clients: bool = True) -> None:
        """Ask for client certificates where there is a `client_ca`, unless not of `clients`. Raises ConfigFault."""
        self._config = config
        self.context = self._made()
        if clients and config.client_ca is not None:
            try:
                self.context.load_verify_locations(config.client_ca)
            except (OSError, ssl.SSLError) as error:
                raise _unusable("client_ca", config.client_ca, error) from None
            self.context.verify_mode = ssl.CERT_REQUIRED

    def reload(self) -> None:
        """Read certificate and key anew, for handshakes from now on. Raises ConfigFault, with the old ones in force."""
        self._made()  # a pair that does not fit would leave half of it behind
        self._load(self.context)

    def _made(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
        # Of TLS 1.2 only what has forward secrecy and authenticated encryption (RFC 9325, 4.2).
        context.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")
        context.set_alpn_protocols(["http/1.1"])
        self._load(context)
        return context

    def _load(self, context: ssl.SSLContext) -> None:
        try:
            # With a password nobody is asked for one at the terminal: an encrypted key is refused.
            context.load_cert_chain(self._config.certificate, self._config.key, password="")
        except (OSError, ssl.SSLError, ValueError) as error:
            raise _unusable("certificate", self._config.certificate, error) from None


def _unusable(key: str, path: Path, error: Exception) -> ConfigFault:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
    return ConfigFault(f"server.tls.{key}: {path} cannot be used ({reason})")
