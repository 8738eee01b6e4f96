"""Send an assistant's earlier turn as the upstream wrote it, when the client returns it as it read it.

Providers cache what they have seen by its bytes, and some sign their reasoning over the whole conversation before it.
In an explicit session the vault remembers what the upstream wrote (`vault.turn_cache`); here it is noted on the way
back and put in place on the way out, unless a value stands in it that must not leave: "no leak" comes before "same
bytes". Only the upstream that wrote a text gets it back unread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from relay.protocols import Document, Operator
from relay.request import egress
from relay.request.scrub import Scrubbed, scrub
from relay.types import Action, SpanAction
from relay.vault.vault import Vault

__all__ = ["scrub_new"]


def scrub_new(
    document: Document,
    actions: Sequence[Sequence[SpanAction]],
    operators: Mapping[Action, Operator],
    vault: Vault,
    upstream: str,
) -> Scrubbed:
    """Scrub `document` but for what `upstream` wrote itself, which is put in its place as it was written.

    A remembered text in which a value of the session or of this request stands is scrubbed like any other.
    """
    remembered = [
        (said, original) for said in document.said() if (original := vault.recall_turn(upstream, said.text)) is not None
    ]
    while True:
        skipped = {index for said, _ in remembered for index in said.segments}
        scrubbed = scrub(
            document.segments, [() if at in skipped else row for at, row in enumerate(actions)], operators, vault
        )
        if not remembered:
            return scrubbed
        values = egress.private((*vault.values(), *scrubbed.removed), issued=frozenset(vault.placeholders()))
        if not egress.holds("\n".join(original for _, original in remembered), values):
            break
        # With fewer texts skipped, more values may be taken out, so all are looked at again.
        remembered = [(said, original) for said, original in remembered if not egress.holds(original, values)]
    for said, original in remembered:
        if original != said.text:
            said.put(original)
    return scrubbed
