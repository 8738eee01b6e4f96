"""An operator's own patterns, deny lists and allow lists, in YAML.

    patterns:
      - {entity: STAFF_NUMBER, regex: 'E-\\d{6}', score: 0.8, ignore_case: true}
    deny:
      - {entity: PROJECT, values: [Blue Heron, Red Kite]}
    allow: [support@example.com, Acme]

Patterns run in Hyperscan, which matches in linear time whatever the expression, and refuses what it cannot match so:
look-around, back-references, and expressions that match the empty text. A pattern that is refused stops start-up with
its file, line and reason. Deny lists are looked up by `known`, so a list of 100,000 names costs a text no more than one
name. An allowed value is never reported, whatever its case, unless it is only a part of what was found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import yaml

from relay.detect.known import KnownValues, fold, searchable
from relay.detect.scan import Matcher, Mode
from relay.errors import ConfigFault
from relay.types import Span

__all__ = ["CustomPattern", "CustomRules", "load"]

# How far before an end a match may start. Hyperscan tells ends only, so starts are found by trying.
_WINDOW_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomPattern:
    """One expression of the operator's. `place` says where it stands, for complaints."""

    entity_type: str
    regex: str
    score: float = 0.8
    ignore_case: bool = False
    place: str = field(default="custom pattern", compare=False)


class CustomRules:
    """Patterns, deny list and allow list, ready to use. Immutable, thread-safe."""

    def __init__(
        self,
        patterns: Sequence[CustomPattern] = (),
        deny: Iterable[tuple[str, str]] = (),
        allow: Iterable[str] = (),
    ) -> None:
        """Compile everything. Raises ConfigFault for a pattern that cannot be matched in linear time."""
        self._patterns = tuple(patterns)
        # Anchored at the start, one by one; and all together, to find ends.
        compiled = [_compile(pattern) for pattern in patterns]
        self._anchored = [matcher for matcher, _ in compiled]
        self._all = Matcher([row for _, row in compiled]) if patterns else None
        self._deny = KnownValues(deny)
        self._allow = frozenset(map(fold, allow))
        self.entity_types = frozenset(pattern.entity_type for pattern in patterns)

    @property
    def has_allowed(self) -> bool:
        """Tell whether any value must not be reported."""
        return bool(self._allow)

    def allows(self, value: str) -> bool:
        """Tell whether `value` must not be reported."""
        return fold(value) in self._allow

    def find(self, text: str) -> list[Span]:
        """Return what the patterns and the deny list find in `text`."""
        found = self._deny.find(text) if self._deny else []
        if self._all is not None:
            found.extend(self._scan(text, self._all))
        return found

    def _scan(self, text: str, matcher: Matcher) -> Iterable[Span]:
        # Lone surrogates have no UTF-8; each becomes one sign of the same count of code points.
        data = text.encode("utf-8", "replace")
        ends: dict[int, set[int]] = {}
        for index, end in matcher.ends(data):
            ends.setdefault(index, set()).add(end)
        offsets = None if len(data) == len(text) else list(accumulate((_width(char) for char in text), initial=0))
        for index, places in ends.items():
            pattern = self._patterns[index]
            for start, end in _matches(data, places, self._anchored[index]):
                low, high = (
                    (start, end) if offsets is None else (bisect_left(offsets, start), bisect_left(offsets, end))
                )
                yield Span(pattern.entity_type, low, high, pattern.score, "custom")


def _matches(data: bytes, ends: set[int], anchored: Matcher) -> Iterable[tuple[int, int]]:
    """Yield the longest match from each start, disjoint, of the expression that ends at `ends`.

    Every place is tried as a start at most once, so work is linear. A match of more than _WINDOW_BYTES is cut there.
    """
    start = 0
    for end in sorted(ends):
        start = max(start, end - _WINDOW_BYTES)
        while start < end:
            if data[start] & 0xC0 != 0x80:  # not inside a character
                # What only the cut made possible, such as a word boundary, is no match of the whole text.
                window = data[start : start + _WINDOW_BYTES]
                last = max((start + size for _, size in anchored.ends(window) if start + size in ends), default=0)
                if last:
                    yield start, last
                    start = last
                    break
            start += 1


