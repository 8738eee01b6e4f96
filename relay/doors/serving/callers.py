"""Who may call at present: entries of the configuration, and of a file that is read again when it changes.

Requests read one attribute; what reads files does so beside them and replaces that attribute in a single assignment. A
file that cannot be used leaves the entries that are in force.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from relay.config import ClientConfig, Config, check_clients, read_clients
from relay.doors.serving.authentication import EntryExpired, Known, Tokens, authenticate
from relay.errors import ConfigFault, RelayFault
from relay.observe import logs
from relay.types import Headers

__all__ = ["Callers"]


class Callers:
    """The clients of a configuration. `wall` is seconds since 1970; `policies` are those that are loaded.

    Raises ConfigFault when the file cannot be used, or asks for another policy.
    """

    def __init__(
        self,
        config: Config,
        wall: Callable[[], float],
        policies: Container[Path],
        before: Sequence[ClientConfig] | None = None,
    ) -> None:
        """Read the file; where it cannot be used, entries of it that were in force `before`, if any were."""
        self._stated = config.clients
        self._file = config.clients_file
        self._wall = wall
        self._seen: tuple[int, ...] | None = None
        self.required = config.requires_clients
        self.tokens: Tokens | None = None
        self.complain: Callable[[str], None] = lambda reason: None  # is told why the file cannot be used
        self.reload_keys: Callable[[], None] = lambda: None  # of the issuer of tokens
        self.reload_certificate: Callable[[], None] = lambda: None  # of the listener
        self.known = Known((*self._stated, *(before or ())))
        try:
            self.read(policies)
        except ConfigFault:
            if before is None:
                raise
            logs.event(logs.LogEvent.CLIENTS_FAILED, logging.ERROR, clients=len(self.known.entries))

    def of(self, headers: Headers, query: str) -> tuple[ClientConfig, Headers, str]:
        """Return whose request it is, and headers and query without keys. Raises AuthenticationFailed."""
        return authenticate(headers, query, self.known, wall=self._wall, tokens=self.tokens)

    def admit(self, headers: Headers, query: str) -> tuple[ClientConfig, Headers, str]:
        """Do the same for a request that is to be served: an entry that has expired is told to the log."""
        try:
            return self.of(headers, query)
        except EntryExpired as fault:
            logs.event(logs.LogEvent.CLIENT_EXPIRED, logging.WARNING, client=logs.Name(fault.client))
            raise

    def read(self, policies: Container[Path]) -> None:
        """Read the file, where there is one. Raises ConfigFault, with the entries as they were."""
        self._seen = self._state()
        entries = (*self._stated, *(read_clients(self._file) if self._file is not None else ()))
        where = f"{self._file}: " if self._file is not None else ""
        try:
            check_clients(entries)
        except ValueError as error:
            raise ConfigFault(f"{where}{error}") from None
        for entry in entries:
            if entry.policy is not None and entry.policy not in policies:
                raise ConfigFault(f"{where}policy {entry.policy} is not loaded; SIGHUP reads policies")
        self.known = Known(entries)

    def read_if_changed(self, policies: Container[Path]) -> None:
        """Read the file if it is another than when it was last read."""
        if self._state() != self._seen:
            self.read_again(policies)

    def read_again(self, policies: Container[Path]) -> None:
        """Read the file, where there is one; one that cannot be used leaves the entries in force."""
        if self._file is None:
            return
        try:
            self.read(policies)
        except RelayFault as fault:
            logs.event(logs.LogEvent.CLIENTS_FAILED, logging.ERROR, clients=len(self.known.entries))
            self.complain(fault.public)
        else:
            logs.event(logs.LogEvent.CLIENTS_READ, clients=len(self.known.entries))

    def _state(self) -> tuple[int, ...] | None:
        try:
            found = os.stat(self._file) if self._file is not None else None
        except (OSError, ValueError):
            return ()  # reading it says why
        return (found.st_mtime_ns, found.st_size, found.st_ino) if found is not None else None
