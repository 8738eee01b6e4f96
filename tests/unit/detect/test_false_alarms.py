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
        "--- PASS: TestLogin_ok (0.00s)\nPASS: tests/test_login.py\nPASS src/login.test.ts",
        "pnpm add -D @vitejs/plugin-vue@4.2.3 @babel/core@7.22.9",
        "ssh -T git@github.com; Co-Authored-By: <noreply@example.com>; getty@tty1.service",
        "snowflake.password=\njdbc.snowflake.url=\ntoken:\nsecret=",
        "https://example.org/images/2018-250-xoxo-indieweb-1.jpg",
        "http://example.org/assets/video_box.ico-7a388b69018576d24b59331fd60aab0d.png",
        "/static/app.key-7a388b69018576d24b59331fd60aab0d.js",
        'notes = "Maven - io.jsonwebtoken:jjwt-jackson-0.11.2"',
        "api_key: io.example:core:1.2.3, token = left-pad==1.3.0",
        "SSN 666-12-9998, ssn: 000-12-3456, 900-12-3456, 536-00-1234, 536-22-0000",
        "card 4111 1111 1111 1117, visa 4242424242424241",
        "ZIP 1234 is invalid",
        "mawk (1.3.4.20200120-1), libedit2 (3.1-20221030-2), clause 252.227-7013",
        "0.19 - 2019-10-01, 1.3.6 (2021-09-13), copyright 2016-2020",
        "Requirement already satisfied: tox (from tool->pkg==3.13.0) (2024.2)",
        'CERTIFICATE_POLICIES = ObjectIdentifier("2.5.29.32"); STREET_ADDRESS = "2.5.4.9"; ED25519 = "1.3.101.112"',
        "settings.local.json, from example.internal.coverage import check, import com.example.internal.Core;",
        "lrwxrwxrwx 1 root root 10 hostname\n-rwxr-xr-x 1 root root 4096 run.sh",
        'Changes not staged for commit:\n  (use "git add <file>..." to update)',
        "Follow me on Twitter: https://example.org, GitHub: issues, https://example.org/issues",
        "username : human-readable identifier for the owner",
        "/home/ubuntu/app, /home/runner/work, /home/node/x, /Users/runner/y, /home/vscode/z",
        "API_KEY=YOUR_API_KEY PASSWORD=${DB_PASSWORD} password: string, SECRET=changeme, token: <token>",
        "password = content.auth.password; def login(user, password): ...",
        "abacate abacaxi abater abelha abismo abrir acabar acalmar acampar acanhar acaso aceitar",
        "1E0\t\t0226 0304\n1E1\t\t0227 0304\n22E\t\t0415 0300",
        "#ff00aa rgba(10, 20, 30, 0.5) 1920x1080 1e-5 3.14159265 [0.12, 0.34, 0.56]",
    ],
)
def test_technical_text_is_left_alone(text: str) -> None:
    """Versions, error codes, hashes, headers, times and example values are not private."""
    assert alarms(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PASS=Tr0ub4dor&3x", ["PASSWORD"]),
        ("DB_PASS: Tr0ub4dor&3x", ["PASSWORD"]),
        ("contact maria@example.com or git-team@example.com", ["EMAIL_ADDRESS", "EMAIL_ADDRESS"]),
        ("my card is 4111 1111 1111 1117", ["CREDIT_CARD"]),
        ("card number: 4111 1111 1111 1117", ["CREDIT_CARD"]),
        ("card 4111 1111 1111 1111", ["CREDIT_CARD"]),
        ("SSN 536-22-1874", ["US_SSN"]),
        ("ITIN 912-70-1234", ["US_ITIN"]),
        ("ZIP 62704 and zip: 3520", ["POSTCODE", "POSTCODE"]),
        ("xoxo-123456789012-abcdefghij", ["SLACK_TOKEN"]),
        ("key-7a388b69018576d24b59331fd60aab0d", ["API_KEY"]),
        ("call (415) 555-0132 or 415.555.0132", ["PHONE_NUMBER", "PHONE_NUMBER"]),
        ("+49 (0) 30 901820", ["PHONE_NUMBER"]),
        ("hostname: web-01", ["HOST_NAME"]),
        ("db-3.prod.internal", ["HOST_NAME"]),
        ("# TODO(maria): remove", ["USERNAME"]),
        ("Merge pull request #12 from mgonzalez/fix-login", ["USERNAME"]),
        ("Commit:     Ines Okafor <ines@example.com>", ["GIT_AUTHOR", "EMAIL_ADDRESS"]),
        ("/home/mgonzalez/app", ["HOME_PATH"]),
        ("username: jdoe", ["USERNAME"]),
    ],
)
def test_what_is_private_in_technical_text_is_found(text: str, found: list[str]) -> None:
    """The neighbours of the false alarms above are still found."""
    assert alarms(text) == found
