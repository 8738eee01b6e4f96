"""Check digits that several kinds of number share. Each takes the bare characters, without spaces or hyphens."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["born", "iso7064_mod11_10", "iso7064_mod97", "luhn", "verhoeff", "weighted"]

_DOUBLED = str.maketrans("0123456789", "0246813579")
_BASE36 = {ord(char): str(int(char, 36)) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}

# The dihedral group D5 and the permutation of J. Verhoeff, "Error detecting decimal codes", 1969.
_D5 = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_PERMUTATION = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def luhn(digits: str) -> bool:
    """Tell whether the last digit is right by ISO/IEC 7812-1 annex B."""
    # Sums of character codes, each 48 more than its digit.
    total = sum(digits[-1::-2].encode()) + sum(digits[-2::-2].translate(_DOUBLED).encode())
    return (total - 48 * len(digits)) % 10 == 0


def iso7064_mod97(text: str) -> bool:
    """Tell whether letters and digits, check digits last, leave 1 modulo 97 (ISO 7064 MOD 97-10)."""
    return int(text.translate(_BASE36)) % 97 == 1


def verhoeff(digits: str) -> bool:
    """Tell whether the last digit is right by Verhoeff's scheme."""
    check = 0
    for place, char in enumerate(reversed(digits)):
        check = int(_D5[check][int(_PERMUTATION[place % 8][int(char)])])
    return check == 0


def is_issued_ssn(digits: str) -> bool:
    """Tell whether nine digits can be a United States social security number (SSA POMS RM 10201.035)."""
    area, group, serial = int(digits[:3]), int(digits[3:5]), int(digits[5:])
    return area not in (0, 666) and area < 900 and group != 0 and serial != 0 and len(set(digits)) > 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of the digits times their weights; as many digits are read as there are weights."""
    return sum(int(char) * weight for char, weight in zip(digits, weights, strict=False))


def iso7064_mod11_10(digits: str) -> bool:
    """Tell whether the last digit is right by ISO 7064 MOD 11,10 (German tax id, Croatian OIB)."""
    product = 10
    for char in digits[:-1]:
        product = (int(char) + product) % 10 or 10
        product = product * 2 % 11
    return (product + int(digits[-1])) % 10 == 1


def born(digits: str, order: str = "ymd") -> bool:
    """Tell whether the first six digits can be a date: year, month, day of two digits each in the given order."""
    parts = dict(zip(order, (digits[:2], digits[2:4], digits[4:6]), strict=True))
    return 1 <= int(parts["m"]) <= 12 and 1 <= int(parts["d"]) <= 31
