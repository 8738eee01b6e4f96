"""Put values back where placeholders stand, in text that arrives in pieces.

Rules:

1. What is restored is fixed when the restorer is made: the placeholders issued until then, in the altered forms of
   `relay.alterations`, and the stand-ins, as they are (`relay.literals`). Everything else passes as it came.
2. The result does not depend on how the text was cut. Held back is only the longest end that can still become one of
   those placeholders; `finish` lets it go.
3. A restored value is never looked at again.
4. Nothing is restored inside a URL, a link or image target or an HTML attribute (`relay.surroundings`), unless
   `urls` is true or the URL's host is among `hosts`; and no placeholder that `allowed` refuses, whatever surrounds it.
5. In JSON text a value is escaped as deep as the strings it stands in, in HTML it is written with references.
"""

from __future__ import annotations

import html
import json
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Container, Iterable
from typing import NamedTuple
from urllib.parse import quote

from relay.alterations import grammar, key_of
from relay.literals import Found, Literals
from relay.protocols import Restoring
from relay.surroundings import Surroundings
from relay.types import Encoding, Role, Segment

__all__ = ["Restorer", "hosts_named"]

# `json.dumps` would make an encoder for each call.
_AS_TEXT = json.JSONEncoder(ensure_ascii=False).encode
_AS_ASCII = json.JSONEncoder().encode
_PLACEHOLDER = re.compile(r"\[[0-9A-Za-z]+(?:_[0-9A-Za-z]+)+\]")
_KEY = re.compile(r"[0-9A-Za-z_]*")
# Beginnings of spellings longer than one character; whatever else reaches the end has words in it.
_NO_WORDS = re.compile(r"[\[\\&%\uff3b\u3010]")
# The host of a URL, after user info if there is any (RFC 3986, 3.2).
_URL_HOST = re.compile(r"://(?:[^\s/?#@]*@)?([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])")
_OPENERS = ("[", "\uff3b", "\u3010")


class _Next(NamedTuple):
    """Where an issued text begins and ends (None: it may go on after the data), which one, and in what form."""

    start: int
    end: int | None
    text: str
    form: str


class _Ahead:
    """Where the needles of one text stand. Each is looked for once along the whole text, so that this stays linear."""

    __slots__ = ("_folded", "_places", "_same_length")

    def __init__(self, data: str, needles: Iterable[str]) -> None:
        self._folded = data.lower()
        self._same_length = len(self._folded) == len(data)
        self._places = dict.fromkeys(needles, -1)

    def next(self, data: str, at: int) -> int | None:
        """Return where the first needle stands from `at` on, or None; `at` where lower case moved the characters."""
        if not self._same_length:
            return at
        first: int | None = None
        for needle, place in self._places.items():
            if place < at:
                found = self._folded.find(needle, at)
                place = self._places[needle] = found if found >= 0 else len(data)
            if place < len(data) and (first is None or place < first):
                first = place
        return first


