"""Empty the caches in which libraries keep pieces of requests.

Two kinds keep text that a client sent, long after the request:

* orjson keeps the keys of JSON objects of up to 64 bytes, in 2,048 places by their hash (`src/deserialize/cache.rs`,
  3.13). It has no call to empty them, so other keys are read until every place has been taken anew.
* `functools.lru_cache` keeps arguments: yarl and `urllib.parse` URLs, aiohttp content types. Those of relay itself
  have arguments from policies and the taxonomy only, and stay.

Whoever uses another library that keeps text says how its cache is emptied.
"""

from __future__ import annotations

import asyncio
import gc
import secrets
import sys
from collections.abc import Callable
from functools import _lru_cache_wrapper
from typing import Any

import orjson

__all__ = ["LibraryCaches"]

# A place is missed by all of them once in three million times: exp(-32768 / 2048) of 2,048 places.
_KEYS = 32_768
_KEYS_AT_ONCE = 4_096
# What they keep is types and never text; to fill them anew costs a start-up.
_KEPT = frozenset({"relay", "typing", "typing_extensions", "pydantic", "importlib"})


class LibraryCaches:
    """The caches of every library that is loaded, now or later. Create it before `gc.freeze` hides them.

    `others` empty those that are of another kind.
    """

    def __init__(self, *others: Callable[[], None]) -> None:
        self._others = others
        self._found: dict[int, _lru_cache_wrapper[Any]] = {}
        self._modules = 0
        self._find()
        digits = secrets.token_hex(4 * _KEYS)
        keys = [digits[at : at + 8] for at in range(0, len(digits), 8)]
        pieces = [keys[at : at + _KEYS_AT_ONCE] for at in range(0, _KEYS, _KEYS_AT_ONCE)]
        self._other_keys = [orjson.dumps(dict.fromkeys(piece, 0)) for piece in pieces]

    async def empty(self) -> None:
        """Empty them all: some 3 ms of processor time, in pieces of less than one."""
        self._find()
        for cache in self._found.values():
            if cache.cache_info().currsize:
                cache.cache_clear()
        for empty in self._others:
            empty()
        for keys in self._other_keys:
            await asyncio.sleep(0)
            orjson.loads(keys)

    def _find(self) -> None:
        """Look for caches again when a module has been loaded since."""
        if self._modules == len(sys.modules):
            return
        self._modules = len(sys.modules)
        for one in gc.get_objects():
            if isinstance(one, _lru_cache_wrapper) and one.__module__.partition(".")[0] not in _KEPT:
                self._found[id(one)] = one
