"""Tell what the end of an answer is inside of: a URL, a link's target, a definition, an attribute, a style or a script.

The restorer feeds all its output and asks before each value. The answer depends on the characters so far and not on how
they were cut, and errs towards "inside". Renderers differ, and what looks like one construct can be a part of another.
So each reader (`bare_urls`, `link_targets`, `html_tags`) follows the whole text by itself, and all of them have to
allow a value.

`is_all_of` tells whether the destination so far is exactly a given URL and may hold values of the request. It may not
where a renderer could fetch it automatically: after the beginning of an image, every target counts as one of an image.
"""

from __future__ import annotations

from relay.response.bare_urls import BareUrls
from relay.response.html_tags import HtmlTags
from relay.response.link_targets import LinkTargets
from relay.response.mail_links import Addressee
from relay.response.place import Place
from relay.types import Encoding

__all__ = ["Surroundings"]


class Surroundings(Place):
    """Follow text that may be rendered as Markdown or HTML."""

    __slots__ = ("_tags", "_targets", "_urls")

    def __init__(self, encoding: Encoding) -> None:
        super().__init__(encoding)
        self._urls = BareUrls()
        self._targets = LinkTargets()
        self._tags = HtmlTags()

    @property
    def inside(self) -> bool:
        """True in a URL, a link or image target, a definition, an HTML attribute, a style or a script."""
        return self._urls.inside or self._targets.inside or self._tags.inside

    @property
    def host(self) -> str | None:
        """The host that every destination here names; None when one names none, or they differ."""
        hosts: set[str | None] = set()
        for reader in (self._urls, self._targets, self._tags):
            if reader.inside:
                hosts |= reader.hosts
        return hosts.pop() if len(hosts) == 1 else None

    def is_all_of(self, url: str) -> bool:
        """Tell whether `url`, before restoring, is the destination so far and is not fetched automatically."""
        readers = (self._urls, self._targets)
        return not self._tags.inside and all(reader.is_all_of(url) for reader in readers if reader.inside)

    @property
    def addressee(self) -> Addressee | None:
        """The link to a mailbox or telephone whose address would begin here, if all that is open here is that link."""
        if self._tags.inside:
            return None
        links = [reader.addressee for reader in (self._targets, self._urls) if reader.inside]
        schemes = {link.scheme if link is not None else "" for link in links}
        return links[0] if len(schemes) == 1 else None  # the target of Markdown's link knows better where it ends

    @property
    def in_home_folder(self) -> bool:
        """True in a link to a file below a home folder, as coding agents write them: it goes to no host."""
        no_host = not self._urls.inside or self._urls.has_no_host
        return no_host and not self._tags.inside and self._targets.in_home_folder

    @property
    def begins_definition(self) -> bool:
        """True where all that could make this a destination is `[label]: ` before it."""
        return not self._urls.inside and not self._tags.inside and self._targets.begins_definition

    @property
    def in_authority(self) -> bool:
        """True in a URL whose host may still come: what stands here may be user info."""
        return not self._targets.inside and not self._tags.inside and self._urls.in_authority

    @property
    def completed_by(self) -> tuple[str, ...]:
        """What a value begins with that makes the text before it a URL."""
        return self._urls.completed_by

    @property
    def awaited(self) -> str:
        """Signs of which one, before the next blank, would make all up to it a part of a URL."""
        return self._urls.awaited

    def _follow(self, text: str) -> None:
        self._urls.follow(text)
        self._targets.follow(text)
        self._tags.follow(text)

    def _follow_value(self, value: str, came: int) -> None:
        self._urls.follow_value(value, came)
        self._targets.follow_value(value, came)
        self._tags.follow(value)

    def _end(self) -> None:
        self._urls.reset()
        self._targets.reset()
        self._tags.reset()

    def _begin(self, quote: str) -> None:
        self._follow(quote)
