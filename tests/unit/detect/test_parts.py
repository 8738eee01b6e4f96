"""A long text is scanned part by part, and what is found does not depend on where a part ends."""

from __future__ import annotations

import pytest

from relay.detect import pattern_layer
from relay.process import slices
from tests.support import VALUES, patterns_only

_FILLER = "the weather was fine and nothing happened in the garden; "
# Every way that a value can look, the words around it that raise a score, and what only looks like a value.
_TEXT = " ".join(
    [
        *(f"{_FILLER}{entity_type.replace('_', ' ').lower()}: {value}," for entity_type, value in VALUES.items()),
        f"{_FILLER}-----BEGIN RSA PRIVATE KEY-----\n{'MIIEpAIBAAKCAQEA1c7' * 40}\n-----END RSA PRIVATE KEY-----",
        f"{_FILLER}passport number C01X00T47, born on 4 March 1984, order 4111 1111 1111 1112, version 10.2.3",
        f"{_FILLER}postgres://maria:Tr0ub4dor&3@db.example.org/main and api_key = 'a8f5f167f44f4964e6c998dee827110c'",
        f"{_FILLER}ｍａｒｉａ＠ｅｘａｍｐｌｅ．ｏｒｇ, bWFyaWEuZ29uemFsZXpAZXhhbXBsZS5vcmc= and m a r i a 1 2 3 4",
    ]
)


@pytest.mark.parametrize("size", [*range(61, 79), 997, len(_TEXT) // 2])
def test_the_same_in_parts(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With parts of any size, so that borders fall anywhere in every value, the same spans are found."""
    analyzer = patterns_only()
    whole = analyzer.find(_TEXT)
    monkeypatch.setattr(pattern_layer, "_PART_CHARS", size)
    assert analyzer.find(_TEXT) == whole


def test_slices_are_short() -> None:
    """A text of any length gives way as often as its length says."""
    analyzer, count = patterns_only(), [0, 0]
    for place, length in enumerate((100_000, 400_000)):

        def between(place: int = place) -> None:
            count[place] += 1

        with slices.sliced(between):
            analyzer.find(_FILLER * (length // len(_FILLER)))
    assert count[0] >= 3
    assert count[1] >= 4 * count[0] - 4
