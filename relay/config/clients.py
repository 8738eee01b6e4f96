"""Who may call relay: entries of the configuration, and of a file of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from relay.client_keys import ClientName, KeyDigest
from relay.config.section import Section
from relay.errors import ConfigFault
from relay.strict_yaml import FilePath, fault, read_bytes, read_document

__all__ = ["ClientConfig", "Expiry", "check_clients", "parse_clients", "read_clients"]


def _moment(value: Any) -> Any:
    """Return a date or a time of RFC 3339 as a time: a date ends with its last second, in UTC."""
    if isinstance(value, datetime):
        found = value
    elif isinstance(value, str):
        try:
            if len(value) == len("2027-01-31"):
                return datetime.combine(date.fromisoformat(value), time.max, UTC)
            found = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("must be a date (2027-01-31) or a time with its zone (2027-01-31T18:00:00Z)") from None
    else:
        raise ValueError("must be a date or a time, as text in quotes")
    if found.tzinfo is None:
        raise ValueError("must have a time zone: Z, or an offset such as +02:00")
    return found


Expiry = Annotated[datetime, BeforeValidator(_moment)]


class ClientConfig(Section):
    """A program that may call relay, known by the SHA-256 of its key (hex), or by tokens where it has none."""

    name: ClientName = Field(description="Its name, for rules, budgets and sessions; one client may have several keys.")
    key_sha256: KeyDigest | None = Field(
        default=None,
        repr=False,
        description="SHA-256 of the client's key, in hex; unset: tokens of `identity` stand for the client.",
    )
    expires: Expiry | None = Field(
        default=None,
        description="Date (its last second in UTC) or RFC 3339 time after which the entry counts no more.",
    )
    requests_per_minute: int | None = Field(
        default=None, ge=1, le=1_000_000, description="Most requests in a minute; unset: no limit."
    )
    policy: FilePath | None = Field(
        default=None, description="Policy for this client, a file or a shipped name; unset: the policy of the relay."
    )

    def is_expired(self, now: float) -> bool:
        """Tell whether the entry counts no more at `now`, in seconds since 1970."""
        return self.expires is not None and now >= self.expires.timestamp()


def check_clients(entries: Sequence[ClientConfig]) -> None:
    """Raise ValueError where entries of one name, which are one client, differ in more than key and expiry."""
    first: dict[str, ClientConfig] = {}
    for entry in entries:
        other = first.setdefault(entry.name, entry)
        if (other.requests_per_minute, other.policy) != (entry.requests_per_minute, entry.policy):
            raise ValueError(
                "entries of one name are one client: they must state the same requests_per_minute and policy"
            )


_ENTRIES = TypeAdapter(tuple[ClientConfig, ...])


def read_clients(path: Path) -> tuple[ClientConfig, ...]:
    """Read a file with a list of entries, as below `clients`. Raises ConfigFault with places, never with values."""
    return parse_clients(read_bytes(path), str(path))


def parse_clients(data: bytes, file: str) -> tuple[ClientConfig, ...]:
    """Do the same with what is in the file already."""
    document = read_document(data, file)
    try:
        entries = _ENTRIES.validate_python(document.tree)
        check_clients(entries)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False)
    except ValueError as error:
        raise ConfigFault(f"{file}: {error}") from None
    else:
        return entries
    raise fault(document.complaint(item["loc"], item["msg"].removeprefix("Value error, ")) for item in problems)
