"""Replace placeholders by their values, in text that arrives in pieces.

Rules:

1. What is restored is fixed when the restorer is made: the placeholders issued until then and the further forms of
   names, in the altered forms of `replace.placeholder_grammar`, and the stand-ins, unaltered (`issued`). All other text
   passes unchanged.
2. The result does not depend on how the text was cut. Only the longest end is held back that can still become one of
   those placeholders, or that depends on the text after it; `finish` releases it. Where a text goes on after that with
   what would make a host or mailbox of a value, a blank parts the two.
3. A restored value is never scanned again.
4. Nothing is restored inside a URL, a link or image target, a definition, an HTML attribute, a style or a script
   (`destinations`), nor where what follows would make the value a part of one (`value_joins`); in the arguments of a
   tool, inside an absolute URL (`tool_urls`). Exceptions: `urls` is true, the URL's host is among
   `hosts`, the URL stood in the request whole (`whole_urls`), or the value is the mailbox or telephone number
   that the link addresses. No placeholder that `allowed` refuses is restored anywhere.
5. In JSON text a value is escaped as deep as the strings it stands in, in HTML it is written with references.
6. The brackets of a placeholder that are those of a link stay around the value (`link_text`).
"""

from __future__ import annotations

import html
from collections import deque
from collections.abc import Callable, Container
from urllib.parse import quote

from relay.process.slices import end_slice, in_parts
from relay.protocols import Restoring
from relay.replace.placeholder_grammar import grammar
from relay.response.destinations import Surroundings
from relay.response.issued import Ahead, FoundAt, Issued
from relay.response.link_text import is_link_text
from relay.response.literal_matcher import LiteralFound
from relay.response.mail_links import addressed, ends_address
from relay.response.neighbours import Neighbours, judged
from relay.response.place import Place
from relay.response.spellings import Spellings, written
from relay.response.tool_urls import USER_INFO, USER_INFO_BEGUN, ToolUrls, is_own_host, is_user_info
from relay.response.url_fields import UrlField
from relay.response.value_joins import joins, may_be_defined, may_go_on, stands_alone
from relay.response.whole_urls import WholeUrls, Word
from relay.response.whole_words import WholeWords
from relay.types import Encoding

__all__ = ["Restorer"]

_SLICE = 128  # values and the texts between them: some 10 ms of work
_NO_URLS = WholeUrls()
_NO_WORDS = WholeWords()
_PLAIN = Spellings()


