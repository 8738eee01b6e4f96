"""Hold the keys of one vault in one slot of secret memory, and use them in three ways.

    session key ── HKDF-Expand ──┬── "index"   keyed BLAKE2b of (entity type, value): how a value is looked up
                                 ├── "seal"    ChaCha20-Poly1305: what a value is encrypted with
                                 └── "digest"  keyed BLAKE2b shown to others by the `hash` operator

The session key is zeroed as soon as the three are derived, in place, beside it. It is uniformly random, so RFC 5869's
extract step is not needed (section 3.3). The cipher object is built for each call: a cached one would keep a copy of
its key in ordinary memory.

Why the nonce may be a counter: a key seals at most 2**32 records, each under the next number and never a second time;
records are not changed in place, keys are not stored, and a new vault has new keys. So no (key, nonce) pair can repeat,
whereas a random 96-bit nonce would rely on chance.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from relay.errors import ScrubFailed, SessionClosed
from relay.vault.secret_memory import SecretMemory

__all__ = ["Keys", "RandomBytes"]

# Returns that many unpredictable bytes. A bytearray is overwritten after use; `bytes` cannot be.
RandomBytes = Callable[[int], bytes | bytearray]

_KEY_BYTES = 32
_MARK_BYTES = 16  # a collision is expected after 2**64 values
_SMALLEST_BUCKET = 32  # bytes
_LONGEST_COUNTER = 1 << 32
_RELEASED = (ValueError, TypeError)  # what a released view raises in hashlib, and in cryptography


class Keys:
    """The derived keys, usable until `destroy`. Not thread-safe: the vault holds its lock around every call.

    Every method raises SessionClosed after `destroy`, and in a forked child.
    """

    __slots__ = ("_digest", "_index", "_seal", "_slot")

    def __init__(self, memory: SecretMemory, random_bytes: RandomBytes) -> None:
        self._slot = memory.take()
        session_key, self._index, self._seal, self._digest = (
            self._slot.part(start, start + _KEY_BYTES) for start in range(0, 4 * _KEY_BYTES, _KEY_BYTES)
        )
        material = random_bytes(_KEY_BYTES)
        session_key[:] = material
        if isinstance(material, bytearray):
            material[:] = bytes(_KEY_BYTES)
        for purpose, subkey in ((b"index", self._index), (b"seal", self._seal), (b"digest", self._digest)):
            HKDFExpand(SHA256(), _KEY_BYTES, b"relay vault 1 " + purpose).derive_into(session_key, subkey)
        session_key[:] = bytes(_KEY_BYTES)

    def mark(self, entity_type: str, data: bytes) -> bytes:
        """Return the index of (entity type, value): 16 bytes that reveal nothing without the key."""
        try:
            return blake2b(entity_type.encode() + b"\0" + data, digest_size=_MARK_BYTES, key=self._index).digest()
        except _RELEASED:
            raise SessionClosed("the session is closed") from None

    def digest(self, entity_type: str, data: bytes) -> bytes:
        """Return 16 bytes that stand for (entity type, value) in this session only; they may be shown to others."""
        try:
            return blake2b(entity_type.encode() + b"\0" + data, digest_size=_MARK_BYTES, key=self._digest).digest()
        except _RELEASED:
            raise SessionClosed("the session is closed") from None

    def seal(self, counter: int, data: bytes, associated: bytes) -> bytes:
        """Return `data` encrypted and bound to `associated`, its length hidden in a bucket of a power of two.

        `counter` must never be reused.
        """
        if counter >= _LONGEST_COUNTER:
            raise ScrubFailed("a vault seals no more than 2**32 records")
        # ISO/IEC 7816-4 padding: one marker byte, then zeros. bit_length leaves room for the marker.
        size = len(data)
        bucket = _SMALLEST_BUCKET if size < _SMALLEST_BUCKET else 1 << size.bit_length()
        padded = (data + b"\x80").ljust(bucket, b"\0")
        try:
            return ChaCha20Poly1305(self._seal).encrypt(counter.to_bytes(12, "little"), padded, associated)
        except _RELEASED:
            raise SessionClosed("the session is closed") from None

    def open(self, counter: int, sealed: bytes, associated: bytes) -> bytes:
        """Return what was sealed. Raises ScrubFailed when `sealed` or `associated` was altered."""
        try:
            padded = ChaCha20Poly1305(self._seal).decrypt(counter.to_bytes(12, "little"), sealed, associated)
        except InvalidTag:
            raise ScrubFailed("a sealed record was altered") from None
        except _RELEASED:
            raise SessionClosed("the session is closed") from None
        return padded[: padded.rindex(b"\x80")]

    def destroy(self) -> None:
        """Overwrite the keys and free the slot; a second call does nothing."""
        self._slot.free()

    def __del__(self) -> None:
        # Also covers a vault that was dropped without being shredded.
        slot = getattr(self, "_slot", None)
        if slot is not None:
            slot.free()

    def __repr__(self) -> str:
        return "Keys()"
