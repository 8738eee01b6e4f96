"""Tell whether a regular expression reads some text in exponentially many ways, which a backtracking engine then tries.

An expression becomes an automaton; its positions are its single characters. It is ambiguous when two different ways
lead from a position back to itself over one text (Weideman, van der Merwe, Berglund, Watson: Analyzing Matching Time
Behavior of Backtracking Regular Expression Matchers by Using Ambiguity of NFA, 2016; the condition EDA).

What is simplified errs towards "ambiguous", but for this: a repeat of at most `FEW` times is no loop, and characters
are those of `_ALPHABET`. Look-behinds, and look-aheads at more than one character, allow everything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any

from re import _constants as op, _parser as parser  # isort: skip

__all__ = ["FEW", "ambiguous"]

FEW = 9
_ALPHABET = [*map(chr, range(128)), *"\xa0éßΣς中あ٣\u200b\u0301\U0001f600"]
_ALL = (1 << len(_ALPHABET)) - 1
_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    op.CATEGORY_DIGIT: str.isdecimal,
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
_CATEGORIES |= {
    op.CATEGORY_NOT_DIGIT: lambda char: not char.isdecimal(),
    op.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    op.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}
_CHARS = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN)
# From a position to the next ones: for each way there, the characters that it allows, as bits.
_Steps = dict[int, dict[int, list[int]]]


def ambiguous(pattern: str | re.Pattern[str]) -> bool:
    """Tell whether `pattern` is ambiguous in a loop."""
    flags = 0 if isinstance(pattern, str) else pattern.flags
    text = pattern if isinstance(pattern, str) else pattern.pattern
    automaton = _Automaton(parser.parse(text, flags), flags)
    steps = automaton.steps()
    for loop in _loops(steps, lambda place: steps.get(place, {})):
        if any(_overlap(ways) for place in loop for target, ways in steps[place].items() if target in loop):
            return True
        pairs = {(place, place) for place in loop}
        for joint in _loops(pairs, lambda pair, loop=loop: _both(pair, steps, loop)):  # type: ignore[misc]
            if any(one == other for one, other in joint) and any(one != other for one, other in joint):
                return True
    return False


def _both(pair: tuple[int, int], steps: _Steps, loop: set[int]) -> set[tuple[int, int]]:
    """Return the pairs of positions to which one character leads from a pair; which of the two is which is the same."""
    return {
        (min(first, second), max(first, second))
        for first, ways in steps[pair[0]].items()
        for second, others in steps[pair[1]].items()
        if first in loop and second in loop and any(way & other for way in ways for other in others)
    }


def _overlap(ways: list[int]) -> bool:
    return any(way & other for place, way in enumerate(ways) for other in ways[:place])


class _Automaton:
    """States with steps that read nothing, each with the characters that may come next, and steps that read one."""

    def __init__(self, tree: Any, flags: int) -> None:
        self._free: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._reads: dict[int, tuple[int, int]] = {}
        self._count = 1
        self._flags = flags | tree.state.flags
        self._sequence(tree, 0)

    def steps(self) -> _Steps:
        """Return the steps between positions, which are the states that read."""
        found: _Steps = {}
        for place, (_, after) in self._reads.items():
            targets = found.setdefault(place, {})
            open_: list[tuple[int, int, frozenset[int]]] = [(after, _ALL, frozenset())]
            while open_:
                state, allowed, passed = open_.pop()
                if state in self._reads:
                    way = allowed & self._reads[state][0]
                    if way:
                        targets.setdefault(state, []).append(way)
                for target, guard in self._free[state]:
                    if allowed & guard and target not in passed:
                        open_.append((target, allowed & guard, passed | {state}))
        return found

    def _state(self) -> int:
        self._count += 1
        return self._count - 1

    def _sequence(self, items: Iterable[Any], state: int) -> int:
        for kind, argument in items:
            state = self._item(kind, argument, state)
        return state

    def _item(self, kind: Any, argument: Any, state: int) -> int:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            return self._repeat(kind, *argument, state)
        if kind is op.SUBPATTERN:
            before, self._flags = self._flags, (self._flags | argument[1]) & ~argument[2]
            end = self._sequence(argument[3], state)
            self._flags = before
            return end
        if kind is op.ATOMIC_GROUP:
            return self._sequence(argument, state)
        end = self._state()
        if kind in _CHARS:
            self._reads[state] = (self._chars(kind, argument), end)
        elif kind is op.BRANCH:
            for branch in argument[1]:
                begin = self._state()
                self._free[state].append((begin, _ALL))
                self._free[self._sequence(branch, begin)].append((end, _ALL))
        else:
            self._free[state].append((end, self._guard(kind, argument)))
        return end

    def _repeat(self, kind: Any, least: int, most: int, body: Any, state: int) -> int:
        chars = self._single(body)
        leaves = _ALL & ~chars if kind is op.POSSESSIVE_REPEAT and chars is not None else _ALL
        more = min(least, 3) - 1
        for _ in range(more):
            state = self._sequence(body, state)
        begin, end = self._state(), self._state()
        self._free[state].append((begin, _ALL))
        if least == 0:
            self._free[state].append((end, leaves))
        stop = self._sequence(body, begin)
        self._free[stop].append((end, leaves))
        if most > FEW:
            self._free[stop].append((begin, _ALL))
        elif most - max(more, 0) > 1:
            self._free[self._sequence(body, stop)].append((end, leaves))
        return end

    def _guard(self, kind: Any, argument: Any) -> int:
        """Return what may come next where something is looked for that reads nothing."""
        if kind in (op.ASSERT, op.ASSERT_NOT) and argument[0] == 1:
            chars = self._single(argument[1])
            if chars is not None:
                return chars if kind is op.ASSERT else _ALL & ~chars
        if kind is op.AT and argument is op.AT_END_STRING:
            return 0
        return _ALL

    def _single(self, body: Any) -> int | None:
        """Return the characters that a sequence of exactly one character reads, or None."""
        items = list(body)
        if len(items) != 1:
            return None
        kind, argument = items[0]
        if kind is op.SUBPATTERN:
            return self._single(argument[3])
        if kind is op.BRANCH:
            parts = [0 if self._ends(branch) else self._single(branch) for branch in argument[1]]
            known = [part for part in parts if part is not None]
            return sum({1 << bit for part in known for bit in _bits(part)}) if len(known) == len(parts) else None
        return self._chars(kind, argument) if kind in _CHARS else None

    @staticmethod
    def _ends(body: Any) -> bool:
        return list(body) == [(op.AT, op.AT_END_STRING)]

    def _chars(self, kind: Any, argument: Any) -> int:
        return sum(1 << place for place, char in enumerate(_ALPHABET) if self._reads_char(kind, argument, char))

    def _reads_char(self, kind: Any, argument: Any, char: str) -> bool:
        if self._flags & re.IGNORECASE:
            return any(self._is(kind, argument, each) for each in {char, char.lower(), char.upper()} if len(each) == 1)
        return self._is(kind, argument, char)

    def _is(self, kind: Any, argument: Any, char: str) -> bool:
        match kind:
            case op.LITERAL:
                return ord(char) == argument
            case op.NOT_LITERAL:
                return ord(char) != argument
            case op.ANY:
                return bool(self._flags & re.DOTALL) or char != "\n"
            case op.RANGE:
                return argument[0] <= ord(char) <= argument[1]
            case op.CATEGORY:
                return _CATEGORIES[argument](char)
            case op.IN:
                negated = argument[0][0] is op.NEGATE
                return negated != any(self._is(*each, char) for each in argument[negated:])
        raise NotImplementedError(str(kind))


def _bits(mask: int) -> Iterable[int]:
    return (bit for bit in range(mask.bit_length()) if mask >> bit & 1)


def _loops(begin: Iterable[Any], following: Callable[[Any], Iterable[Hashable]]) -> Iterable[set[Any]]:
    """Yield the sets of nodes that lead to one another, of those that can be reached (Tarjan's algorithm)."""
    number: dict[Any, int] = {}
    lowest: dict[Any, int] = {}
    stack: list[Any] = []
    on_stack: set[Any] = set()
    for root in begin:
        if root in number:
            continue
        work: list[tuple[Any, Any]] = [(root, None)]
        while work:
            node, rest = work.pop()
            if rest is None:
                number[node] = lowest[node] = len(number)
                stack.append(node)
                on_stack.add(node)
                rest = iter(following(node))
            for target in rest:
                if target not in number:
                    work += [(node, rest), (target, None)]
                    break
                if target in on_stack:
                    lowest[node] = min(lowest[node], number[target])
            else:
                if work:
                    parent = work[-1][0]
                    lowest[parent] = min(lowest[parent], lowest[node])
                if lowest[node] == number[node]:
                    loop = set()
                    while node not in loop:
                        loop.add(stack.pop())
                    on_stack -= loop
                    if len(loop) > 1 or node in set(following(node)):
                        yield loop