class Restorer:
    """Restores one lane. Create one for each lane of each response; do not share it between threads.

    `issued`: the tables of `vault`, if they exist already. `tool`: the text is arguments of a tool that the client
    runs. `is_url`: all of it is one URL. `place`: where a plain text begins, if not by itself. `hosts` are those that
    the user named in URLs, `mail_hosts` in addresses.
    `allowed` is called with each placeholder before it is restored; for example, policy may withhold an entity type
    from a tool. `whole`: the URLs of the request, `words` its words. `spellings`: how its texts have the values;
    `within`: how many JSON strings here a text by itself stands in.
    `feed` and `finish` raise SessionClosed when the vault was shredded in the meantime.
    """

    __slots__ = (
        "_ahead",
        "_allowed",
        "_alone",
        "_before",
        "_carry",
        "_complete",
        "_encoding",
        "_ended_with_value",
        "_grammar",
        "_hosts",
        "_issued",
        "_longest",
        "_mail_hosts",
        "_neighbours",
        "_place",
        "_spellings",
        "_stand_ins",
        "_tool",
        "_urls",
        "_vault",
        "_whole",
        "_within",
        "_word",
        "_words",
    )

    def __init__(
        self,
        vault: Restoring,
        *,
        issued: Issued | None = None,
        encoding: Encoding = Encoding.TEXT,
        tool: bool = False,
        is_url: bool = False,
        urls: bool = False,
        hosts: Container[str] = (),
        mail_hosts: Container[str] = (),
        allowed: Callable[[str], bool] | None = None,
        whole: WholeUrls = _NO_URLS,
        words: WholeWords = _NO_WORDS,
        spellings: Spellings = _PLAIN,
        within: int = 0,
        place: Place | None = None,
    ) -> None:
        self._vault = vault
        self._encoding = encoding
        self._grammar = grammar(encoding)
        self._issued = issued if issued is not None else Issued(vault)
        self._stand_ins = self._issued.stand_ins(encoding)
        self._longest = max(self._issued.longest(self._grammar), self._stand_ins.longest)
        self._neighbours = Neighbours(self._issued, self._grammar, self._stand_ins, vault.open)
        self._tool = tool
        self._urls = urls
        self._hosts = hosts
        self._mail_hosts = mail_hosts
        self._allowed = allowed
        self._whole = whole
        self._spellings = spellings
        self._within = within
        self._alone = False  # the value that is being written is the whole of its string
        self._words = words
        self._word = Word() if whole or words else None
        self._place: Place | None = None
        if not urls or encoding is not Encoding.TEXT:
            self._place = ToolUrls(encoding) if tool else UrlField() if is_url else place or Surroundings(encoding)
        self._ahead: Ahead | None = None
        self._ended_with_value = False  # a text that was finished for now
        self._before = ""  # the last two characters read: a boundary, or an escape before it
        self._carry = ""
        self._complete: FoundAt | None = None  # the carry begins with this one, and the text after it decides

    @property
    def carry(self) -> str:
        """The text that is held back."""
        return self._carry

    def feed(self, text: str) -> str:
        """Return what can be released now, restored."""
        if not self._issued:
            return text
        if self._ended_with_value and text:
            text = self._parted(self._carry + text, final=False)
        return self._run(self._carry + text, final=False) if text else ""

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest; a text that stops inside a placeholder is returned unchanged.

        With `cut_off` the end is known to be missing, and `PERSON_1` may be the beginning of `PERSON_12`: only
        placeholders with a closing bracket are restored.
        """
        rest = self._parted(self._carry, final=True) if self._ended_with_value else self._carry
        self._carry = ""
        if not rest:
            return ""
        if not cut_off:
            return self._run(rest, final=True)
        if self._complete is None or (self._place is not None and self._place.inside):
            return rest
        _, end, text, form = self._complete
        if self._place is not None and not self._urls and self._joins(rest, self._complete, self._place, final=True):
            return rest
        return self._value(text, rest[:end], form) + rest[end:]

    def _parted(self, text: str, *, final: bool) -> str:
        """Return `text`, which goes on behind a value that was let go because of what came between; "" while held.

        A blank comes before what would be a part of a host with the value.
        """
        goes_on = may_go_on(text, final=final) if text else None
        self._carry, self._ended_with_value = (text, not final) if goes_on is None else ("", False)
        return "" if goes_on is None else f" {text}" if goes_on else text

    def restore(self, text: str) -> str:
        """Return a whole text restored."""
        if not self._issued:
            return text
        return self._run(self._carry + text, final=True)

    def _run(self, text: str, *, final: bool) -> str:
        self._carry, self._complete = "", None
        data = self._before + text
        position = len(self._before)
        # Without a complete placeholder, only the end has to be checked.
        tail = position if self._may_hold(data) else max(position, len(data) - self._longest)
        if tail > position and not self._stand_ins:
            stop = len(data) if final else self._held_from(data, tail)
            self._carry = data[stop:]
            return self._let_go(data, position, stop)
        hits = deque(self._stand_ins.find_all(data, position, final=final) if self._stand_ins else ())
        self._ahead = Ahead(data, map(bytes.decode, self._issued.needles)) if final else None
        out: list[str] = []
        while (found := self._next(data, position, max(position, tail), hits, final=final)) is not None:
            start, end, text, form = found
            out.append(self._let_go(data, position, start))
            position = start
            written = self._written(data, found, final=final) if end is not None else None
            if end is None or written is None:
                if end is not None and form == "bracket":
                    self._complete = FoundAt(0, end - start, text, form)
                self._carry, data = data[start:], data[:start]
                break
            out.append(written)
            if not len(out) % _SLICE:
                end_slice()
            self._before = data[max(0, end - 2) : end]
            position = end
        self._ahead = None
        out.append(self._let_go(data, position, len(data)))
        judges = self._place is not None and not self._tool and self._encoding is Encoding.TEXT
        self._ended_with_value = final and judges and len(out) > 1 and not out[-1]
        return "".join(out)

    def _next(self, data: str, at: int, tail: int, hits: deque[LiteralFound], *, final: bool) -> FoundAt | None:
        """Return the first issued text, or (end None) the place where one may begin that continues after the data."""
        while hits and hits[0].start < at:
            hits.popleft()
        found = self._next_placeholder(data, tail, final=final)
        if not hits or (found is not None and found.start < hits[0].start):
            return found
        other = FoundAt(hits[0].start, hits[0].end, hits[0].text, "stand-in")
        if found is None or other.start < found.start:
            return other
        return found if found.end is None or (other.end is not None and found.end >= other.end) else other

    def _next_placeholder(self, data: str, at: int, *, final: bool) -> FoundAt | None:
        if not self._issued.needles:
            return None
        if final:
            # Every form holds a needle, so none begins long before the next needle; most texts end without one.
            near = self._ahead.next(data, at) if self._ahead is not None else at
            if near is None:
                return None
            at = max(at, near - self._longest)
        return self._issued.next(data, at, self._grammar, final=final)

    def _may_hold(self, data: str) -> bool:
        """Tell whether a complete placeholder can be in `data` at all: a cheap test, mostly false."""
        folded = data.encode("utf-8", "surrogatepass").lower()
        return any(needle in folded for needle in self._issued.needles)

    def _held_from(self, data: str, at: int) -> int:
        """Return where the longest end of `data` begins that can still become an issued placeholder."""
        while (match := self._grammar.search.search(data, at)) is not None:
            if match.lastgroup == "part" and self._issued.begins(match.group(), self._grammar):
                return match.start()
            at = match.start() + 1
        return len(data)

    def _written(self, data: str, found: FoundAt, *, final: bool) -> str | None:
        """Return the text to write for an issued text, or None where that depends on what follows the data."""
        start, end, placeholder, _ = found
        assert end is not None, "the caller looks"
        raw = data[start:end]
        self._alone = False
        if self._allowed is not None and not self._allowed(placeholder):
            return self._pass(raw)
        if (self._tool or self._encoding is Encoding.JSON) and self._spellings.in_strings(placeholder):
            if end == len(data) and not final:
                return None
            self._alone = self._is_alone(data, start, end)
        place = self._place
        if place is None or self._urls:
            return self._in_text(data, found, final=final)
        if place.inside and place.host not in self._hosts:
            return self._in_destination(data, found, place, final=final)
        joins = self._joins(data, found, place, final=final)
        if joins and stands_alone(place) and (word := self._word.text() if self._word else None) is not None:
            stood = self._words.holds(word, data[start:], final=final)
            joins = None if stood is None else not stood
        if joins is None:
            return None
        return self._pass(raw) if joins else self._in_text(data, found, final=final)

    def _is_alone(self, data: str, start: int, end: int) -> bool:
        """Tell whether what stands here is the whole of its string."""
        if self._encoding is not Encoding.JSON:
            return start == 0 and end == len(data)
        return data[start - 1 : start] == data[end : end + 1] == '"' and data[start - 2 : start - 1] != "\\"

    def _in_text(self, data: str, found: FoundAt, *, final: bool) -> str | None:
        """Return the value, with its brackets where they are those of a link."""
        start, end, placeholder, form = found
        assert end is not None, "the caller looks"
        raw = data[start:end]
        bracketed = form == "bracket" and self._encoding is not Encoding.HTML and raw[0] == "[" and raw[-1] == "]"
        if not bracketed or (self._place is not None and self._place.inside):
            return self._value(placeholder, raw, form)
        is_link = is_link_text(data, end, final=final, code=self._tool)
        return None if is_link is None else self._value(placeholder, raw, form, brackets=is_link)

    def _in_destination(self, data: str, found: FoundAt, place: Place, *, final: bool) -> str | None:
        """Return what to write inside a destination to which values do not go but for its exceptions."""
        start, end, placeholder, form = found
        assert end is not None, "the caller looks"
        raw = data[start:end]
        if (addressee := place.addressee) is not None:
            address = addressed(self._vault.open(placeholder), addressee.scheme)
            ends = address is not None and ends_address(data, end, addressee.closer, final=final)
            if address is None or ends is None:
                return None if address is not None else self._pass(raw)
            return self._put(placeholder, address, raw, "") if ends else self._pass(raw)
        if place.in_home_folder:
            return self._value(placeholder, raw, form)
        if place.begins_definition:
            return self._in_definition(data, found, place, final=final)
        if (named := self._names_host(data, found, place, final=final)) is not False:
            return None if named is None else self._value(placeholder, raw, form)
        begun = self._word.url() if self._word is not None else None
        if begun is None or not place.is_all_of(begun.text):
            return self._pass(raw)
        is_whole = self._whole.holds(begun, data[start:], final=final)
        if is_whole is None:
            return None
        return self._value(placeholder, raw, form) if is_whole else self._pass(raw)

    def _in_definition(self, data: str, found: FoundAt, place: Place, *, final: bool) -> str | None:
        start, end, placeholder, form = found
        assert end is not None, "the caller looks"
        raw, value = data[start:end], self._vault.open(placeholder)
        joins = judged(
            lambda behind: may_be_defined(value, behind.text, behind.at, final=behind.final),
            self._neighbours.behind(data, end, final=final),
        )
        if joins is False:
            joins = self._joins(data, found, place, final=final)
        if joins is None:
            return None
        return self._pass(raw) if joins else self._value(placeholder, raw, form)

    def _joins(self, data: str, found: FoundAt, place: Place, *, final: bool) -> bool | None:
        """Tell whether the value and the text around it would be a URL; None while undecided."""
        assert found.end is not None, "the caller looks"
        if self._tool or self._encoding is Encoding.HTML:
            return False
        behind = self._neighbours.behind(data, found.end, final=final)
        return joins(place, lambda: self._vault.open(found.text), behind, (self._hosts, self._mail_hosts))

    def _names_host(self, data: str, at: FoundAt, place: Place, *, final: bool) -> bool | None:
        """Tell whether user info stands here, before a host that may have values; None while undecided."""
        if not place.in_authority:
            return False
        end = at.end or 0
        found = USER_INFO.match(data, end)
        if found is None:
            open_ended = USER_INFO_BEGUN.match(data, end) is not None
            return None if open_ended and not final else False
        if found.end() == len(data) and not final:
            return None
        host = found["host"].lower()
        if host not in self._hosts and not (self._tool and is_own_host(host)):
            return False
        values, between = self._neighbours.parts(found["info"])
        return is_user_info((self._vault.open(at.text), *values), between)

    def _pass(self, raw: str) -> str:
        if self._place is not None:
            self._place.feed(raw)
        if self._word is not None:
            self._word.feed(raw)
        return raw

    def _value(self, placeholder: str, raw: str, form: str, *, brackets: bool = False) -> str:
        value = self._vault.open(placeholder)
        if brackets and not (value.startswith("[") and value.endswith("]")):
            value = f"[{value}]"
        return self._put(placeholder, value, raw, form)

    def _put(self, placeholder: str, value: str, raw: str, form: str) -> str:
        """Return the value of `placeholder` as its form and place require, in place of `raw`."""
        place = self._place
        if self._word is not None:
            self._word.feed(raw)
        if place is not None:
            place.feed_value(value, len(raw))
        if form == "percent":
            value = quote(value, safe="")
        if self._encoding is Encoding.HTML:
            return html.escape(value)
        if self._encoding is Encoding.JSON or (self._tool and self._alone):
            depth = max(1, place.depth) if place is not None and self._encoding is Encoding.JSON else 0
            spelled = self._spellings.spelled(placeholder, depth, alone=self._alone, within=self._within)
            value = written(value, depth, spelled=spelled, alone=self._alone, within=self._within)
        return value

    def _let_go(self, data: str, start: int, end: int) -> str:
        text = data[start:end]
        if text:
            self._before = data[max(0, end - 2) : end]
        for part in in_parts(text):
            if self._place is not None:
                self._place.feed(part)
            if self._word is not None:
                self._word.feed(part)
        return text
