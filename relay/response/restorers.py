"""Create the restorers of one exchange, which share its tables and its rules on where values may go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from relay.policy.engine import Engine
from relay.protocols import Writer
from relay.response.bare_numbers import BareNumbers, numbers_in
from relay.response.issued import Issued
from relay.response.named_hosts import hosts_named, mail_hosts_named
from relay.response.restore import Restorer
from relay.response.spellings import Spellings
from relay.response.text_order import Continued, Texts
from relay.response.whole_urls import WholeUrls
from relay.response.whole_words import WholeWords
from relay.types import CitationOffset, Encoding, Leaf, Segment
from relay.vault.vault import Vault
from relay.wire.json_text import is_json_container

__all__ = ["Restorers"]


class Restorers:
    """`texts` are the scrubbed ones by segment, `urls` those of `Scrubbed`.

    Create it after the request was scrubbed; placeholders issued after the first restorer belong to another exchange.
    """

    __slots__ = (
        "_engine",
        "_hosts",
        "_in_order",
        "_issued",
        "_mail_hosts",
        "_numbers",
        "_segments",
        "_spellings",
        "_texts",
        "_vault",
        "_whole",
        "_words",
    )

    def __init__(
        self,
        vault: Vault,
        engine: Engine,
        segments: Sequence[Segment] = (),
        texts: Mapping[int, str] | None = None,
        urls: Iterable[str] = (),
    ) -> None:
        self._vault = vault
        self._engine = engine
        self._hosts, self._mail_hosts = hosts_named(segments), mail_hosts_named(segments)
        self._whole = WholeUrls(urls)
        self._words = WholeWords(texts.values() if texts else ())
        self._segments, self._texts = segments, texts
        self._in_order = Texts()
        self._spellings = Spellings()
        self._numbers: frozenset[str] = frozenset()
        if texts:
            self._numbers = numbers_in(segments, texts, frozenset(vault.placeholders()))
        self._issued: Issued | None = None

    def for_citation(self, citation: CitationOffset) -> Restorer:
        """Return a restorer for cited text. The client's own text gets its values everywhere."""
        urls = citation.asked or self._engine.restores_urls
        return Restorer(
            self._vault,
            issued=self._tables(),
            urls=urls,
            hosts=self._hosts,
            mail_hosts=self._mail_hosts,
            whole=self._whole,
        )

    def for_leaf(self, leaf: Leaf) -> Writer:
        """Return a writer for the text of a leaf or lane that is not for a provider's own tool."""
        engine, vault, tool = self._engine, self._vault, leaf.tool

        def allowed(placeholder: str) -> bool:
            return tool is None or engine.restores_tool(tool, vault.entity_type(placeholder))

        encoding = leaf.encoding
        if tool is not None and leaf.lane is None and encoding is Encoding.TEXT and is_json_container(leaf.text):
            # For example a file's content, which may be JSON text like arguments in a string.
            encoding = Encoding.JSON
        issued = self._tables()
        is_plain = tool is None and encoding is Encoding.TEXT and not leaf.is_url and not engine.restores_urls
        place = self._in_order.place(leaf) if is_plain and issued else None
        restorer = Restorer(
            vault,
            issued=issued,
            encoding=encoding,
            tool=tool is not None,
            is_url=leaf.is_url,
            urls=engine.restores_urls,
            hosts=self._hosts,
            mail_hosts=self._mail_hosts,
            allowed=None if tool is None else allowed,
            whole=self._whole,
            words=WholeWords() if isinstance(place, Continued) else self._words,
            spellings=self._spellings,
            within=int(tool is not None and leaf.encoding is Encoding.JSON),
            place=place,
        )
        if place is not None:
            return self._in_order.noting(leaf, place, restorer)
        if encoding is Encoding.JSON:
            numbers = [text for text in self._numbers if allowed(text.removeprefix("-"))]
            return BareNumbers(restorer, numbers) if numbers else restorer
        if tool is not None and leaf.lane is None and leaf.text in self._numbers:
            leaf.number = allowed(leaf.text.removeprefix("-"))
        return restorer

    def _tables(self) -> Issued:
        if self._issued is None:
            self._issued = Issued(self._vault)
            self._spellings = Spellings(self._segments, self._texts, self._issued.stand_ins(Encoding.JSON))
        return self._issued
