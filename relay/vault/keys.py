"""Hold the keys of one vault in one slot of secret memory, and use them in three ways.

    session key ── HKDF-Expand ──┬── "index"   keyed BLAKE2b of (entity type, value): how a value is looked up
                                 ├── "seal"    ChaCha20-Poly1305: what a value is encrypted with
                                 ├── "digest"  keyed BLAKE2b shown to others by the `hash` operator
                                 └── "records" of a session that is kept elsewhere: HKDF to a key for each record

The session key is overwritten as soon as the others are derived, in place, beside it. It is uniformly random, so the
extract step of RFC 5869 is not needed (section 3.3). The cipher object is built for each call: a cached one would keep
a copy of its key in ordinary memory.

Why the nonce may be a counter: a key seals at most 2**32 records, each under the next number and never a second time;
records are not changed in place, keys are not stored, and a new vault has new keys. So no (key, nonce) pair can repeat,
whereas a random 96-bit nonce would rely on chance. Of a session that is kept elsewhere many vaults are made, on many
machines, from one session key: each of them draws its own "seal" key, and each record has a key of its own from a salt
of 16 random bytes, under which nothing else is ever encrypted.
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

    __slots__ = ("_digest", "_index", "_records", "_seal", "_slot")

    def __init__(self, memory: SecretMemory, random_bytes: RandomBytes, session_key: bytes | None = None) -> None:
        """Derive them from a session key drawn here, or from that of a session that is kept elsewhere (32 bytes)."""
        self._slot = memory.take()
        self._records, self._index, self._seal, self._digest = (
            self._slot.part(start, start + _KEY_BYTES) for start in range(0, 4 * _KEY_BYTES, _KEY_BYTES)
        )
        own = self._records  # it is the session key's place until the last of them
        material = random_bytes(_KEY_BYTES)
        own[:] = material
        if isinstance(material, bytearray):
            material[:] = bytes(_KEY_BYTES)
        _derive(own, b"seal", self._seal)
        if session_key is not None:
            own[:] = session_key
        _derive(own, b"index", self._index)
        _derive(own, b"digest", self._digest)
        if session_key is not None:
            _derive(own, b"records", own)
        else:
            own[:] = bytes(_KEY_BYTES)

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

    def seal_record(self, salt: bytes, data: bytes, associated: bytes) -> bytes:
        """Return `data` encrypted for a session that is kept elsewhere, bound to `associated`.

        `salt` are 16 random bytes that are never used again. Its length is hidden up to a tenth (Padmé: PURBs, 2019).
        """
        padded = (data + b"\x80").ljust(_padme(len(data) + 1), b"\0")
        return self._record_cipher(salt).encrypt(bytes(12), padded, associated)

    def open_record(self, salt: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Return what `seal_record` sealed. Raises ScrubFailed when any of the three was altered."""
        try:
            padded = self._record_cipher(salt).decrypt(bytes(12), sealed, associated)
        except InvalidTag:
            raise ScrubFailed("a record of the session was altered, so it is of no use; open another session") from None
        return padded[: padded.rindex(b"\x80")]

    def _record_cipher(self, salt: bytes) -> ChaCha20Poly1305:
        key = bytearray(_KEY_BYTES)
        try:
            HKDFExpand(SHA256(), _KEY_BYTES, b"relay record 1 " + salt).derive_into(self._records, key)
            return ChaCha20Poly1305(key)
        except _RELEASED:
            raise SessionClosed("the session is closed") from None
        finally:
            key[:] = bytes(_KEY_BYTES)

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


def _derive(key: memoryview, purpose: bytes, subkey: memoryview) -> None:
    HKDFExpand(SHA256(), _KEY_BYTES, b"relay vault 1 " + purpose).derive_into(key, subkey)


def _padme(size: int) -> int:
    """Return what `size` is padded to: its last bits are zero, all but as many as its length is long."""
    exponent = max(size.bit_length() - 1, 0)
    free = max(exponent - exponent.bit_length(), 0)
    return max(_SMALLEST_BUCKET, (size + (1 << free) - 1) >> free << free)
