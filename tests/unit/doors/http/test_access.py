"""Who may call: tables of hosts, origins and keys."""

from __future__ import annotations

import hashlib
from datetime import datetime

import pytest

from relay.config import ClientConfig, ServerConfig
from relay.doors.http.access import HostRefused, check_host, is_allowed_origin
from relay.doors.serving.authentication import Known, authenticate
from relay.errors import AuthenticationFailed

OPEN = ServerConfig()
WIDE = ServerConfig(host="0.0.0.0")
LISTED = ServerConfig(host="0.0.0.0", allowed_hosts=("relay.example.com",))


@pytest.mark.parametrize(
    ("host", "server", "keys", "allowed"),
    [
        ("localhost", OPEN, False, True),
        ("localhost:8080", OPEN, False, True),
        ("localhost.", OPEN, False, True),
        ("app.localhost", OPEN, False, True),
        ("127.0.0.1:1", OPEN, False, True),
        ("127.8.8.8", OPEN, False, True),
        ("[::1]:8080", OPEN, False, True),
        ("192.168.1.2:8080", OPEN, False, True),  # the address connected to
        ("192.168.1.3:8080", OPEN, False, False),
        ("", OPEN, False, False),
        (None, OPEN, False, False),
        ("evil.example.com", OPEN, False, False),
        ("localhost@evil.example.com", OPEN, False, False),
        ("notlocalhost", OPEN, False, False),
        ("relay", WIDE, True, True),  # a key is required: a page that rebinds a name has none
        ("relay.example.com:443", LISTED, True, True),
        ("relay.example.org", LISTED, True, False),
    ],
)
def test_check_host(host: str | None, server: ServerConfig, keys: bool, allowed: bool) -> None:
    """Names of this machine, configured ones, and the address connected to."""
    if allowed:
        check_host(host, server, lambda: "192.168.1.2", keys_required=keys)
    else:
        with pytest.raises(HostRefused):
            check_host(host, server, lambda: "192.168.1.2", keys_required=keys)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://app.example.com", True),
        ("http://localhost:3000", True),
        ("http://localhost:65535", True),
        ("http://127.0.0.1:8080", True),  # relay's own
        ("http://localhost", False),
        ("http://localhost:3000.evil.example.com", False),
        ("http://localhost:", False),
        ("https://localhost:3000", False),
        ("http://app.example.com.evil.example.com", False),
        ("null", False),
        ("*", False),
    ],
)
def test_is_allowed_origin(origin: str, allowed: bool) -> None:
    """Whole origins, and any port where the list says so."""
    listed = ("http://app.example.com", "http://localhost:*")
    assert is_allowed_origin(origin, "127.0.0.1:8080", listed) is allowed


CLIENTS = tuple(
    ClientConfig(name=name, key_sha256=hashlib.sha256(key.encode()).hexdigest())
    for name, key in (("one", "key-1"), ("two", "key-2"))
)


@pytest.mark.parametrize(
    ("headers", "query", "name", "left"),
    [
        ((("authorization", "Bearer key-1"),), "", "one", ()),
        ((("authorization", "bearer key-2"),), "", "two", ()),
        ((("x-api-key", "key-1"), ("accept", "a")), "", "one", (("accept", "a"),)),
        ((("x-goog-api-key", "key-1"),), "", "one", ()),
        ((("api-key", "key-1"),), "", "one", ()),
        ((), "alt=sse&key=key-1", "one", ()),
        (
            (("authorization", "Bearer sk-mine"), ("x-relay-key", "key-2")),
            "",
            "two",
            (("authorization", "Bearer sk-mine"),),
        ),
        (
            (("authorization", "Bearer sk-mine"), ("x-api-key", "key-2")),
            "",
            "two",
            (("authorization", "Bearer sk-mine"),),
        ),
    ],
)
def test_authenticate(
    headers: tuple[tuple[str, str], ...], query: str, name: str, left: tuple[tuple[str, str], ...]
) -> None:
    """A key is found where SDKs put it, and relay's own key is taken out."""
    assert _called(headers, query, CLIENTS) == (name, left)


