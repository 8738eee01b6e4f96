"""Tokens of an issuer: which count, and the attacks of the literature (RFC 8725) beside them."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from relay.config import ClientConfig, Config, IdentityConfig
from relay.doors.serving.authentication import Known, authenticate
from relay.doors.serving.identity import Identity
from relay.errors import AuthenticationFailed, ConfigFault

NOW = 1_800_000_000.0
CONFIG = IdentityConfig(
    issuer="https://login.example.com",
    audience="relay",
    jwks="keys.json",
    claim="groups",
    clients={"admins": "operators", "team-*": "staff", "[x]": "odd"},
)
PRIVATE: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "PS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
OTHER = rsa.generate_private_key(65537, 2048)


def public(algorithm: str, kid: str, key: Any = None, **more: Any) -> dict[str, Any]:
    """Return a public key as a set has it."""
    made = jwt.get_algorithm_by_name(algorithm)
    found = json.loads(made.to_jwk((key or PRIVATE[algorithm]).public_key()))  # type: ignore[attr-defined]
    return {**found, "kid": kid, "use": "sig", **more}


def key_set(*keys: dict[str, Any]) -> bytes:
    """Return a key set."""
    return json.dumps({"keys": keys or [public(name, f"kid-{name}") for name in PRIVATE]}).encode()


def token(algorithm: str = "RS256", *, key: Any = None, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Return a token that counts, but for what is given; a claim of None is left out."""
    said = {
        "iss": "https://login.example.com",
        "aud": "relay",
        "sub": "user-1",
        "groups": ["team-blue"],
        "exp": int(NOW) + 300,
        "iat": int(NOW),
        **claims,
    }
    said = {name: value for name, value in said.items() if value is not None}
    head = {"kid": f"kid-{algorithm}", **(header or {})}
    return jwt.encode(said, key or PRIVATE[algorithm], algorithm=algorithm, headers=head)


class Clock:
    """Seconds since 1970 that a test sets."""

    now = NOW

    def __call__(self) -> float:
        return self.now


def identity(*keys: dict[str, Any], clock: Clock | None = None, wanted: list[int] | None = None) -> Identity:
    """Return what verifies, with every key or these."""
    asked = wanted if wanted is not None else []
    made = Identity(CONFIG, bytes(32), clock or Clock(), lambda: asked.append(1))
    made.use(key_set(*keys))
    return made


def part(tree: Any) -> str:
    """Return a part of a token by hand."""
    data = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", list(PRIVATE))
def test_a_token_stands_for_a_client(algorithm: str) -> None:
    """By every algorithm of the list; twice, the second time as it is remembered."""
    verifier = identity()
    assert [verifier.client_of(token(algorithm)) for _ in range(2)] == ["staff", "staff"]


@pytest.mark.parametrize(
    ("groups", "client"),
    [
        (["x", "admins"], "operators"),
        (["team-a", "admins"], "operators"),  # the first entry that matches, not the first value
        ("team-a", "staff"),
        (["[x]"], "odd"),
        (["x"], None),
        (["Admins"], None),
        (["my-team-a"], None),
        ([["admins"], {"a": 1}, 7], None),
        ({"admins": True}, None),
        (None, None),
        (["x"] * 256 + ["admins"], None),
    ],
)
def test_whom_it_stands_for(groups: Any, client: str | None) -> None:
    """Texts that the configuration lists, and nobody else."""
    assert identity().client_of(token(groups=groups)) == client


PEM = (
    PRIVATE["RS256"]
    .public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
)


def hmac_with_the_public_key() -> str:
    """RS256's public key as the secret of HS256: what a verifier accepts that believes the header."""
    signed = f"{part({'alg': 'HS256', 'kid': 'kid-RS256'})}.{token().split('.')[1]}"
    return f"{signed}.{part(hmac.digest(PEM, signed.encode(), 'sha256'))}"


def resigned(payload: bytes, header: bytes = b'{"alg":"RS256","kid":"kid-RS256"}') -> str:
    """Sign parts as they are, whatever they hold."""
    signed = f"{part(header)}.{part(payload)}"
    algorithm: Any = jwt.get_algorithm_by_name("RS256")
    return f"{signed}.{part(algorithm.sign(signed.encode(), PRIVATE['RS256']))}"


