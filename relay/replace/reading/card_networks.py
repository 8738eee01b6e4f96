"""Read the network of a payment card from its first digits.

Source: the issuer identification numbers that the networks publish, ISO/IEC 7812-1; read in December 2026.
"""

from __future__ import annotations

from typing import Literal, get_args

from relay.replace.reading.plain import plain

__all__ = ["NETWORKS", "Network", "network_of"]

Network = Literal["amex", "diners", "discover", "jcb", "maestro", "mastercard", "mir", "rupay", "unionpay", "visa"]

# (first, last) of the leading digits, inclusive; the longest that fit decide.
_RANGES: dict[Network, tuple[tuple[str, str], ...]] = {
    "visa": (("4", "4"),),
    "mastercard": (("51", "55"), ("2221", "2720")),
    "amex": (("34", "34"), ("37", "37")),
    "discover": (("6011", "6011"), ("644", "649"), ("65", "65")),
    "diners": (("300", "305"), ("3095", "3095"), ("36", "36"), ("38", "39")),
    "jcb": (("3528", "3589"),),
    "unionpay": (("62", "62"),),
    "maestro": (("5018", "5018"), ("5020", "5020"), ("5038", "5038"), ("5893", "5893"), ("6304", "6304")),
    "rupay": (("81", "82"), ("508", "508"), ("6069", "6069")),
    "mir": (("2200", "2204"),),
}
NETWORKS = get_args(Network)
_LEAST_DIGITS, _MOST_DIGITS = 12, 19


def network_of(value: str) -> Network | None:
    """Return the network of a whole card number, or None for another number, or one that no range holds."""
    digits = "".join(char for char in plain(value) if char.isdigit())
    if not _LEAST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return None
    fits = [
        (len(first), name)
        for name, ranges in _RANGES.items()
        for first, last in ranges
        if first <= digits[: len(first)] <= last
    ]
    return max(fits)[1] if fits else None
