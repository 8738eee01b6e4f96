"""What becomes of content that nobody can read, and of fields that no table names, as policy says."""

from __future__ import annotations

from relay.errors import ClientFault, OpaqueRefused
from relay.policy.engine import Engine
from relay.policy.model import OpaqueHandling, UnknownFields
from relay.protocols import Document

__all__ = ["settle", "unreadable"]


def unreadable(document: Document, engine: Engine) -> ClientFault | None:
    """Return why policy refuses the request as it came, or None when it does not."""
    for pointer, kind in document.refused:
        if engine.opaque(kind) is OpaqueHandling.REFUSE:
            return _refusal(engine, pointer, kind, "which cannot be inspected")
    if document.unknown_fields and engine.policy.unknown_fields is UnknownFields.REFUSE:
        return ClientFault(
            f"the request has {document.unknown_fields} fields that relay does not know, and the policy key "
            "unknown_fields refuses them"
        )
    return None


def settle(document: Document, engine: Engine) -> None:
    """Open or drop what policy opens or drops. Raises OpaqueRefused for what cannot be opened.

    Comes after `unreadable`, which must have found nothing.
    """
    kinds: dict[OpaqueHandling, set[str]] = {handling: set() for handling in OpaqueHandling}
    for _, kind in document.refused:
        kinds[engine.opaque(kind)].add(kind)
    if kinds[OpaqueHandling.REENCODE]:
        # Pillow takes a while to import, and most requests hold no image.
        from relay.images import Reencoder

        try:
            document.reencode_refused(kinds[OpaqueHandling.REENCODE], Reencoder())
        except OpaqueRefused as fault:
            raise OpaqueRefused(f"{fault.public}; the policy key opaque.images decides") from None
    if kinds[OpaqueHandling.SCRUB]:
        document.scrub_refused(kinds[OpaqueHandling.SCRUB])
    if kinds[OpaqueHandling.DROP]:
        document.drop_refused(kinds[OpaqueHandling.DROP])
    for pointer, kind in document.refused:
        if engine.opaque(kind) is OpaqueHandling.REENCODE:
            raise _refusal(engine, pointer, kind, "which is not an inline image that can be written anew")
        if engine.opaque(kind) is OpaqueHandling.SCRUB:
            raise _refusal(engine, pointer, kind, "which is not inline text that can be scrubbed")
    if document.unknown_fields and engine.policy.unknown_fields is UnknownFields.DROP:
        document.drop_unknown()


def _refusal(engine: Engine, pointer: str, kind: str, why: str) -> OpaqueRefused:
    return OpaqueRefused(
        f"{pointer} holds {kind}, {why}; the policy key opaque.{engine.policy.opaque.key(kind)} decides"
    )