@pytest.mark.parametrize("name_", ["authorization", "x-relay-key", "api-key", "x-api-key", "x-goog-api-key"])
@pytest.mark.parametrize("other", ["key-1", "key-2"])
def test_no_key_of_relays_own_is_left(name_: str, other: str) -> None:
    """Wherever else it stands, and whoever's it is; what is the provider's stays, also in the query."""
    bearer = "Bearer " if name_ == "authorization" else ""
    first = (("x-api-key", "key-1"), (name_, f"{bearer}{other}"), ("accept", "a"))
    for headers in (first, first[::-1]):
        query = f"alt=sse&key={other}&key=theirs&x=%6Bey-1"
        entry, left, asked = authenticate(headers, query, Known(CLIENTS), wall=lambda: 0.0)
        assert entry.name in ("one", "two")
        assert left == (("accept", "a"),)
        assert asked == "alt=sse&x=%6Bey-1"
    theirs = (("x-relay-key", "key-1"), ("authorization", "Bearer sk-theirs"))
    assert authenticate(theirs, "key=AIza", Known(CLIENTS), wall=lambda: 0.0)[1:] == (theirs[1:], "key=AIza")


def _called(
    headers: tuple[tuple[str, str], ...], query: str, clients: tuple[ClientConfig, ...], now: float = 0.0
) -> tuple[str, tuple[tuple[str, str], ...]]:
    entry, left, _ = authenticate(headers, query, Known(clients), wall=lambda: now)
    return entry.name, left


@pytest.mark.parametrize(
    ("expires", "last"),
    [
        ("2027-01-31", "2027-01-31T23:59:59+00:00"),
        ("2027-01-31T18:00:00Z", "2027-01-31T17:59:59+00:00"),
        ("2027-01-31T18:00:00+02:00", "2027-01-31T15:59:59+00:00"),
    ],
)
def test_an_entry_counts_until_it_expires(expires: str, last: str) -> None:
    """Then it is answered as a key that nobody has, word for word."""
    entry = ClientConfig.model_validate({"name": "one", "key_sha256": CLIENTS[0].key_sha256, "expires": expires})
    headers, second = (("x-relay-key", "key-1"),), datetime.fromisoformat(last).timestamp()
    assert _called(headers, "", (entry,), now=second) == ("one", ())
    with pytest.raises(AuthenticationFailed) as expired:
        _called(headers, "", (entry,), now=second + 1)
    with pytest.raises(AuthenticationFailed) as unknown:
        _called((("x-relay-key", "key-3"),), "", (entry,))
    assert (expired.value.public, expired.value.code) == (unknown.value.public, unknown.value.code)


def test_an_entry_without_a_key_has_none() -> None:
    """No key, the empty one included, stands for a client that is known by tokens."""
    entry = ClientConfig(name="staff")
    for key in ("", "None", "staff"):
        with pytest.raises(AuthenticationFailed):
            _called((("x-relay-key", key),), "", (entry,))


def test_entries_of_one_name_are_one_client() -> None:
    """So a key is replaced by another while both are accepted."""
    digest = hashlib.sha256(b"key-3").hexdigest()
    clients = (*CLIENTS, ClientConfig(name="one", key_sha256=digest))
    for key, name in (("key-1", "one"), ("key-2", "two"), ("key-3", "one")):
        assert _called((("x-relay-key", key),), "", clients) == (name, ())


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("authorization", "Bearer "),),
        (("authorization", "Bearer key-3"),),
        (("authorization", "key-1"),),
        (("authorization", "Basic key-1"),),
        (("x-api-key", CLIENTS[0].key_sha256),),
        (("x-relay-key", "wrong"), ("authorization", "Bearer key-1")),
    ],
)
def test_strangers(headers: tuple[tuple[str, str], ...]) -> None:
    """Everything else is refused, without saying why."""
    with pytest.raises(AuthenticationFailed) as caught:
        _called(headers, "", CLIENTS)
    assert "key-" not in caught.value.public
