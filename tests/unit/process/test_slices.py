"""Work that is spread is done once, whoever takes its parts, and an error of any part comes out."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from relay.process.slices import Abandoned, Assist, end_slice, sliced, spread


def lending(threads: int) -> Assist:
    """Return what lets `threads` others take steps at once, and waits for them in the end."""

    def assist(step: Callable[[], bool]) -> Callable[[], None]:
        def take() -> None:
            while step():
                pass

        executor = ThreadPoolExecutor(threads)
        taken: list[Future[None]] = [executor.submit(take) for _ in range(threads)]

        def take_back() -> None:
            for future in taken:
                future.result()
            executor.shutdown()

        return take_back

    return assist


@pytest.mark.parametrize("threads", [0, 1, 3])
@pytest.mark.parametrize("parts", [0, 1, 2, 500])
def test_each_part_is_done_once(threads: int, parts: int) -> None:
    """However many threads there are."""
    done: list[int] = []
    with sliced(int, lending(threads) if threads else None):
        spread(done.append, range(parts))
    assert Counter(done) == Counter(range(parts))


def test_two_threads_work_at_once() -> None:
    """Two parts that wait for each other end."""
    both, met = threading.Barrier(2, timeout=5), list[int]()
    with sliced(int, lending(1)):
        spread(lambda _: met.append(both.wait()), range(2))
    assert sorted(met) == [0, 1]


@pytest.mark.parametrize("threads", [0, 2])
def test_an_error_ends_the_rest(threads: int) -> None:
    """The first error is raised where the work was spread; parts that have not begun never do."""
    done: list[int] = []

    def work(part: int) -> None:
        if part == 10:
            raise ZeroDivisionError
        done.append(part)

    with sliced(int, lending(threads) if threads else None), pytest.raises(ZeroDivisionError):
        spread(work, range(10_000))
    assert len(done) < 10_000


def test_work_that_is_not_wanted_ends_everywhere() -> None:
    """Nobody is in a part any more when the end comes out."""
    inside = Counter[str]()
    slices = iter(range(100))

    def between() -> None:
        if next(slices) == 20:
            raise Abandoned

    def work(_: int) -> None:
        inside["begun"] += 1
        inside["ended"] += 1

    with sliced(between, lending(2)), pytest.raises(Abandoned):
        spread(work, range(100_000))
    assert inside["begun"] == inside["ended"] < 100_000


def test_what_a_part_spreads_stays_in_its_thread() -> None:
    """Threads are lent once, to the outer work."""
    offers: list[int] = []

    def assist(step: Callable[[], bool]) -> Callable[[], None]:
        offers.append(1)
        return int  # nobody comes

    threads: set[int] = set()
    with sliced(int, assist):
        spread(lambda _: spread(lambda _: threads.add(threading.get_ident()), range(3)), range(3))
        spread(lambda _: None, range(3))
    assert len(offers) == 2
    assert threads == {threading.get_ident()}


def test_each_part_of_this_thread_is_a_slice() -> None:
    """Without others, there is an end of a slice before every part."""
    order: list[str] = []
    with sliced(lambda: order.append("slice")):
        spread(lambda _: order.append("part"), range(3))
        end_slice()
    assert order == ["slice", "part"] * 3 + ["slice"]
