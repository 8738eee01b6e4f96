"""No regular expression of relay reads a text in exponentially many ways."""

import json
import re
import subprocess
import sys
import time

import pytest

from relay.detect.entropy import reads_as_words
from relay.wire.protocol_words import passes
from tests.ambiguity import ambiguous
from tests.support import patterns_only


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"(?:a+)+!", True),
        (r"(?:a*)*!", True),
        (r"(?:a|a)*!", True),
        (r"(?:a|b|ab)*c", True),
        (r"(?:[A-Z]?[a-z]+|[A-Z]{2,})+\d", True),
        (r"(?:x{1,20}|[a-z]{1,20})*!", True),
        (r"(?:-(?:[A-Za-z]{1,24}|[A-Za-z0-9]{1,8}))*!", True),
        (r"(?i:(?:kx|KX)*)!", True),
        (r"(?:\d{1,2}-?){10,}!", True),
        (r"a*b*", False),
        (r"[a-z]*[a-z]*", False),  # polynomial, not exponential
        (r"(?:a|b)*", False),
        (r"(?:a+b)+", False),
        (r"(?:\.[a-z]{1,20})*", False),
        (r"(?:[0-9a-f]{2}){8,}", False),
        (r"(?:[a-z]++|[A-Z]{2,}+|[A-Z](?=[a-z]))++\d", False),
        (r"(?:[a-z]+(?![a-z]) ?)*", False),
        (r"(?:\d{2}-?){10,}!", False),
    ],
)
def test_what_is_ambiguous(pattern: str, expected: bool) -> None:
    """Near misses are beside hits."""
    assert ambiguous(pattern) is expected


def test_no_expression_is_ambiguous() -> None:
    """Of all that the modules of relay compile; the texts of clients and upstreams decide how they are read."""
    done = subprocess.run([sys.executable, "-m", "tests.compiled_expressions"], capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert len(found) > 400
    assert [where for pattern, flags, where in found if ambiguous(re.compile(pattern, flags))] == []


WORDS = ["abcdefghijklmnopqrstuvwxyz", "thisIsALongNameOfAVariable" * 4, "HTTPServerError" * 9, "a-b_c.d" * 20]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("end", ["1!", "9~", "0/=", "!", "é"])
@pytest.mark.parametrize("label", ['client_id: "{}"', 'access_token: "{}"', "secret_key = {}", "my api key is {}"])
def test_names_of_words_that_end_in_a_sign(word: str, end: str, label: str) -> None:
    """Stand-ins as documentation has them cost what other lines do. The bound is a thousand times what they take."""
    begun = time.thread_time()
    patterns_only().find(label.format(word + end))
    reads_as_words(word + end)
    passes(f"{'a-' * 100}{'x' * 30}{end}"[-256:])
    assert time.thread_time() - begun < 2
