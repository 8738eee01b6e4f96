"""Keep sealed sessions and counters in a Valkey or Redis server, for many nodes.

A session is one list: first what it is by (when it was opened, by whom, its version), then its records. Each call is
one script that the server runs whole, so that nothing comes between looking and writing; it takes the server's clock,
because those of nodes differ. Callers are named by a digest. Scripts touch keys that they find in others, so a cluster
of servers that share the keys out is not for this; a replica that takes over is.

Every failure is a StoreFault without the server's words, which may repeat a key. Should a library ever hand one caller
what another one asked for, the records do not open: they are bound to their session.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Any

from valkey.asyncio import Valkey
from valkey.asyncio.connection import BlockingConnectionPool
from valkey.commands.core import AsyncScript
from valkey.exceptions import ConnectionError as Lost
from valkey.exceptions import OutOfMemoryError, ResponseError, ValkeyError
from valkey.exceptions import TimeoutError as Late

from relay.errors import StoreFault
from relay.protocols import Kept, Lives
from relay.store.refusals import all_taken, share_taken

__all__ = ["ValkeyStore"]

_PREFIX = b"relay:session:"
_ALL = b"relay:sessions"

_COUNTER = b"relay:counter:"
# Two seconds are long for a store beside the nodes, and short for a client that waits for an answer.
_TIMEOUT_S = 2.0
_CONNECTIONS = 64
_ODD = "the session store answered what it should not; try again in a moment."

# Milliseconds everywhere. `used` begins the idle time anew and notes when the session ends, for those that count them.
_COMMON = """
local key, all = KEYS[1], KEYS[2]
local function clock() local t = redis.call('TIME') return t[1] * 1000 + math.floor(t[2] / 1000) end
local function used(opened, caller, idle, longest)
  local now = clock()
  local left = math.min(idle, opened + longest - now)
  if left <= 0 then redis.call('DEL', key) return 0 end
  redis.call('PEXPIRE', key, left)
  redis.call('ZADD', all, now + left, key)
  redis.call('ZADD', all .. ':' .. caller, now + left, key)
  redis.call('PEXPIRE', all .. ':' .. caller, longest)
  return left
end
local function facts()
  local head = redis.call('LINDEX', key, 0)
  if not head then return nil end
  local opened, caller, version = string.match(head, '^(%d+) (%x+) (%d+)$')
  return tonumber(opened), caller, tonumber(version)
end
"""
# The session first: a server that is full refuses a script at its first write, if that takes memory, and not later.
_OPEN = (
    _COMMON
    + """
local caller, record, most, most_of_caller, idle, longest = unpack(ARGV)
local now = clock()
local own = all .. ':' .. caller
if redis.call('ZCOUNT', all, '(' .. now, '+inf') >= tonumber(most) then return -1 end
if redis.call('ZCOUNT', own, '(' .. now, '+inf') >= tonumber(most_of_caller) then return -2 end
if redis.call('EXISTS', key) == 1 then return -3 end
redis.call('RPUSH', key, string.format('%d', now) .. ' ' .. caller .. ' 1', record)
redis.call('ZREMRANGEBYSCORE', all, '-inf', now)
redis.call('ZREMRANGEBYSCORE', own, '-inf', now)
return used(now, caller, tonumber(idle), tonumber(longest))
"""
)
_LOAD = (
    _COMMON
    + """
local opened, caller, version = facts()
if not opened then return false end
local left = used(opened, caller, tonumber(ARGV[1]), tonumber(ARGV[2]))
if left == 0 then return false end
return {version, left, redis.call('LRANGE', key, 1, -1)}
"""
)
_APPEND = (
    _COMMON
    + """
local seen, record, instead, idle, longest = unpack(ARGV)
local opened, caller, version = facts()
if not opened or version ~= tonumber(seen) then return 0 end
if instead == '1' then redis.call('LTRIM', key, 0, 0) end
redis.call('LSET', key, 0, string.format('%d', opened) .. ' ' .. caller .. ' ' .. string.format('%d', version + 1))
redis.call('RPUSH', key, record)
return used(opened, caller, tonumber(idle), tonumber(longest)) > 0 and 1 or 0
"""
)
_DELETE = (
    _COMMON
    + """
