"""In a long run of base64 nothing is passed over that would have been found."""

from __future__ import annotations

import base64
import string
from itertools import product
from random import Random

import pytest

from relay.detect import encoded
from relay.detect.long_runs import LongRun

DIGITS = string.ascii_letters + string.digits + "+/"
TEXTS = (
    *(
        "maria.gonzalez@example.org",
        "na\u00efve caf\u00e9 au lait",
        "\u043f\u0440\u0438\u0432\u0435\u0442 Maria",
        "\u96fb\u8a71\u756a\u53f7\u306f",
        "a\u20acb\u20acc\u20acd",
    ),
    *(
        "\U0001f600\U0001f600\U0001f600",
        "\u00e9\U0001f600\U0001f600\u00e9",
        "4111 1111 1111 1111",
        "to\x1cbe\x1fread",
        "Dr. Mar\u00eda Jos\u00e9",
    ),
)
CODECS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1")
WRITTEN = {
    "base64": lambda data: base64.b64encode(data).decode().rstrip("="),
    "base32": lambda data: base64.b32encode(data).decode().rstrip("="),
    "hexadecimal": bytes.hex,
    "with 0x": lambda data: "0x" + data.hex(),
}


def random_digits(random: Random, least: int, most: int) -> str:
    return "".join(random.choices(DIGITS, k=random.randint(least, most)))


def is_tried(run: str, whole: LongRun, start: int, end: int) -> bool:
    return whole.may_be_text(start, end, encoded._SKIPS) or encoded._OTHER.fullmatch(run[start:end]) is not None


@pytest.mark.parametrize(("codec", "how"), list(product(CODECS, WRITTEN)))
def test_what_is_passed_over_is_no_text(codec: str, how: str) -> None:
    """Each part of a run that decodes to a text is tried, wherever it stands, whatever bytes stand beside the text."""
    random = Random(f"{codec} {how}")
    found = passed = 0
    for number in range(300):
        data = TEXTS[number % len(TEXTS)].encode(codec, "replace")
        data = random.randbytes(number % 3) + data + random.randbytes(number % 7)
        run = f"{random_digits(random, 90, 200)}/{WRITTEN[how](data)}+{random_digits(random, 90, 200)}"
        whole = LongRun(run)
        for part in encoded._PART.finditer(run):
            tried = is_tried(run, whole, *part.span())
            passed += not tried
            if encoded._inside(part.group()) is not None:
                found += 1
                assert tried, part.group()
    assert found > 10
    assert passed > 300


def test_a_run_longer_than_what_is_counted_at_once() -> None:
    random = Random(7)
    mail = base64.b64encode(b"maria.gonzalez@example.org").decode().rstrip("=")
    places = (0, 131_000, 131_072, 200_001)
    parts = [random_digits(random, 70_000, 70_000) + "/" for _ in places]
    run = "/".join(part + mail for part in parts) + "/"
    found = [plain for _, _, plain in encoded.encoded(run)]
    assert found.count("maria.gonzalez@example.org") == len(places)


def test_of_an_image_hardly_anything_is_tried() -> None:
    run = random_digits(Random(8), 100_000, 100_000)
    whole = LongRun(run)
    spans = [part.span() for part in encoded._PART.finditer(run)]
    assert sum(is_tried(run, whole, *span) for span in spans) < len(spans) / 4
