"""Handle content that relay cannot read, and fields that no table names, as policy says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from relay.errors import ClientFault, OpaqueRefused
from relay.policy.engine import Engine
from relay.policy.model import Opaque, OpaqueHandling, UnknownFields
from relay.protocols import Document

__all__ = ["settle", "unreadable"]

# What is refused, by the policy key that decides.
_CALLED: Final[Mapping[str, str]] = {
    "images": "images",
    "audio": "audio",
    "files": "files",
    "remote_urls": "remote URLs",
    "stored_state": "references to what the provider stores",
    "third_party_tools": "tools that the provider calls elsewhere",
}


def unreadable(document: Document, engine: Engine) -> ClientFault | None:
    """Return why policy refuses the request as it came, or None when it does not."""
    for pointer, kind in document.refused:
        if engine.opaque(kind) is OpaqueHandling.REFUSE:
            return _refusal(engine, pointer, kind)
    if document.unknown_fields and engine.policy.unknown_fields is UnknownFields.REFUSE:
        return ClientFault(
            f"relay refuses {document.unknown_fields} fields of the request because it does not know them; the policy "
            "key unknown_fields allows them (scrub, drop)"
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
        from relay.request.image_metadata import Reencoder

        try:
            document.reencode_refused(kinds[OpaqueHandling.REENCODE], Reencoder())
        except OpaqueRefused as fault:
            raise OpaqueRefused(
                f"relay refuses an image because it cannot write it anew: {fault.public}; the policy key opaque.images "
                "allows it (drop, pass)"
            ) from None
    if kinds[OpaqueHandling.SCRUB]:
        document.scrub_refused(kinds[OpaqueHandling.SCRUB])
    if kinds[OpaqueHandling.DROP]:
        document.drop_refused(kinds[OpaqueHandling.DROP])
    for pointer, kind in document.refused:
        match engine.opaque(kind):
            case OpaqueHandling.REENCODE:
                raise _refusal(engine, pointer, kind, "can write only inline ones anew")
            case OpaqueHandling.SCRUB:
                raise _refusal(engine, pointer, kind, "can scrub only inline text")
    if document.unknown_fields and engine.policy.unknown_fields is UnknownFields.DROP:
        document.drop_unknown()


def _refusal(engine: Engine, pointer: str, kind: str, why: str = "") -> OpaqueRefused:
    """Return the refusal of content at `pointer`, which shows no key of the client's (`relay.wire.segments`)."""
    key = engine.policy.opaque.key(kind)
    inapt = {OpaqueHandling.REFUSE, engine.opaque(kind)}
    others = [handling.value for handling in get_args(Opaque.model_fields[key].annotation) if handling not in inapt]
    called = _CALLED.get(key) or {"token_ids": "token ids", "template": "templates"}.get(kind, "unreadable content")
    them = "it" if called == "audio" else "them"
    return OpaqueRefused(
        f"relay refuses {called} because it {why or f'cannot read {them}'} ({pointer}); the policy key opaque.{key} "
        f"allows {them} ({', '.join(others)})"
    )
