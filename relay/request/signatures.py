"""Remember which upstream wrote a signature or encrypted content, without keeping either.

What a provider signed goes back to that provider untouched and unread; to any other upstream it is text like any other.
A client brings it back with its history, so relay notes, as answers pass, a keyed digest of each signature with the
name of the upstream. Of a signature that relay has not seen (after a restart, or in a history from elsewhere) only the
shape is known. A frontier gets back what has it where nobody else can have written it: no local upstream takes the
format, and no other was tried. A local server gets nothing back by its shape.

Not promised: that a client cannot write a text that has the shape. It is the client's own text that then leaves, to the
provider that the client called.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from hashlib import blake2b

from relay.types import JSON, RouteKind
from relay.wire.protocol_words import is_signature

__all__ = ["Signatures", "signatures_in"]

# A long agent session has some thousand signed blocks; a digest and a name take about 150 bytes.
_LIMIT = 50_000
_DIGEST_BYTES = 16
_FIELDS = frozenset({"signature", "encrypted_content", "data", "thoughtSignature", "thought_signature"})


class Signatures:
    """Upstreams by signature, at most `limit`; the oldest make room. Thread-safe."""

    def __init__(self, key: bytes, *, limit: int = _LIMIT) -> None:
        """Start empty. `key`: 16 to 64 random bytes of this process."""
        self._key = key
        self._limit = limit
        self._lock = threading.Lock()
        self._writers: OrderedDict[bytes, str] = OrderedDict()
        # Called, from any thread, with the digest and the upstream of what is new here: for other processes.
        self.on_note: Callable[[bytes, str], None] | None = None

    def __repr__(self) -> str:
        return f"Signatures({len(self._writers)} of {self._limit})"

    def note(self, upstream: str, signature: str) -> None:
        """Remember that `upstream` wrote `signature`. Of two writers the last counts."""
        digest = self._digest(signature)
        self.learn(digest, upstream)
        if self.on_note is not None:
            self.on_note(digest, upstream)

    def learn(self, digest: bytes, upstream: str) -> None:
        """Remember what another process with the same key has noted."""
        with self._lock:
            self._writers[digest] = upstream
            self._writers.move_to_end(digest)
            if len(self._writers) > self._limit:
                self._writers.popitem(last=False)

    def is_one(self, signature: str) -> bool:
        """Tell whether some upstream wrote `signature`, as far as relay can know."""
        return is_signature(signature) or self._writer(signature) is not None

    def written_by(self, upstream: str, kind: RouteKind, *, one_kind: bool) -> Callable[[str], bool]:
        """Return a function that tells whether `upstream`, of this kind, wrote a signature, as far as is known.

        `one_kind`: whether only upstreams of this kind can have written what relay has not seen.
        """

        def wrote(signature: str) -> bool:
            writer = self._writer(signature)
            if writer is None:
                return one_kind and kind is RouteKind.FRONTIER and is_signature(signature)
            return writer == upstream

        return wrote

    def _writer(self, signature: str) -> str | None:
        with self._lock:
            return self._writers.get(self._digest(signature))

    def _digest(self, signature: str) -> bytes:
        return blake2b(
            signature.encode("utf-8", "surrogatepass"), key=self._key, salt=b"signature", digest_size=_DIGEST_BYTES
        ).digest()


def signatures_in(tree: JSON) -> Iterator[str]:
    """Yield the signatures and encrypted contents in a decoded answer or event. Depth is bounded by the decoder."""
    if type(tree) is dict:
        for key, value in tree.items():
            if type(value) is str:
                if value and key in _FIELDS:
                    yield value
            elif type(value) is dict or type(value) is list:
                yield from signatures_in(value)
    elif type(tree) is list:
        for value in tree:
            if type(value) is dict or type(value) is list:
                yield from signatures_in(value)
