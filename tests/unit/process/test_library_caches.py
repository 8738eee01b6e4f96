"""Caches of libraries are found, those of relay are left alone, and keys that orjson kept are gone."""

import asyncio
import secrets
import sys
from functools import lru_cache
from types import ModuleType
from urllib.parse import urlsplit

import orjson

from relay.doors.http.parser_names import forget_header_names
from relay.policy.globs import any_of
from relay.process.library_caches import LibraryCaches


def test_arguments_of_libraries_go() -> None:
    """What a client's URL was stands in no cache; what a policy says may."""
    caches = LibraryCaches()
    urlsplit("https://example.com/?q=jane")
    any_of(("jane*",))
    asyncio.run(caches.empty())
    assert urlsplit.cache_info().currsize == 0  # type: ignore[attr-defined]
    assert any_of.cache_info().currsize > 0


def test_a_library_that_is_loaded_later_is_found() -> None:
    """Some are imported with the first request that needs them."""
    caches = LibraryCaches()
    late = ModuleType("late_library")

    @lru_cache
    def kept(text: str) -> str:
        return text

    kept.__module__ = "late_library"
    sys.modules["late_library"] = late
    try:
        kept("jane@example.com")
        asyncio.run(caches.empty())
    finally:
        del sys.modules["late_library"]
    assert kept.cache_info().currsize == 0


def test_keys_that_orjson_kept_are_gone() -> None:
    """A key that is in its cache is one object however often it is read; one that has left comes as a new one."""
    keys = [f"k{secrets.token_hex(8)}" for _ in range(200)]
    texts = [orjson.dumps({key: 0}) for key in keys]
    before = [_key(text) for text in texts]
    assert sum(_key(text) is key for text, key in zip(texts, before, strict=True)) > 150
    asyncio.run(LibraryCaches().empty())
    assert not any(_key(text) is key for text, key in zip(texts, before, strict=True))


def test_the_others_are_called() -> None:
    """A library with a cache of another kind says how it is emptied."""
    called: list[str] = []
    asyncio.run(LibraryCaches(lambda: called.append("once")).empty())
    assert called == ["once"]


def test_the_parser_takes_the_request_that_empties_it() -> None:
    """Whether the names are gone, only a scan of memory shows."""

    async def scenario() -> None:
        forget_header_names()

    asyncio.run(scenario())


def _key(text: bytes) -> str:
    (key,) = orjson.loads(text)
    return str(key)