def load(text: str, source: str) -> CustomRules:
    """Read the YAML above. Raises ConfigFault, with `source` and the line, for anything that it does not understand."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigFault(f"{source}:{mark.line + 1 if mark else 1}: not valid YAML") from None
    patterns: list[CustomPattern] = []
    deny: list[tuple[str, str]] = []
    allow: list[str] = []
    for key, node in _pairs(root, source):
        match key:
            case "patterns":
                patterns = [_pattern(item, source) for item in _items(node, source)]
            case "deny":
                for item in _items(node, source):
                    row = _row(item, source, {"entity", "values"})
                    deny += [(row["entity"], value) for value in _strings(row["values"], item, source)]
            case "allow":
                allow = _strings(_plain(node), node, source)
            case _:
                raise ConfigFault(f"{_at(node, source)}: unknown key {key!r}; expected patterns, deny or allow")
    return CustomRules(patterns, deny, allow)


def _pattern(node: Any, source: str) -> CustomPattern:
    row = _row(node, source, {"entity", "regex"}, {"score", "ignore_case"})
    score = row.get("score", 0.8)
    if not isinstance(score, int | float) or not 0 <= score <= 1:
        raise ConfigFault(f"{_at(node, source)}: score must be a number from 0 to 1")
    return CustomPattern(
        entity_type=row["entity"],
        regex=str(row["regex"]),
        score=float(score),
        ignore_case=bool(row.get("ignore_case", False)),
        place=_at(node, source),
    )


def _compile(pattern: CustomPattern) -> tuple[Matcher, tuple[bytes, Mode]]:
    """Return the matcher of a pattern that must begin where the data begins, and the row for that of all patterns."""
    regex = f"(?:{pattern.regex})".encode("utf-8", "replace")
    case = Mode.IGNORE_CASE if pattern.ignore_case else Mode.UTF8
    # With Unicode classes Hyperscan has no word boundary; without them \b and \w know ASCII only.
    for mode in (Mode.UNICODE | case, Mode.UTF8 | case):
        try:
            Matcher([(regex, mode)])
            return Matcher([(b"^" + regex, mode)]), (regex, mode)
        except ConfigFault as fault:
            reason = fault.public
    raise ConfigFault(f"{pattern.place}: the pattern {reason}")


def _width(char: str) -> int:
    code = ord(char)
    return 1 if code < 0x80 or 0xD800 <= code < 0xE000 else 2 if code < 0x800 else 3 if code < 0x10000 else 4


def _at(node: Any, source: str) -> str:
    return f"{source}:{node.start_mark.line + 1}"


def _pairs(node: Any, source: str) -> list[tuple[str, Any]]:
    if node is None:
        return []
    if not isinstance(node, yaml.MappingNode):
        raise ConfigFault(f"{_at(node, source)}: expected a mapping")
    pairs = [(key.value, value) for key, value in node.value]
    names = [name for name, _ in pairs]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ConfigFault(f"{_at(node, source)}: key {repeated!r} stands twice")
    return pairs


def _items(node: Any, source: str) -> list[Any]:
    if not isinstance(node, yaml.SequenceNode):
        raise ConfigFault(f"{_at(node, source)}: expected a list")
    return list(node.value)


def _plain(node: Any) -> Any:
    return yaml.SafeLoader("").construct_object(node, deep=True)


def _row(node: Any, source: str, needed: set[str], optional: Iterable[str] = ()) -> dict[str, Any]:
    row = {key: _plain(value) for key, value in _pairs(node, source)}
    unknown = sorted(row.keys() - needed - set(optional))
    missing = sorted(needed - row.keys())
    if unknown or missing:
        what = f"unknown key {unknown[0]!r}" if unknown else f"no {missing[0]!r}"
        raise ConfigFault(f"{_at(node, source)}: {what}; expected {', '.join(sorted(needed | set(optional)))}")
    if not isinstance(row["entity"], str) or not row["entity"].isupper():
        raise ConfigFault(f"{_at(node, source)}: entity must be an upper-case name")
    return row


def _strings(values: Any, node: Any, source: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ConfigFault(f"{_at(node, source)}: expected a list of texts")
    short = sum(not searchable(value) for value in values)
    if short:
        raise ConfigFault(f"{_at(node, source)}: {short} values are too short to be searched for")
    return values
