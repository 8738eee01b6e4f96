"""Map pages for key material only.

In order of preference a page is

1. `memfd_secret` (Linux 5.14): outside the kernel's direct map, so even root cannot read it through `/proc/PID/mem`;
2. anonymous, locked against swap, left out of core dumps, and zero in a forked child;
3. the same without the lock, when the limit on locked memory is used up.

The result is reported as a `Protection`; `doctor` prints it, and an operator can set the minimum that is accepted. A
slot is overwritten with zeros when it is freed. A forked child has none of the pages: every slot that it inherited
refuses to be read.

Not promised: protection from the kernel, the hypervisor or code that runs inside this process.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import sys
import threading
import weakref
from collections.abc import Iterator
from enum import StrEnum

from relay.errors import VaultFull

__all__ = ["SLOT_BYTES", "Protection", "SecretMemory", "Slot"]

SLOT_BYTES = 128
_PAGE_BYTES = 16_384  # 128 slots; small beside the 64 KiB of locked memory that containers commonly grant
# memfd_secret has the same number on every architecture with the unified table, including the ones below
# (Linux, arch/*/entry/syscalls and include/uapi/asm-generic/unistd.h).
_MEMFD_SECRET = 447 if platform.machine() in {"x86_64", "aarch64", "riscv64"} else None
_MADV_WIPEONFORK = 18  # linux/mman-common.h; the mmap module has no name for it


class Protection(StrEnum):
    """How well a page is protected, best first."""

    MEMFD_SECRET = "memfd_secret"  # noqa: S105 - the name of a system call
    LOCKED = "locked"
    PLAIN = "plain"

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(Protection).index(self)

    @property
    def meaning(self) -> str:
        """A sentence for people: what is protected from whom."""
        match self:
            case Protection.MEMFD_SECRET:
                return "memfd_secret: not even root reads them through /proc; never swapped, never in a core file"
            case Protection.LOCKED:
                return "locked: never swapped, never in a core file; without memfd_secret root can read them"
            case Protection.PLAIN:
                return "PLAIN: may be swapped, because no more memory can be locked (RLIMIT_MEMLOCK)"


class Slot:
    """`SLOT_BYTES` writable bytes of a page. Its views raise ValueError after `free` and in a forked child."""

    __slots__ = ("_memory", "_offset", "_page", "_parts", "view")

    def __init__(self, memory: SecretMemory, page: _Page, offset: int) -> None:
        self._memory = memory
        self._page = page
        self._offset = offset
        self.view = page.cut(offset)
        self._parts: list[memoryview] = []

    def part(self, start: int, stop: int) -> memoryview:
        """Return a view of some of the bytes, valid as long as the slot."""
        view = self.view[start:stop]
        self._parts.append(view)
        return view

    def free(self) -> None:
        """Overwrite the slot with zeros and return it to its page; a second call does nothing."""
        self._memory._take_back(self, self._page, self._offset)

    def _release(self) -> None:
        for view in (*self._parts, self.view):
            view.release()

    def __repr__(self) -> str:
        return "Slot()"


class _Page:
    """One mapping, cut into slots."""

    __slots__ = ("_map", "free", "live", "protection")

    def __init__(self) -> None:
        self._map, self.protection = _map_page()
        self.free = list(range(_PAGE_BYTES - SLOT_BYTES, -1, -SLOT_BYTES))
        self.live: dict[int, Slot] = {}

    def cut(self, offset: int) -> memoryview:
        return memoryview(self._map)[offset : offset + SLOT_BYTES]


class SecretMemory:
    """Allocates slots; maps another page when the last is full, and keeps it.

    `minimum` is the lowest protection that a new page may have: VaultFull is raised rather than hold a key in less.
    """

    def __init__(self, *, minimum: Protection = Protection.PLAIN) -> None:
        self._minimum = minimum
        self._reset()
        _ALL.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._pages: list[_Page] = []

    def take(self) -> Slot:
        """Return a slot of zeros. Raises VaultFull when no page of the required protection can be mapped."""
        with self._lock:
            page = next((page for page in reversed(self._pages) if page.free), None)
            if page is None:
                page = _Page()
                if page.protection.rank > self._minimum.rank:
                    raise VaultFull("no protected memory is left for another key")
                self._pages.append(page)
            offset = page.free.pop()
            slot = Slot(self, page, offset)
            page.live[offset] = slot
            return slot

    def protection(self) -> Protection:
        """Return the weakest protection among the pages, mapping the first page if there is none."""
        self.take().free()
        with self._lock:
            return max((page.protection for page in self._pages), key=lambda item: item.rank)

    def in_use(self) -> int:
        """Return how many slots are in use."""
        with self._lock:
            return sum(len(page.live) for page in self._pages)

    def _take_back(self, slot: Slot, page: _Page, offset: int) -> None:
        with self._lock:
            if page.live.get(offset) is not slot:
                return
            slot.view[:] = bytes(SLOT_BYTES)
            slot._release()
            del page.live[offset]
            page.free.append(offset)

    def _leave_behind(self) -> None:
        """In a forked child: the pages are not mapped here (or are zero), so make every slot refuse."""
        _INHERITED.extend(self._pages)
        for page in self._pages:
            for slot in page.live.values():
                slot._release()
            page.live.clear()
        self._reset()

    def __repr__(self) -> str:
        return f"SecretMemory(in_use={self.in_use()})"


def _map_page() -> tuple[mmap.mmap, Protection]:
    secret = _memfd_secret()
    if secret is not None:
        _advise(secret, ("MADV_DONTFORK", "MADV_DONTDUMP"))
        return secret, Protection.MEMFD_SECRET
    page = mmap.mmap(-1, _PAGE_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    _advise(page, ("MADV_DONTDUMP", "MADV_DONTFORK"))
    if sys.platform == "linux":
        _try_advice(page, _MADV_WIPEONFORK)
    return page, Protection.LOCKED if _lock_page(page) else Protection.PLAIN


def _memfd_secret() -> mmap.mmap | None:
    if _MEMFD_SECRET is None or sys.platform != "linux":
        return None
    descriptor = ctypes.CDLL(None, use_errno=True).syscall(_MEMFD_SECRET, os.O_CLOEXEC)
    if descriptor < 0:  # ENOSYS: old kernel or secretmem.enable=0
        return None
    try:
        os.ftruncate(descriptor, _PAGE_BYTES)
        page = mmap.mmap(descriptor, _PAGE_BYTES, flags=mmap.MAP_SHARED)
        page[:] = bytes(_PAGE_BYTES)  # fault it in now, so that a missing page fails here and not later
    except (OSError, ValueError):  # EAGAIN: over RLIMIT_MEMLOCK
        return None
    finally:
        os.close(descriptor)
    return page


def _lock_page(page: mmap.mmap) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    locked: int = libc.mlock(ctypes.c_void_p(address), ctypes.c_size_t(_PAGE_BYTES))
    return locked == 0


def _advise(page: mmap.mmap, names: tuple[str, ...]) -> None:
    for name in names:
        advice = getattr(mmap, name, None)
        if advice is not None:
            _try_advice(page, advice)


def _try_advice(page: mmap.mmap, advice: int) -> None:
    try:
        page.madvise(advice)
    except OSError:  # EINVAL: not supported by this kernel or kind of mapping; the protections above still hold
        return


_ALL: weakref.WeakSet[SecretMemory] = weakref.WeakSet()
# Prevents a child from unmapping addresses that may hold something else by then.
_INHERITED: list[_Page] = []


def _every_memory() -> Iterator[SecretMemory]:
    yield from list(_ALL)


def _after_fork_in_child() -> None:
    for memory in _every_memory():
        memory._leave_behind()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
