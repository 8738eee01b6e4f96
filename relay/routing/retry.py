"""Whether and when the same upstream is asked again: back-off with full jitter, inside a budget, in no hurry.

Only failures after which the upstream cannot have begun an answer count: no connection, 429, 502, 503, 504 and 529
(Anthropic's "overloaded"). Nothing has been sent to the client by then.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from relay.types import Headers

__all__ = ["FAILING_STATUSES", "RETRIED_STATUSES", "delay_s", "retry_after_s"]

RETRIED_STATUSES = frozenset({429, 502, 503, 504, 529})
# 429 says something about a key, not about the upstream.
FAILING_STATUSES = RETRIED_STATUSES - {429}
# Back-off before the first retry at most; doubles with each.
_FIRST_S = 0.25
_LONGEST_S = 8.0


def delay_s(attempt: int, asked_for_s: float | None, left_s: float, random: float) -> float | None:
    """Return how long to wait before retry number `attempt` (from 0), or None when that is more than `left_s`.

    `random` is from 0 to 1. What the upstream asked for is waited at least, with up to a quarter on top, so that those
    it sent away do not come back together.
    """
    if asked_for_s is not None:
        wait = asked_for_s * (1 + random / 4)
    else:
        wait = random * min(_FIRST_S * 2**attempt, _LONGEST_S)
    return wait if wait <= left_s else None


def retry_after_s(headers: Headers, now: float) -> float | None:
    """Return what `Retry-After` asks for, in seconds from `now` (since 1970); None without it or when it is odd.

    RFC 9110, 10.2.3: a number of seconds or a date. `retry-after-ms` is OpenAI's.
    """
    found = dict(headers)
    try:
        if "retry-after-ms" in found:
            wait = float(found["retry-after-ms"]) / 1000
        elif found.get("retry-after", "").replace(".", "", 1).isdigit():
            wait = float(found["retry-after"])
        else:
            wait = parsedate_to_datetime(found["retry-after"]).timestamp() - now
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return wait if 0 <= wait < float("inf") else None