local opened, caller = facts()
if not opened then return 0 end
redis.call('ZREM', all, key)
redis.call('ZREM', all .. ':' .. caller, key)
return redis.call('UNLINK', key)
"""
)
_ADD = """
local total = redis.call('INCRBYFLOAT', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return total
"""


class ValkeyStore:
    """Implements `Store`. Connects when it is first asked."""

    def __init__(self, url: str, password: str | None = None, *, certificates: str | None = None) -> None:
        """`url` as `valkey://`, `valkeys://` or `unix://` say where; `certificates`: a file of authorities for TLS."""
        tls = {"ssl_ca_certs": certificates} if certificates and url.startswith("valkeys://") else {}
        secret = {"password": password} if password else {}
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_TIMEOUT_S,
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            **tls,
            **secret,
        )
        self._client = Valkey(connection_pool=pool)
        scripts = (_OPEN, _LOAD, _APPEND, _DELETE, _ADD)
        self._open, self._load, self._append, self._delete, self._add = map(self._client.register_script, scripts)

    async def open(
        self, name: bytes, record: bytes, lives: Lives, *, caller: str, most: int, most_of_caller: int
    ) -> float:
        """See `Store`."""
        who = blake2b(caller.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
        left: int = await self._run(self._open, name, who, record, most, most_of_caller, *_ms(lives), kinds=int)
        if left == -1:
            raise all_taken(most)
        if left == -2:
            raise share_taken(most_of_caller)
        if left <= 0:
            raise StoreFault("the session store did not keep the session; try again in a moment.")
        return left / 1000

    async def load(self, name: bytes, lives: Lives) -> Kept | None:
        """See `Store`."""
        found = await self._run(self._load, name, *_ms(lives), kinds=(list, type(None)))
        if found is None:
            return None
        match found:
            case [int(version), int(left), [*records]] if all(isinstance(record, bytes) for record in records):
                return Kept(records, version, left / 1000)
        raise StoreFault(_ODD)

    async def append(self, name: bytes, seen: int, record: bytes, lives: Lives, *, instead: bool = False) -> bool:
        """See `Store`."""
        return bool(await self._run(self._append, name, seen, record, int(instead), *_ms(lives), kinds=int))

    async def delete(self, name: bytes) -> bool:
        """See `Store`."""
        return bool(await self._run(self._delete, name, kinds=int))

    async def add(self, counter: str, amount: float, expires_in_s: float) -> float:
        """See `Store`."""
        key = _COUNTER + counter.encode("utf-8", "surrogatepass")
        if not amount:
            found = await _answered(lambda: self._client.get(key))
        else:
            arguments = (repr(float(amount)), _whole_ms(expires_in_s))
            found = await _answered(lambda: self._add(keys=[key], args=arguments))
        try:
            return float(found or 0)
        except (TypeError, ValueError):
            raise StoreFault(_ODD) from None

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose(close_connection_pool=True)

    async def _run(self, script: AsyncScript, name: bytes, *arguments: Any, kinds: Any) -> Any:
        found = await _answered(lambda: script(keys=[_PREFIX + name, _ALL], args=arguments))
        if not isinstance(found, kinds):
            raise StoreFault(_ODD)
        return found

    def __repr__(self) -> str:
        return "ValkeyStore()"


async def _answered(call: Callable[[], Awaitable[Any]]) -> Any:
    fault: StoreFault
    try:
        return await call()
    except (Lost, Late, OSError):
        fault = StoreFault("the session store does not answer; try again in a moment.")
    except OutOfMemoryError:
        fault = StoreFault("the session store is full; try again in a moment.")
    except ResponseError:
        fault = StoreFault("the session store refused; try again in a moment.")
    except (ValkeyError, ValueError, UnicodeDecodeError):
        fault = StoreFault(_ODD)
    raise fault


def _ms(lives: Lives) -> tuple[int, int]:
    return _whole_ms(lives.idle_s), _whole_ms(lives.max_s)


def _whole_ms(seconds: float) -> int:
    return max(1, int(seconds * 1000))