CLAIMS = json.loads(base64.urlsafe_b64decode(token().split(".")[1] + "=="))
TEXT = json.dumps(CLAIMS)
ATTACKS = {
    "unsigned": f"{part({'alg': 'none', 'kid': 'kid-RS256'})}.{token().split('.')[1]}.",
    "none in capitals": f"{part({'alg': 'NoNe', 'kid': 'kid-RS256'})}.{token().split('.')[1]}.",
    "hmac with the public key": hmac_with_the_public_key(),
    "no signature": token().rpartition(".")[0] + ".",
    "signature of another": token().rpartition(".")[0] + "." + token(sub="user-2").rpartition(".")[2],
    "another's key": token(key=OTHER),
    "another's key, brought along": token(key=OTHER, header={"jwk": public("RS256", "kid-RS256", OTHER)}),
    "another's address": token(key=OTHER, header={"jku": "https://keys.example.net/", "x5u": "https://x.example.net"}),
    "kid of another key": token(header={"kid": "kid-PS256"}),
    "kid is a path": token(header={"kid": "../../../../dev/null"}),
    "kid is a query": token(header={"kid": "kid-RS256' OR '1'='1"}),
    "kid is a list": resigned(TEXT.encode(), b'{"alg":"RS256","kid":["kid-RS256"]}'),
    "no kid": resigned(TEXT.encode(), b'{"alg":"RS256"}'),
    "critical extension": resigned(TEXT.encode(), b'{"alg":"RS256","kid":"kid-RS256","crit":["exp"]}'),
    "detached payload": resigned(TEXT.encode(), b'{"alg":"RS256","kid":"kid-RS256","b64":false}'),
    "algorithm twice": resigned(TEXT.encode(), b'{"alg":"none","alg":"RS256","kid":"kid-RS256"}'),
    "claim twice": resigned(f'{{"groups":["admins"],{TEXT[1:]}'.encode()),
    "not a number": resigned(TEXT.replace(str(CLAIMS["exp"]), "NaN").encode()),
    "for ever": token(exp=10**300),
    "deep": resigned(b'{"a":' * 900 + b"1" + b"}" * 900),
    "a list": resigned(b"[]"),
    "not text": resigned(b'{"a":"\xff"}'),
    "huge": token(filler="a" * 9_000),
    "wrong audience": token(aud="other"),
    "no audience": token(aud=None),
    "wrong issuer": token(iss="https://login.example.com/"),
    "no issuer": token(iss=None),
    "expired": token(exp=int(NOW) - 31),
    "no expiry": token(exp=None),
    "expiry as text": resigned(TEXT.replace(str(CLAIMS["exp"]), f'"{CLAIMS["exp"]}"').encode()),
    "not yet": token(nbf=int(NOW) + 31),
    "issued in the future": token(iat=int(NOW) + 31),
    "four parts": token() + ".x",
    "encrypted": "eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d",
    "spaces": token().replace(".", " .", 1),
}


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_attacks(attack: str) -> None:
    """None of them stands for anybody, the first time and the second."""
    verifier = identity()
    assert [verifier.client_of(ATTACKS[attack]) for _ in range(2)] == [None, None]


@pytest.mark.parametrize("claims", [{"exp": int(NOW) - 29}, {"nbf": int(NOW) + 29}, {"aud": ["other", "relay"]}])
def test_near_misses_count(claims: dict[str, Any]) -> None:
    """Clocks differ by some seconds, and a token may be for several."""
    assert identity().client_of(token(**claims)) == "staff"


def test_a_remembered_token_expires() -> None:
    """It is remembered no longer than it counts."""
    clock = Clock()
    verifier, shown = identity(clock=clock), token()
    assert verifier.client_of(shown) == "staff"
    clock.now = NOW + 329
    assert verifier.client_of(shown) == "staff"
    clock.now = NOW + 331
    assert verifier.client_of(shown) is None


def test_keys_are_rotated() -> None:
    """A new key is asked for when a token names it; the old one's tokens count no more, remembered or not."""
    wanted: list[int] = []
    verifier, old = identity(public("RS256", "kid-RS256"), wanted=wanted), token()
    new = token(key=OTHER, header={"kid": "next"})
    assert (verifier.client_of(old), verifier.client_of(new), len(wanted)) == ("staff", None, 1)
    verifier.use(key_set(public("RS256", "next", OTHER)))
    assert (verifier.client_of(old), verifier.client_of(new)) == (None, "staff")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"keys": {}}',
        b'{"keys": [1]}',
        b'{"keys": []}',
        b'{"keys": [], "keys": []}',
        b"[" * 5_000,
        b" " * 300_000,
        key_set({"kty": "oct", "k": "c2VjcmV0", "kid": "kid-RS256", "alg": "HS256"}),
        key_set(public("RS256", "a", alg="none")),
        key_set(public("RS256", "a", alg="HS256")),
        key_set(public("RS256", "a", use="enc")),
        key_set(public("RS256", "a", d="x")),
        key_set(public("RS256", "a"), public("PS256", "a")),
        key_set({"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}),
    ],
)
def test_a_key_set_that_cannot_be_used_leaves_the_old_one(data: bytes) -> None:
    """Secrets, private keys, keys of one name, and what is no set."""
    verifier = identity()
    with pytest.raises(ConfigFault):
        verifier.use(data)
    assert verifier.client_of(token()) == "staff"


def test_a_token_is_taken_out_and_its_client_needs_an_entry() -> None:
    """It is never passed on, and a client whose entry is gone or expired is refused."""
    shown = token()
    headers = (("authorization", f"Bearer {shown}"), ("accept", "a"))
    for entries, passes in (
        ([ClientConfig(name="staff")], True),
        ([ClientConfig(name="staff", key_sha256="ab" * 32)], False),
        ([ClientConfig.model_validate({"name": "staff", "expires": "2020-01-01"})], False),
        ([], False),
    ):
        if passes:
            entry, left, _ = authenticate(
                (*headers, ("x-api-key", shown)), "", Known(entries), wall=Clock(), tokens=identity()
            )
            assert (entry.name, left) == ("staff", (("accept", "a"),))
            continue
        with pytest.raises(AuthenticationFailed) as refused:
            authenticate(headers, "", Known(entries), wall=Clock(), tokens=identity())
        assert shown not in refused.value.public


def test_what_the_configuration_must_say() -> None:
    """Names that lead to no entry, and keys over plain HTTP, stop the start."""
    stated = CONFIG.model_dump()
    with pytest.raises(ValueError, match="is the name of no entry"):
        Config.model_validate({"identity": stated, "clients": [{"name": "staff"}]})
    with pytest.raises(ValueError, match="without identity"):
        Config.model_validate({"clients": [{"name": "staff"}]})
    with pytest.raises(ValueError, match="https"):
        IdentityConfig.model_validate({**stated, "jwks": "http://keys.example.com/"})
