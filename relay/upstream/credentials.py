"""Read the operator's upstream credentials once, at start.

They are held in ordinary process memory, in a mapping whose `repr` shows the upstreams' names only. A credential lives
as long as the process; the promise to forget values does not cover it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from relay.config import OutboundConfig, SecretReference, UpstreamConfig
from relay.errors import ConfigFault
from relay.upstream.way import Way

__all__ = ["Credentials", "headers", "read_secret", "resolve", "way"]


# A token of RFC 9110, section 5.6.2.
_FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class Credentials(Mapping[str, str]):
    """The operator's credential of each upstream that has one, by upstream name."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, upstream: str) -> str:
        return self._values[upstream]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Credentials({', '.join(self._values)})"

    def __reduce__(self) -> str:
        raise TypeError("credentials cannot be pickled or copied")


def resolve(upstreams: Mapping[str, UpstreamConfig], environ: Mapping[str, str]) -> Credentials:
    """Read every credential that the configuration refers to; `client` and `none` refer to none.

    Raises ConfigFault with the configuration key and the place, never the content.
    """
    return Credentials(
        {
            name: _fit_for_header(
                read_secret(upstream.credential, environ, where=f"upstreams.{name}.credential"),
                where=f"upstreams.{name}.credential",
            )
            for name, upstream in upstreams.items()
            if isinstance(upstream.credential, SecretReference)
        }
    )


def way(outbound: OutboundConfig, environ: Mapping[str, str]) -> Way:
    """Return the way to upstreams that a configuration states. Raises ConfigFault when a secret cannot be read."""
    credential: tuple[str, str] | None = None
    if outbound.proxy_credential is not None:
        where = "outbound.proxy_credential"
        user, colon, password = read_secret(outbound.proxy_credential, environ, where=where).partition(":")
        if not colon:
            raise ConfigFault(f"{where}: must be user:password")
        credential = (user, password)
    return Way(proxy=outbound.proxy, credential=credential, ca=outbound.ca)


def headers(references: Mapping[str, SecretReference], environ: Mapping[str, str], *, where: str) -> Credentials:
    """Read the values of header fields, by name. Raises ConfigFault as `resolve` does."""
    for name in references:
        if _FIELD_NAME.fullmatch(name) is None:
            raise ConfigFault(f"{where}: a name is no header's")
    return Credentials(
        {
            name: _fit_for_header(
                read_secret(reference, environ, where=f"{where}.{name}"), where=f"{where}.{name}", space=True
            )
            for name, reference in references.items()
        }
    )


def read_secret(reference: SecretReference, environ: Mapping[str, str], *, where: str) -> str:
    """Return the text that `reference` stands for, without white space around it.

    Raises ConfigFault that names `where` and the place, never the content.
    """
    if reference.env is not None:
        value = environ.get(reference.env, "")
        if not value:
            raise ConfigFault(f"{where}: environment variable {reference.env} is not set")
    else:
        assert reference.file is not None
        try:
            value = reference.file.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ConfigFault(f"{where}: {reference.file} cannot be read ({type(error).__name__})") from None
    return value.strip()


def _fit_for_header(value: str, *, where: str, space: bool = False) -> str:
    if not value or not value.isascii() or not value.isprintable() or (" " in value and not space):
        raise ConfigFault(f"{where}: the credential is empty or holds characters that no header can carry")
    return value
