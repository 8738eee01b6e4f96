"""What is not private stays: program text, logs, identifiers, and numbers shaped like cards and accounts."""

from __future__ import annotations

import pytest

from benchmarks.patterns.noise import NOISE, noise, program_text
from relay.detect.taxonomy import describe
from relay.types import Segment
from tests.support import patterns_only

ANALYZER = patterns_only()
ALLOWED = 1 / 10_000  # false alarms for a character


def alarms(text: str) -> list[str]:
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    return [span.entity_type for span in spans if describe(span.entity_type).default]


@pytest.mark.parametrize("kind", NOISE)
def test_noise_raises_few_alarms(kind: str) -> None:
    """At most one false alarm for 10 KB."""
    text = noise(kind)
    found = alarms(text)
    assert len(found) <= max(1, len(text) * ALLOWED), found


def test_program_text_raises_few_alarms() -> None:
    """The standard library's own files, addresses of authors and documentation ranges aside."""
    texts = list(program_text())
    found = [kind for text in texts for kind in alarms(text) if kind not in ("EMAIL_ADDRESS", "GIT_AUTHOR")]
    assert len(found) <= sum(map(len, texts)) * ALLOWED, found


@pytest.mark.parametrize(
    "text",
    [
        "Use S3, EKS, EC2 and Lambda with Python 3.11.7 and numpy 1.26.4 on localhost:8080",
        "Error 0x80070005 (E_ACCESSDENIED), HTTP 404, SQLSTATE 23505, ORA-00942, exit code 137",
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 in acme/repo, see issue #4711 and PR 1234",
        "Content-Type: application/json; charset=utf-8, Accept-Encoding: gzip, Cache-Control: max-age=3600",
        "from 09:00 to 17:30 on 2024-05-06, room 12.345, section 4.2.1, page 123-125, 10,000.50 EUR",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "pip install presidio-analyzer==2.2.360 && npm i @anthropic-ai/sdk@0.30.1",
        "const token = await getToken(); password = getpass(); api_key = os.environ['KEY']",
        "ISBN 978-3-16-148410-0, DOI 10.1000/182, RFC 5322, order no. 112-9988776-55443",
        "#ff00aa rgba(10, 20, 30, 0.5) 1920x1080 1e-5 3.14159265 [0.12, 0.34, 0.56]",
    ],
)
def test_technical_text_is_left_alone(text: str) -> None:
    """Versions, error codes, hashes, headers, times and example values are not private."""
    assert alarms(text) == []