class Restorer:
    """Restores one lane. Make one for each lane of each response; it is not shared between threads.

    `allowed` is asked about each placeholder before it is restored: for the arguments of a tool, say, whether policy
    gives that tool values of that entity type.
    `feed` and `finish` raise SessionClosed when the vault is shredded meanwhile.
    """

    __slots__ = (
        "_ahead",
        "_allowed",
        "_anything",
        "_before",
        "_carry",
        "_encoding",
        "_grammar",
        "_hosts",
        "_issued",
        "_keys",
        "_longest",
        "_needles",
        "_place",
        "_stand_ins",
        "_urls",
        "_vault",
    )

    def __init__(
        self,
        vault: Restoring,
        *,
        encoding: Encoding = Encoding.TEXT,
        urls: bool = False,
        hosts: Container[str] = (),
        allowed: Callable[[str], bool] | None = None,
    ) -> None:
        self._vault = vault
        self._encoding = encoding
        self._grammar = grammar(encoding)
        issued = vault.placeholders()
        self._issued = {text[1:-1]: text for text in issued if _PLACEHOLDER.fullmatch(text)}
        stand_ins = (
            () if len(self._issued) == len(issued) else (text for text in issued if text[1:-1] not in self._issued)
        )
        self._stand_ins = Literals(stand_ins, encoding)
        self._keys = sorted(self._issued)
        self._longest = max(*map(self._grammar.longest, self._keys), self._stand_ins.longest, 0)
        # Every form of a placeholder holds each of its words, in some letter case: the longest are looked for first.
        kinds = {key.rpartition("_")[0] for key in self._keys}
        self._needles = tuple({max(kind.split("_"), key=len).lower().encode() for kind in kinds})
        self._urls = urls
        self._hosts = hosts
        self._allowed = allowed
        self._place = None if urls and encoding is Encoding.TEXT else Surroundings(encoding)
        self._anything = bool(self._issued) or bool(self._stand_ins)
        self._ahead: _Ahead | None = None
        self._before = ""  # the last two characters that were looked at: a boundary, or an escape before it
        self._carry = ""

    @property
    def carry(self) -> int:
        """How many characters are held back."""
        return len(self._carry)

    def feed(self, text: str) -> str:
        """Return what can be let go now, restored."""
        if not self._anything:
            return text
        return self._run(self._carry + text, final=False) if text else ""

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest; a text that stopped inside a placeholder comes out as it is.

        With `cut_off` the end is known to be missing, so that `PERSON_1` may have been going to be `PERSON_12`: nothing
        more is restored.
        """
        rest, self._carry = self._carry, ""
        return rest if cut_off or not rest else self._run(rest, final=True)

    def restore(self, text: str) -> str:
        """Return a whole text restored."""
        if not self._anything:
            return text
        return self._run(self._carry + text, final=True)

    def _run(self, text: str, *, final: bool) -> str:
        self._carry = ""
        data = self._before + text
        position = len(self._before)
        # Where nothing complete can be, only the end has to be looked at.
        tail = position if self._may_hold(data) else max(position, len(data) - self._longest)
        if tail > position and not self._stand_ins:
            stop = len(data) if final else self._held_from(data, tail)
            self._carry = data[stop:]
            return self._let_go(data, position, stop)
        hits = deque(self._stand_ins.find_all(data, position, final=final) if self._stand_ins else ())
        self._ahead = _Ahead(data, (needle.decode() for needle in self._needles)) if final else None
        out: list[str] = []
        while (found := self._next(data, position, max(position, tail), hits, final=final)) is not None:
            start, end, text, form = found
            out.append(self._let_go(data, position, start))
            position = start
            if end is None:
                self._carry, data = data[start:], data[:start]
                break
            out.append(self._value(text, data[start:end], form))
            self._before = data[max(0, end - 2) : end]
            position = end
        self._ahead = None
        out.append(self._let_go(data, position, len(data)))
        return "".join(out)

    def _next(self, data: str, at: int, tail: int, hits: deque[Found], *, final: bool) -> _Next | None:
        """Return what comes first: an issued text, or (end None) where one may begin that goes on after the data."""
        while hits and hits[0].start < at:
            hits.popleft()
        found = self._next_placeholder(data, tail, final=final) if self._issued else None
        if not hits or (found is not None and found.start < hits[0].start):
            return found
        other = _Next(hits[0].start, hits[0].end, hits[0].text, "stand-in")
        if found is None or other.start < found.start:
            return other
        return found if found.end is None or (other.end is not None and found.end >= other.end) else other

    def _next_placeholder(self, data: str, at: int, *, final: bool) -> _Next | None:
        search = self._grammar.final.search if final else self._grammar.search.search
        if final:
            # Every form holds a needle, so none begins long before the next one; most texts end without another.
            near = self._ahead.next(data, at) if self._ahead is not None else at
            if near is None:
                return None
            at = max(at, near - self._longest)
        while (match := search(data, at)) is not None:
            start = match.start()
            complete: re.Match[str] | None = match
            if match.lastgroup == "part":
                if self._viable(match.group()):
                    return _Next(start, None, "", "")
                complete = self._grammar.full.match(data, start)
            found = self._issued_in(complete, data) if complete is not None else None
            if found is not None:
                return found
            at = start + 1
        return None

    def _may_hold(self, data: str) -> bool:
        """Tell whether a complete placeholder can be in `data` at all: cheap, and mostly false."""
        folded = data.encode("utf-8", "surrogatepass").lower()
        return any(needle in folded for needle in self._needles)

    def _held_from(self, data: str, at: int) -> int:
        """Return where the longest end of `data` begins that can still become an issued placeholder."""
        while (match := self._grammar.search.search(data, at)) is not None:
            if match.lastgroup == "part" and self._viable(match.group()):
                return match.start()
            at = match.start() + 1
        return len(data)

    def _viable(self, part: str) -> bool:
        """Tell whether an issued placeholder can begin with `part`, which has the shape of such a beginning."""
        opening = self._grammar.opening.match(part)
        rest = part[opening.end() :] if opening is not None else part
        if opening is None and _NO_WORDS.match(part):
            return True
        rest = self._grammar.separator.sub("_", rest)
        words = _KEY.match(rest)
        assert words is not None, "the expression matches the empty text"
        key = words.group().upper()
        if len(key) == len(rest) and not key.endswith("_"):
            return self._begins(key)
        key = key.rstrip("_")
        if opening is not None and (not key or key in self._issued):
            return True
        return self._begins(key + "_")

    def _begins(self, key: str) -> bool:
        place = bisect_left(self._keys, key)
        return place < len(self._keys) and self._keys[place].startswith(key)

    def _issued_in(self, match: re.Match[str], data: str) -> _Next | None:
        """Return the issued placeholder that a complete match stands for, where it ends, and its form."""
        form = match.lastgroup or ""
        end = match.end()
        placeholder = self._issued.get(key_of(match[form], self._grammar))
        if placeholder is None and form == "upper":
            # Words in capitals may go on after the placeholder: take the longest beginning that was issued.
            for gap in reversed(list(self._grammar.separator.finditer(data, match.start(), match.end()))):
                end = gap.start()
                placeholder = self._issued.get(key_of(data[match.start() : end], self._grammar))
                if placeholder is not None and "_" not in gap.group():
                    break
                placeholder = None
        if placeholder is None:
            return None
        if form in ("bare", "upper") and end == len(data) and data[: match.start()].endswith(_OPENERS):
            return None  # a bracketed placeholder whose end never came, so its number may not be complete
        return _Next(match.start(), end, placeholder, form)

    def _value(self, placeholder: str, raw: str, form: str) -> str:
        place = self._place
        if not self._may_restore(placeholder):
            if place is not None:
                place.feed(raw)
            return raw
        value = self._vault.open(placeholder)
        if place is not None:
            place.feed_value(value)
        if form == "percent":
            value = quote(value, safe="")
        if self._encoding is Encoding.HTML:
            value = html.escape(value)
        if self._encoding is Encoding.JSON and place is not None:
            for _ in range(max(1, place.depth)):
                value = (_AS_TEXT if _is_text(value) else _AS_ASCII)(value)[1:-1]
        return value

    def _may_restore(self, placeholder: str) -> bool:
        if self._allowed is not None and not self._allowed(placeholder):
            return False
        if self._urls or self._place is None or not self._place.inside:
            return True
        host = self._place.host
        return host is not None and host in self._hosts

    def _let_go(self, data: str, start: int, end: int) -> str:
        text = data[start:end]
        if text:
            self._before = data[max(0, end - 2) : end]
            if self._place is not None:
                self._place.feed(text)
        return text


def _is_text(value: str) -> bool:
    """Tell whether `value` can stand in UTF-8 as it is: half a surrogate pair can only be escaped."""
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)


def hosts_named(segments: Iterable[Segment]) -> frozenset[str]:
    """Return the hosts of the URLs that the client's side wrote itself: values may go back into links to them.

    What tools and earlier answers brought in does not count, for it may have been planted.
    """
    own = (segment.text for segment in segments if segment.role in (Role.SYSTEM, Role.USER) and "://" in segment.text)
    return frozenset(host.lower() for text in own for host in _URL_HOST.findall(text))
