"""Keep sealed values, each behind its placeholder, for the life of one session.

Plaintext is never kept: a value is looked up by a keyed digest and stored encrypted, bound to its session,
placeholder and entity type, so that a record moved to another place does not open. Nothing is evicted: a full vault
refuses, because a value that was dropped could never be restored. Placeholders are numbered per entity type in the
order of first sealing, and values are compared exactly, so restoring returns exactly the characters that were sealed.
Another form of a person's name has its own placeholder with that person's number (`[PERSON_1_LAST]`), where it cannot
refer to another person; so has an e-mail address made of the name (`[PERSON_1_EMAIL]`), and the
name as a part of an identifier (`[PERSON_1_ID]_orders.pdf`).

A model also writes forms that were never issued: it knows `[PERSON_1]` and passes `[PERSON_1_LAST]` to a tool. Forms
that are certain from the sealed name can be opened, too. The vault records only which forms exist; the text is derived
from the opened name and sealed at that time, so that it is found like any other value when the client resends it.

Not promised: that memory holds no copy of a value while it is sealed or after it was opened. Python strings cannot be
overwritten; the hardened process does that when they are freed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from relay.errors import SessionClosed, VaultFull
from relay.protocols import Style
from relay.vault import aliases, journal, name_forms
from relay.vault.keys import Keys
from relay.vault.turn_cache import CachedTurn, TurnCache

__all__ = ["Vault"]

_PERSON, _EMAIL_ADDRESS, _EMAIL, _IDENTIFIER = "PERSON", "EMAIL_ADDRESS", "EMAIL", "ID"
_LINKED = frozenset({_PERSON, _EMAIL_ADDRESS})
_WHOLE = frozenset({aliases.Form.FULL.value, aliases.Form.REVERSED.value})
_ATTEMPTS = 50  # numbers tried for a stand-in before a placeholder is issued
_ANY = ""  # instead of an entity type
_CODEC = ("utf-8", "surrogatepass")  # a JSON string may hold half a surrogate pair


class Vault:
    """Implements `Sealing` and `Restoring`. Thread-safe; no code waits while it holds the lock."""

    __slots__ = (
        "_associated",
        "_bytes",
        "_forms",
        "_index",
        "_keys",
        "_link_people",
        "_lock",
        "_make_keys",
        "_max_bytes",
        "_max_entities",
        "_numbers",
        "_people",
        "_records",
        "_sealed",
        "_style",
        "_turns",
        "_types",
        "closed",
    )

    def __init__(
        self,
        make_keys: Callable[[], Keys],
        style: Style,
        *,
        session_id: str,
        max_entities: int,
        max_bytes: int,
        link_people: bool = True,
    ) -> None:
        # Made when the first value is sealed: most requests hold none, and keys cost randomness and pinned memory.
        self._make_keys = make_keys
        self._keys: Keys | None = None
        self.closed = False  # true after `shred`
        self._style = style
        self._associated = session_id.encode()
        self._max_entities = max_entities
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._index: dict[bytes, str] = {}
        self._types: dict[bytes, str] = {}  # value: the first type that it was sealed as
        self._records: dict[str, tuple[str, int, bytes]] = {}  # placeholder: (entity type, counter, sealed)
        self._forms: dict[str, tuple[str, aliases.Form]] = {}  # placeholder of a form: that of the name, which form
        self._numbers: dict[str, int] = {}
        self._link_people = link_people
        self._people: aliases.People | None = None
        self._turns: TurnCache | None = None
        self._bytes = 0
        self._sealed = 0

    def seal(self, entity_type: str, value: str) -> str:
        """Seal `value` and return its placeholder; the same (type, value) gets the same one as long as the vault lives.

        Raises SessionClosed after shredding and VaultFull when no more fits, or there is no memory for its keys.
        """
        return self._seal(entity_type, value, None)

    def seal_behind(self, entity_type: str, value: str, stand_in: Callable[[int, str], str]) -> str:
        """Seal `value` behind a text that looks like a value of the same kind, and return that text.

        A placeholder is issued instead when `stand_in` returns "" or only texts that the session already uses.
        """
        return self._seal(entity_type, value, stand_in)

    def open(self, placeholder: str) -> str:
        """Return the value behind an issued placeholder or one of `forms`, which is thereby issued.

        Raises KeyError for any other text, SessionClosed after shredding.
        """
        with self._lock:
            keys = self._usable()
            if placeholder in self._records:
                return self._open(keys, placeholder)
            if placeholder not in self._forms:
                raise KeyError("no such placeholder was issued in this session")
            return self._issue(keys, placeholder)

    def entity_type(self, placeholder: str) -> str:
        """Return the entity type behind an issued placeholder or one of `forms`; KeyError for any other text."""
        with self._lock:
            self._check_open()
            record = self._records.get(placeholder)
            if record is None and placeholder in self._forms:
                return _PERSON
        if record is None:
            raise KeyError("no such placeholder was issued in this session")
        return record[0]

    def sealed_as(self, value: str) -> str | None:
        """Return the entity type that exactly this value was first sealed as, or None where it is not sealed here."""
        with self._lock:
            self._check_open()
            # Nothing is sealed yet in most requests, and keys are made for the first value.
            return self._types.get(self._usable().mark(_ANY, value.encode(*_CODEC))) if self._types else None

    def keyed_digest(self, entity_type: str, value: str) -> bytes:
        """Return 16 bytes that stand for (type, value) in this session and are meaningless in any other."""
        with self._lock:
            return self._usable().digest(entity_type, value.encode(*_CODEC))

    def note_turn(self, upstream: str, text: str, original: str) -> None:
        """Record that `upstream` wrote `original` and the client received `text`. Of two originals the first stays."""
        with self._lock:
            mark = self._usable().mark(f"turn {upstream}", text.encode(*_CODEC))
            self._note(mark, original if original != text else None)

    def recall_turn(self, upstream: str, text: str) -> str | None:
        """Return what `upstream` wrote where the client received `text`, or None when it is not recorded."""
        with self._lock:
            self._check_open()
            if self._turns is None:
                return None
            keys = self._usable()
            mark = keys.mark(f"turn {upstream}", text.encode(*_CODEC))
            entry = self._turns.find(mark)
            return None if entry is None else text if entry.sealed is None else self._original(keys, mark, entry)

    def placeholders(self) -> Sequence[str]:
        """Return every placeholder issued so far, in order of issue."""
        with self._lock:
            self._check_open()
            return tuple(self._records)

    def forms(self) -> Sequence[str]:
        """Return the placeholders of further name forms that can be opened but were not issued."""
        with self._lock:
            self._check_open()
            return tuple(text for text in self._forms if text not in self._records)

    def values(self) -> Iterator[tuple[str, str]]:
        """Yield (entity type, value) in order of sealing; each is opened when it is yielded."""
        with self._lock:
            self._check_open()
            issued = tuple((placeholder, record[0]) for placeholder, record in self._records.items())
        for placeholder, entity_type in issued:
            yield entity_type, self.open(placeholder)

    def counts(self) -> dict[str, int]:
        """Return how many values of each entity type are sealed; empty after shredding."""
        with self._lock:
            result: dict[str, int] = {}
            for entity_type, _, _ in self._records.values():
                result[entity_type] = result.get(entity_type, 0) + 1
            return result

    def shred(self) -> None:
        """Destroy the keys, then drop records and index; a second call does nothing."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            if self._keys is not None:
                self._keys.destroy()
                self._keys = None
            self._records.clear()
            self._index.clear()
            self._types.clear()
            self._numbers.clear()
            self._forms.clear()
            if self._turns is not None:
                self._turns.clear()
            if self._people is not None:
                self._people.clear()

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        return f"Vault(entities={len(self._records)}, closed={self.closed})"

    def _check_open(self) -> None:
        if self.closed:
            raise SessionClosed("the session is closed")

    def _usable(self) -> Keys:
        self._check_open()
        if self._keys is None:
            self._keys = self._make_keys()
        return self._keys

    def _bind(self, placeholder: str, entity_type: str) -> bytes:
        return self._associated + f"\0{placeholder}\0{entity_type}".encode()

    def _seal(self, entity_type: str, value: str, stand_in: Callable[[int, str], str] | None) -> str:
        data = value.encode(*_CODEC)
        with self._lock:
            keys = self._usable()
            mark = keys.mark(entity_type, data)
            known = self._index.get(mark)
            if known is not None:
                return known
            name, owner, form = None, 0, ""
            if self._link_people and entity_type in _LINKED:
                name = aliases.parse(value) if entity_type == _PERSON else None
                owner, form = self._owner(self._known_people(), value, name)
            number = owner or self._numbers.get(entity_type, 0) + 1
            placeholder = bracketed = ""
            if stand_in is not None:
                placeholder, number = self._behind(keys, entity_type, value, number, form, stand_in)
            if not placeholder:
                placeholder = bracketed = self._render(_PERSON if owner else entity_type, number, form)
            self._enter(
                keys,
                journal.Value(entity_type, placeholder, number, bool(owner), form, bool(bracketed), value),
                name,
            )
            return placeholder

    def _enter(self, keys: Keys, entry: journal.Value, name: aliases.Name | None = None) -> None:
        """Seal a value behind the placeholder that it has got, if both are new. `name` is what it says, if known."""
        entity_type, data = entry.entity_type, entry.value.encode(*_CODEC)
        mark = keys.mark(entity_type, data)
        if entry.placeholder in self._records or mark in self._index:
            return
        self._store(keys, entry.placeholder, entity_type, data)
        self._index[mark] = entry.placeholder
        self._types.setdefault(keys.mark(_ANY, data), entity_type)
        if not entry.linked:
            self._numbers[entity_type] = max(entry.number, self._numbers.get(entity_type, 0))
        name = name or (aliases.parse(entry.value) if entity_type == _PERSON and self._link_people else None)
        if name is not None and (not entry.linked or entry.form in _WHOLE):
            self._known_people().add(entry.number, name)
        if name is not None and entry.bracketed:
            self._derive(entry.value, entry.number, entry.placeholder)
        self._happened(replace(entry, value=""))

    def _open(self, keys: Keys, placeholder: str) -> str:
        entity_type, counter, sealed = self._records[placeholder]
        return keys.open(counter, sealed, self._bind(placeholder, entity_type)).decode(*_CODEC)

    def _derive(self, value: str, number: int, placeholder: str) -> None:
        """Record which forms of person `number` can be derived from the name behind `placeholder`."""
        for form in name_forms.forms_of(value):
            self._forms.setdefault(self._style.render(_PERSON, number, form.value), (placeholder, form))

    def _issue(self, keys: Keys, placeholder: str) -> str:
        """Seal a form of a name behind its placeholder, and return it; in a full vault it stays unissued."""
        source, form = self._forms[placeholder]
        text = name_forms.forms_of(self._open(keys, source))[form]
        data = text.encode(*_CODEC)
        try:
            self._store(keys, placeholder, _PERSON, data)
        except VaultFull:
            return text
        self._happened(journal.Form(placeholder))
        # Words that may be another person's name become a separate person when the client resends them.
        name = aliases.parse(text)
        owner = self._known_people().owner(name) if name is not None else None
        if owner is not None and self._style.render(_PERSON, owner[0], form.value) == placeholder:
            self._index.setdefault(keys.mark(_PERSON, data), placeholder)
            self._types.setdefault(keys.mark(_ANY, data), _PERSON)
        return text

    def _note(self, mark: bytes, original: str | None) -> None:
        """Cache what an upstream wrote; None: what the client received, too."""
        keys = self._usable()
        if self._turns is None:
            self._turns = TurnCache()
        if self._turns.find(mark) is not None:
            return
        turn = CachedTurn(0)
        if original is not None:
            sealed = keys.seal(self._sealed, original.encode(*_CODEC), self._bind(mark.hex(), "turn"))
            turn = CachedTurn(self._sealed, sealed)
            self._sealed += 1
        self._turns.add(mark, turn)
        self._happened(journal.Turn(mark))

    def _original(self, keys: Keys, mark: bytes, turn: CachedTurn) -> str | None:
        """Return what an upstream wrote, None where it is what the client received."""
        if turn.sealed is None:
            return None
        return keys.open(turn.counter, turn.sealed, self._bind(mark.hex(), "turn")).decode(*_CODEC)

    def _happened(self, entry: journal.Entry) -> None:
        """Do nothing: the vault of one machine keeps no journal."""

    def _known_people(self) -> aliases.People:
        if self._people is None:
            self._people = aliases.People(self._person_mark)
        return self._people

    def _owner(self, people: aliases.People, value: str, name: aliases.Name | None) -> tuple[int, str]:
        """Return the number of the person that a name or an address belongs to (0: uncertain), and its form."""
        if not self._numbers.get(_PERSON):
            return 0, ""
        owner = people.owner(name) if name is not None else None
        if owner is not None:
            return owner[0], owner[1].value
        local, at, _ = value.partition("@")
        found = people.owner_of_identifier(local) if " " not in local else None
        return (found, _EMAIL if at else _IDENTIFIER) if found else (0, "")

    def _render(self, entity_type: str, number: int, form: str) -> str:
        placeholder = self._style.render(entity_type, number, form)
        again = 1
        while placeholder in self._records:
            again += 1
            placeholder = self._style.render(entity_type, number, f"{form}_{again}")
        return placeholder

    def _behind(
        self, keys: Keys, entity_type: str, value: str, number: int, form: str, stand_in: Callable[[int, str], str]
    ) -> tuple[str, int]:
        """Return a free stand-in and its number, or "" and the number that a placeholder takes."""
        for further in range(number, number + _ATTEMPTS):
            text = stand_in(further, form)
            if not text:
                break
            is_value = keys.mark(entity_type, text.encode(*_CODEC)) in self._index
            if text not in self._records and not is_value and text.casefold() not in value.casefold():
                return text, further
        return "", number

    def _person_mark(self, text: str) -> bytes:
        return self._usable().mark("part of a name", text.encode(*_CODEC))

    def _store(self, keys: Keys, placeholder: str, entity_type: str, data: bytes) -> None:
        if len(self._records) >= self._max_entities:
            raise VaultFull(f"the vault holds {self._max_entities} values, its limit")
        sealed = keys.seal(self._sealed, data, self._bind(placeholder, entity_type))
        self._sealed += 1  # also when it does not fit: a counter is never reused
        if self._bytes + len(sealed) > self._max_bytes:
            raise VaultFull(f"the vault may hold {self._max_bytes} bytes of sealed values, its limit")
        self._bytes += len(sealed)
        self._records[placeholder] = (entity_type, self._sealed - 1, sealed)
