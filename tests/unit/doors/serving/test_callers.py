"""Clients in force: of the configuration and of a file that changes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from relay.config import Config
from relay.doors.serving.callers import Callers
from relay.errors import AuthenticationFailed, ConfigFault


def entry(key: str, more: str = "") -> str:
    """Return the line of a key's entry; the client is called as the key is."""
    return f'- {{name: {key}, key_sha256: "{hashlib.sha256(key.encode()).hexdigest()}"{more}}}\n'


def name_of(callers: Callers, key: str) -> str:
    """Return whose key it is, or nothing."""
    try:
        return callers.admit((("x-relay-key", key),), "")[0].name
    except AuthenticationFailed:
        return ""


def test_a_file_that_changes_is_read_again_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    """A key that is taken out stops, one that is added works; what cannot be read is said once."""
    path, said = tmp_path / "clients.yaml", list[str]()
    path.write_text(entry("key-1") + entry("key-2"))
    callers = Callers(Config(clients_file=path), lambda: 0.0, ())
    callers.complain = said.append
    assert [name_of(callers, f"key-{n}") for n in (1, 2, 3)] == ["key-1", "key-2", ""]
    path.write_text(entry("key-2") + entry("key-3") + "# longer\n")
    assert name_of(callers, "key-1") == "key-1"
    callers.read_if_changed(())
    assert [name_of(callers, f"key-{n}") for n in (1, 2, 3)] == ["", "key-2", "key-3"]
    for bad in ("", "clients: []\n", entry("key-1", ", polcy: strict"), entry("key-1", ", policy: strict"), None):
        path.write_text(bad) if bad is not None else path.unlink()
        said.clear()
        callers.read_if_changed(())
        callers.read_if_changed(())
        assert len(said) == 1
        assert str(path) in said[0]
        assert [name_of(callers, f"key-{n}") for n in (1, 2, 3)] == ["", "key-2", "key-3"]
    replaced = tmp_path / "new.yaml"
    replaced.write_text(entry("key-1"))
    os.replace(replaced, path)
    callers.read_if_changed(())
    assert [name_of(callers, f"key-{n}") for n in (1, 2, 3)] == ["key-1", "", ""]


def test_an_empty_list_lets_nobody_in(tmp_path: Path) -> None:
    """A file of clients means that keys are required, whatever it holds."""
    path = tmp_path / "clients.yaml"
    path.write_text("[]\n")
    callers = Callers(Config(clients_file=path), lambda: 0.0, ())
    assert callers.required
    assert name_of(callers, "") == ""


def test_one_client_is_one_client(tmp_path: Path) -> None:
    """Entries of one name agree on what is allowed, in the configuration and in the file together."""
    path = tmp_path / "clients.yaml"
    path.write_text(entry("key-1", ", requests_per_minute: 6"))
    stated = {"name": "key-1", "key_sha256": "ab" * 32}
    with pytest.raises(ConfigFault, match="entries of one name"):
        Callers(Config.model_validate({"clients": [stated], "clients_file": path}), lambda: 0.0, ())
    with pytest.raises(ValueError, match="entries of one name"):
        Config.model_validate({"clients": [stated, {**stated, "policy": "strict"}]})


def test_a_policy_that_is_not_loaded_stops_the_start(tmp_path: Path) -> None:
    """No client is served under another policy than its own."""
    path = tmp_path / "clients.yaml"
    path.write_text(entry("key-1", ", policy: strict"))
    with pytest.raises(ConfigFault, match="policy strict is not loaded"):
        Callers(Config(clients_file=path), lambda: 0.0, ())
    assert name_of(Callers(Config(clients_file=path), lambda: 0.0, {Path("strict")}), "key-1") == "key-1"
