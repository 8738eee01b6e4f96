"""Read a secret without the signs that may be its surroundings: `hunter2**`, `hunter2</b>`, `user:hunter2`.

Where a secret without quotation marks ends is ambiguous: real passwords end in signs, and so do sentences, cells,
comments and strings. Its place is covered with all of them, so that nothing of it stays. Other texts have the value
without them, or with others, so they are searched for the shorter reading, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.detect.taxonomy import Group, describe

__all__ = ["readings", "without_surroundings"]

_LEAST = 5
_LONGEST = 512  # longer ones have forms of their own
# What may stand behind a secret, and in few: a tag, a reference, a control that is written out, the end of a comment.
_BEHIND = re.compile(
    r"</?[a-z]|<!|&(?:quot|apos|amp|lt|gt|nbsp|#\d{1,4});|\\[nrt]|\\u(?:00[01a]|20[0-6])|%0[AD]|-->|\*/"
    r"|[\"'`\x00-\x1f\x7f-\xa0\u200b-\u206f]",
    re.IGNORECASE,
)
_WITH_USER = frozenset({"URL_CREDENTIAL"})
_ACCOUNTS = frozenset({"USERNAME"})
_SETTING = re.compile(r"[A-Za-z_][\w.-]{0,63}=")


def readings(entity_type: str, value: str) -> Iterator[str]:
    """Yield a value as it was found, and its shorter readings."""
    yield value
    yield from without_surroundings(entity_type, value)


def without_surroundings(entity_type: str, value: str) -> Iterator[str]:
    """Yield the shorter readings of a value that was found as an `entity_type`."""
    if len(value) > _LONGEST or not (entity_type in _ACCOUNTS or describe(entity_type).group is Group.SECRET):
        return
    bare = _stripped(value)
    behind = _BEHIND.search(bare)
    readings = {bare, _stripped(bare[: behind.start()]) if behind is not None else bare}
    if entity_type in _WITH_USER:
        _, _, password = value.partition(":")
        readings |= {password, _stripped(password)}
    setting = _SETTING.match(bare)
    if setting is not None:
        readings.add(_stripped(bare[setting.end() :]))
    yield from sorted(reading for reading in readings - {value} if len(reading) >= _LEAST)


def _stripped(value: str) -> str:
    """Return the value from its first to its last letter or digit."""
    start, end = 0, len(value)
    while end and not value[end - 1].isalnum():
        end -= 1
    while start < end and not value[start].isalnum():
        start += 1
    return value[start:end]
