"""Read the texts of one answer as a client may show them: one after the other, without anything between.

SDKs put the text parts of a message together (`output_text`, `.text`), and so do pages. A URL, an image or a tag that
one text begins goes on in the next one then. So a later text has two places: its own, as if it stood alone, and that
behind all texts before it; a value has to be allowed in both.

Texts are of one kind when a client would put them together: those of one alternative in fields of one name, and in a
stream on lanes of one name. Some streams bring a text again when it is complete; it is written as it was the first
time.
"""

from __future__ import annotations

from copy import deepcopy

from relay.protocols import Writer
from relay.response.destinations import Surroundings
from relay.response.mail_links import Addressee
from relay.response.place import Place
from relay.types import Encoding, Leaf

__all__ = ["Continued", "Texts"]


class Continued(Place):
    """The end of a text, `alone` and `behind` the texts before it. What one of the two forbids is forbidden."""

    __slots__ = ("_alone", "behind")

    def __init__(self, alone: Place, behind: Place) -> None:
        super().__init__(Encoding.TEXT)
        self._alone = alone
        self.behind = behind
        self._tail = behind.word

    def _open(self) -> list[Place]:
        return [place for place in (self._alone, self.behind) if place.inside]

    @property
    def inside(self) -> bool:
        """True where a value would be part of a destination, in either reading."""
        return self._alone.inside or self.behind.inside

    @property
    def host(self) -> str | None:
        """The host in both readings; None where they differ."""
        hosts = {place.host for place in self._open()}
        return hosts.pop() if len(hosts) == 1 else None

    @property
    def in_authority(self) -> bool:
        """True in a URL whose host may still come."""
        return all(place.in_authority for place in self._open())

    @property
    def addressee(self) -> Addressee | None:
        """The link to a mailbox or telephone whose address would begin here."""
        links = [place.addressee for place in self._open()]
        return links[0] if len(set(links)) == 1 else None

    @property
    def in_home_folder(self) -> bool:
        """True in a link to a file below a home folder."""
        return all(place.in_home_folder for place in self._open())

    @property
    def begins_definition(self) -> bool:
        """True where all that could make this a destination is `[label]: ` before it."""
        return all(place.begins_definition for place in self._open())

    @property
    def completed_by(self) -> tuple[str, ...]:
        """What a value begins with that makes the text before it a URL."""
        return self._alone.completed_by + self.behind.completed_by

    @property
    def awaited(self) -> str:
        """Signs of which one, before the next blank, would make all up to it a part of a URL."""
        return self._alone.awaited + self.behind.awaited

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url` is the destination so far and is not fetched automatically."""
        return all(place.is_all_of(url) for place in self._open())

    def _follow(self, text: str) -> None:
        self._alone.feed(text)
        self.behind.feed(text)

    def _follow_value(self, value: str, came: int) -> None:
        self._alone.feed_value(value, came)
        self.behind.feed_value(value, came)

    def _end(self) -> None:
        raise AssertionError("plain text has no strings")

    def _begin(self, quote: str) -> None:
        raise AssertionError("plain text has no strings")


class Texts:
    """The plain texts of one exchange's answer, in their order."""

    __slots__ = ("_again", "_lanes")

    def __init__(self) -> None:
        self._lanes: dict[tuple[object, ...], Place] = {}
        self._again: dict[str, Place] = {}  # a text that came on a lane, without its values -> where it began

    def place(self, leaf: Leaf) -> Place:
        """Return the place of a text that begins now; feed it all that is written of the text."""
        alone = Surroundings(Encoding.TEXT)
        if leaf.turn is None:
            return alone
        places: dict[tuple[object, ...], Place] = self._lanes
        kind: tuple[object, ...]
        if leaf.lane is not None:
            kind = (leaf.turn.choice, leaf.lane[-1])
        elif self._again and (began := self._again.get(leaf.text)) is not None:
            return Continued(alone, deepcopy(began))
        else:
            places, kind = leaf.turn.places, _kind(leaf)
        before = places.get(kind)
        if before is None:
            places[kind] = alone
            return alone
        return Continued(alone, before)

    def noting(self, leaf: Leaf, place: Place, writer: Writer) -> Writer:
        """Return a writer that does what `writer` does, and notes where the text of a lane began, if behind others."""
        if leaf.lane is None or not isinstance(place, Continued):
            return writer
        return _Noting(writer, self._again, deepcopy(place.behind))


def _kind(leaf: Leaf) -> tuple[object, ...]:
    holder = leaf.holder
    if type(holder) is not dict:
        return ()
    return (leaf.key, str(holder.get("type")), holder.get("thought") is True)


class _Noting:
    """Wraps a writer and notes where its text began, by the text as it came."""

    __slots__ = ("_again", "_began", "_came", "_writer")

    def __init__(self, writer: Writer, again: dict[str, Place], began: Place) -> None:
        self._writer = writer
        self._again = again
        self._began = began
        self._came: list[str] = []

    def feed(self, text: str) -> str:
        """Return what the writer releases."""
        self._came.append(text)
        return self._writer.feed(text)

    def finish(self, *, cut_off: bool = False) -> str:
        """Return the rest."""
        self._again["".join(self._came)] = self._began
        return self._writer.finish(cut_off=cut_off)

    def restore(self, text: str) -> str:
        """Return the writer's output for a whole text."""
        return self._writer.restore(text)
