"""Verify tokens of an issuer (JWT: RFC 7519, RFC 8725) and tell which client each stands for.

The key alone says which algorithm counts, never the token: so a public key is never taken for the secret of an HMAC. Of
a token's header only `alg` and `kid` are read; addresses and keys in it (`jku`, `x5u`, `jwk`, `x5c`) are not.
"""

from __future__ import annotations

import base64
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from relay.config import IdentityConfig
from relay.errors import ConfigFault
from relay.observe import logs

__all__ = ["Identity"]

_MOST_TOKEN_CHARACTERS = 8_192
_MOST_SET_BYTES = 262_144
_MOST_KEYS = 64
_MOST_NAMES = 256  # values of the claim
_MOST_CACHED = 4_096
_LEAST_RSA_BITS = 2_048
_LEEWAY_S = 30.0
_END_OF_TIME_S = 1e12
_JSON_BRACES = "eyJ"  # `{"` in base64url, with which every header begins


class Refused(StrEnum):
    """Why a token does not count, for the log: the caller is told nothing."""

    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    KEY = "key"
    CLAIMS = "claims"
    CLIENT = "client"


class _Refusal(Exception):
    def __init__(self, reason: Refused) -> None:
        super().__init__(reason)
        self.reason = reason


class Identity:
    """The keys of one issuer, and whom its tokens stand for. `wall` is seconds since 1970. For one event loop.

    `key` keys the digests by which verified tokens are remembered until they expire. `want` is called when a token
    names a key that is not known.
    """

    def __init__(
        self, config: IdentityConfig, key: bytes, wall: Callable[[], float], want: Callable[[], None] = lambda: None
    ) -> None:
        self._config = config
        self._key = key
        self._wall = wall
        self._want = want
        self._keys: Mapping[str, tuple[Any, frozenset[str]]] = {}
        self._verified: OrderedDict[bytes, tuple[float, str]] = OrderedDict()

    def use(self, data: bytes) -> None:
        """Take a JSON Web Key Set in place of the keys in force. Raises ConfigFault, with the old ones in force."""
        keys = _keys(data)
        if not keys:
            raise ConfigFault("identity.jwks: holds no public key for signatures that relay can use")
        self._keys = keys
        self._verified = OrderedDict()  # a key that is gone verifies no more

    def client_of(self, token: str) -> str | None:
        """Return the name of the client that `token` stands for, or None."""
        if len(token) > _MOST_TOKEN_CHARACTERS or token[:3] != _JSON_BRACES or token.count(".") != 2:
            return None
        digest = blake2b(token.encode("utf-8", "surrogateescape"), key=self._key, digest_size=32).digest()
        now = self._wall()
        found = self._verified.get(digest)
        if found is not None and now < found[0]:
            return found[1]
        try:
            until, client = self._verify(token, now)
        except _Refusal as refusal:
            logs.event(logs.LogEvent.TOKEN_REFUSED, logging.INFO, reason=refusal.reason)
            return None
        self._verified[digest] = (until, client)
        if len(self._verified) > _MOST_CACHED:
            self._verified.popitem(last=False)
        return client

    def _verify(self, token: str, now: float) -> tuple[float, str]:
        head, payload, _ = token.split(".")
        header, claims = _object(head), _object(payload)
        key, algorithms = self._key_for(header)
        if header.get("alg") not in algorithms:
            raise _Refusal(Refused.ALGORITHM)
        try:
            # Times are checked below, by the clock that came in.
            jwt.decode(
                token,
                key,
                algorithms=sorted(algorithms),
                audience=self._config.audience,
                issuer=self._config.issuer,
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.InvalidTokenError, ValueError, TypeError):
            raise _Refusal(Refused.CLAIMS) from None
        return _times(claims, now), self._named(claims)

    def _key_for(self, header: Mapping[str, Any]) -> tuple[Any, frozenset[str]]:
        if "crit" in header or "b64" in header:
            raise _Refusal(Refused.ALGORITHM)
        kid = header.get("kid")
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        found = self._keys.get(kid) if isinstance(kid, str) else None
        if found is None:
            self._want()
            raise _Refusal(Refused.KEY)
        return found

    def _named(self, claims: Mapping[str, Any]) -> str:
        value = claims.get(self._config.claim)
        values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        if len(values) <= _MOST_NAMES:
            texts = [item for item in values if isinstance(item, str)]
            for pattern, client in self._config.clients.items():
                if any(_matches(text, pattern) for text in texts):
                    return client
        raise _Refusal(Refused.CLIENT)


