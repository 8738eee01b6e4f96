"""How many requests a second N workers would carry: closed queues fed with measured service times.

Each connection sends its next request when it has the answer, and stays with one worker, as connections do. A request
takes its worker's core for a measured time and then waits at the upstream; the supervisor and the kernel are not
simulated, so the curve is what the cores allow.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence

__all__ = ["requests_per_s"]


def requests_per_s(
    workers: int, service_s: Sequence[float], *, connections: int, upstream_s: float, seconds: float = 20.0
) -> float:
    """Return the requests a second of `workers`, with so many `connections` spread over them at random."""
    draw = random.Random(workers)
    free_at = [0.0] * workers
    # Connections by the moment of their next request.
    ready = [(draw.random() * upstream_s, number, draw.randrange(workers)) for number in range(connections)]
    heapq.heapify(ready)
    done = 0
    while ready[0][0] < seconds:
        now, number, worker = heapq.heappop(ready)
        free_at[worker] = max(now, free_at[worker]) + draw.choice(service_s)
        done += free_at[worker] <= seconds
        heapq.heappush(ready, (free_at[worker] + upstream_s, number, worker))
    return done / seconds
