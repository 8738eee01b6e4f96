"""When two answers are the same for a client, however their text was cut into events.

A whole answer is its tree, with arguments read as JSON. Of a stream that is

* the texts of its lanes in the order in which the stream brings them, pieces joined;
* its other events in their order, the text in them left out; a run of events that only bring pieces counts as one,
  and so does a run of equal ones;
* for each event that closes lanes, that nothing of those lanes comes after it.

Text that a provider signed is taken out of both: it passes as the provider wrote it, and is compared with that.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.scripted.voices import Row, Voice

__all__ = ["Account", "account", "differences"]

_PIECES = "pieces of text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a client has of an answer."""

    said: Any  # what goes into the history
    texts: list[tuple[tuple[Any, ...], str]]
    events: list[tuple[str | None, str]]
    late: list[tuple[Any, ...]]  # lanes that went on after the event that closes them
    signed: list[str]


def account(voice: Voice, rows: Sequence[Row]) -> Account:
    """Return the account of a stream, or of a whole answer in one row."""
    said = copy.deepcopy(voice.said(rows))
    for item in said:
        if isinstance(item, dict):
            voice.signed({**item, "candidates": [{"content": item}]} if "parts" in item else {"output": [item], **item})
    signed: list[str] = []
    texts: list[tuple[tuple[Any, ...], str]] = []
    events: list[tuple[str | None, str]] = []
    closed: list[tuple[Any, ...]] = []
    late = []
    for name, original in rows:
        tree = copy.deepcopy(original)
        if isinstance(tree, dict):
            signed += voice.signed(tree)
        if len(rows) == 1:
            events.append((name, _dump(voice.normal(tree))))
            continue
        for lane, text in voice.deltas(tree):
            if text and any(lane[: len(beginning)] == beginning for beginning in closed):
                late.append(lane)
            if texts and texts[-1][0] == lane:
                texts[-1] = (lane, texts[-1][1] + text)
            elif text:
                texts.append((lane, text))
        if voice.only_deltas(tree):
            if not events or events[-1][1] != _PIECES:
                events.append((None, _PIECES))
            continue
        event = (name, _dump(_without_pieces(voice, tree)))
        if not events or events[-1] != event:  # pieces of signed text differ in that text only
            events.append(event)
        ended = voice.closes(tree)
        if ended is not None:
            closed.append(ended)
    return Account(
        said=voice.normal(said),
        texts=[(lane, _plain(text)) for lane, text in texts],
        events=events,
        late=late,
        signed=["".join(signed)],
    )


def differences(turns: Iterable[tuple[Account, Account]]) -> list[str]:
    """Return what a client would notice, turn by turn: what it has directly, and what through relay."""
    found = []
    for number, (direct, through) in enumerate(turns):
        for name in ("texts", "events", "said", "late", "signed"):
            one, other = str(getattr(direct, name)), str(getattr(through, name))
            if one != other:
                at = max(0, _first_difference(one, other) - 60)
                found.append(
                    f"turn {number}, {name}: …{one[at : at + 160]!r} directly, …{other[at : at + 160]!r} through"
                )
    return found


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _dump(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False)


def _plain(text: str) -> str:
    """Return text that is JSON in one spelling: whether é stands as it is or escaped is the writer's choice."""
    if text.startswith(("{", "[")):
        try:
            return _dump(json.loads(text))
        except ValueError:
            pass
    return text


def _without_pieces(voice: Voice, tree: Any) -> Any:
    tree = voice.normal(tree)
    if isinstance(tree, dict):
        for _, text in voice.deltas(tree):
            if text:
                _blank(tree, text)
    return tree


def _blank(value: Any, text: str) -> None:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in list(children):
        if child == text:
            value[key] = ""
        else:
            _blank(child, text)