def _matches(text: str, pattern: str) -> bool:
    """Tell whether `text` is `pattern`, in which `*` alone has a meaning."""
    if "*" not in pattern:
        return text == pattern
    return fnmatchcase(text, pattern.replace("[", "[[]").replace("?", "[?]"))


def _times(claims: Mapping[str, Any], now: float) -> float:
    """Return when a token counts no more. Raises _Refusal when that was, or when it does not count yet."""
    for name in ("exp", "nbf", "iat"):
        value = claims.get(name, now)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _END_OF_TIME_S:
            raise _Refusal(Refused.CLAIMS)
    until = float(claims["exp"]) + _LEEWAY_S
    begins = max(float(claims.get("nbf", 0)), float(claims.get("iat", 0))) - _LEEWAY_S
    if not begins <= now < until:
        raise _Refusal(Refused.CLAIMS)
    return until


def _object(part: str) -> dict[str, Any]:
    """Return the JSON object of a token's part: one meaning only, so no name twice and no number that JSON lacks."""
    try:
        found = _read(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise _Refusal(Refused.MALFORMED) from None
    if not isinstance(found, dict):
        raise _Refusal(Refused.MALFORMED)
    return found


def _read(data: bytes) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a name twice")
        return found

    def no_number(_: str) -> Any:
        raise ValueError("not a number")

    return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=no_number)


def _keys(data: bytes) -> dict[str, tuple[Any, frozenset[str]]]:
    """Return the usable keys of a set by `kid`, each with the algorithms that it may verify. Raises ConfigFault."""
    try:
        if len(data) > _MOST_SET_BYTES:
            raise ValueError("too large")
        tree = _read(data)
        listed = tree["keys"]
        if not isinstance(listed, list) or len(listed) > _MOST_KEYS:
            raise ValueError("not so many keys")
        if any(not isinstance(item, dict) for item in listed):
            raise ValueError("not a key")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigFault(
            f"identity.jwks: is no JSON Web Key Set of at most {_MOST_KEYS} keys and {_MOST_SET_BYTES // 1024} KiB"
        ) from None
    found: dict[str, tuple[Any, frozenset[str]]] = {}
    for number, item in enumerate(listed):
        kid = item.get("kid", f"\0{number}")  # without an id only when it is the only one
        if item.get("kty") == "oct" or item.get("use", "sig") != "sig" or not isinstance(kid, str):
            continue
        if "d" in item:
            raise ConfigFault("identity.jwks: holds a private key; relay needs public ones only")
        if kid in found:
            raise ConfigFault("identity.jwks: two keys have one kid")
        try:
            key = jwt.PyJWK({name: value for name, value in item.items() if name != "alg"}).key
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, NotImplementedError):
            continue
        algorithms = _algorithms(key)
        stated = item.get("alg")
        if stated is not None:
            algorithms &= {stated} if isinstance(stated, str) else frozenset()
        if algorithms:
            found[kid] = (key, algorithms)
    return found


def _algorithms(key: Any) -> frozenset[str]:
    """Return what a key may verify, of the closed list."""
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS:
        return frozenset({"RS256", "PS256"})
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return frozenset({"ES256"})
    if isinstance(key, ed25519.Ed25519PublicKey):
        return frozenset({"EdDSA"})
    return frozenset()
