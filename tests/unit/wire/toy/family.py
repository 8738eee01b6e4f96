"""What Toy's formats share: its facts, credentials and the shape of errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from relay.errors import RelayFault
from relay.protocols import ContractWords, Family, TokenFields
from relay.types import Event, Headers
from relay.wire import strict_json
from relay.wire.table_format import TableFormat, header

__all__ = ["TOY", "ToyFormat"]

TOY = Family(
    name="toy",
    under_prefix=("toy",),
    client_headers=frozenset({"x-toy-key"}),
    client_paths=None,
    page_headers=frozenset({"x-toy-key", "x-toy-sdk-*"}),
    keyless=False,
    keep_alive=b"",
    tokens=TokenFields(
        usage=(("used",),),
        input=("heard",),
        output=("spoken",),
        limits=(("brief",),),
    ),
)


class ToyFormat(TableFormat):
    """Base of Toy's formats."""

    family: ClassVar[Family] = TOY
    contract_words: ClassVar[Mapping[str, ContractWords]] = {}

    def credential(self, headers: Headers, query: str) -> str | None:
        """Return the key from `x-toy-key`."""
        return header(headers, "x-toy-key")

    def credential_headers(self, key: str) -> Headers:
        """Present `key` as `x-toy-key`."""
        return (("x-toy-key", key),)

    def error_body(self, fault: RelayFault) -> bytes:
        """Return `{"fault": message}`."""
        return strict_json.encode({"fault": fault.told})

    def error_event(self, fault: RelayFault) -> Event:
        """Return the same as an event."""
        return Event(self.error_body(fault).decode())


PLUGINS = ()  # no format of its own
