"""Text that reads like secrets and holds none: stand-ins, calls, hashes, identifiers, prose, and real program text."""

from __future__ import annotations

import sysconfig
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha1, sha256, sha512
from pathlib import Path
from random import Random
from uuid import UUID

__all__ = ["negatives", "program_files"]

_SEED = 11
_EACH = 6

_NAMES = ("API_KEY", "apiKey", "auth_token", "client-secret", "DB_PASSWORD", "password", "secret_key", "accessToken")
_STAND_INS = (
    "YOUR_API_KEY",
    "<token>",
    "${SECRET}",
    "$TOKEN",
    "{{ vault_token }}",
    "xxxxxxxxxxxx",
    "****",
    "changeme",
    "<your-key-here>",
    "...",
    "REPLACE_ME",
    "[REDACTED]",
    "%SECRET%",
    "{api_key}",
    "null",
    "example",
)
_CALLS = (
    'os.environ["X"]',
    "os.getenv('API_KEY')",
    "process.env.API_KEY",
    "getpass.getpass()",
    "config.get('token')",
    "await fetchToken(user)",
    "self._token",
    "request.headers['x-token']",
    'System.getenv("TOKEN")',
    "uuid.uuid4().hex",
    "secrets.token_urlsafe(32)",
    "settings.SECRET_KEY",
    "ENV.fetch('SECRET_KEY_BASE')",
    "user.access_token",
    "None",
)
# Sections of lines: prose, and pieces of programs, settings and logs; `\\n` is a line end.
_LINES = Path(__file__).with_name("negatives.txt")


def _sections() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in _LINES.read_text(encoding="utf-8").splitlines():
        if line in ("[prose]", "[code]"):
            rows = found.setdefault(line[1:-1], [])
        else:
            rows.append(line.replace("\\n", "\n"))
    return found


def _hashes(random: Random) -> Iterator[str]:
    """Yield digests and identifiers where they usually stand."""
    for _ in range(_EACH):
        seed = random.randbytes(16)
        one, two, long = sha1(seed).hexdigest(), sha256(seed).hexdigest(), sha512(seed).hexdigest()
        base, uuid = b64encode(sha512(seed).digest()).decode(), str(UUID(bytes=seed, version=4))
        yield f"commit {one}"
        yield f"{one} Fix the token parser"
        yield f"index {one[:7]}..{two[:7]} 100644"
        yield f'"integrity": "sha512-{base}"'
        yield f"    --hash=sha256:{two}"
        yield f'checksum = "{two}"'
        yield f"golang.org/x/crypto v0.21.0 h1:{base[:43]}="
        yield f"image: registry.example.com/app@sha256:{two}"
        yield f"key: {one}-node-modules"
        yield f'{{"key": "{uuid}", "value": 3}}'
        yield f'<tr key="{uuid}">'
        yield f"primary_key: {uuid}"
        yield f"cacheKey={two}"
        yield f'row_key = "{uuid}"'
        yield f"request_id={uuid} trace={one[:32]} span={one[:16]}"
        yield f"/static/app.key-{one[:32]}.js"
        yield f"{two}  token-service-1.2.3.tar.gz"
        yield f"public_key = {base[:44]}"
        yield f"fingerprint SHA256:{base[:43]}"
        yield f'etag: "{one[:32]}"'
        yield f"md5: {one[:32]}"
        yield f"password_sha: see {long[:12]}"
        yield f"s3://bucket/{uuid}/key-{random.randint(1, 99)}.json"
        yield f"urn:uuid:{uuid}"


def negatives() -> dict[str, list[str]]:
    """Return the lines without a secret, by kind; always the same ones."""
    random = Random(_SEED)
    signs = ("=", ": ", " = ", '="', "': '")
    stand_ins = [
        f"{name}{sign}{value}{sign[-1:] if sign[-1:] in _QUOTES else ''}"
        for name in _NAMES
        for value in _STAND_INS
        for sign in random.sample(signs, 1)
    ]
    calls = [f"{name}{random.choice(('=', ' = ', ': '))}{value}" for name in _NAMES for value in _CALLS]
    return {
        "stand-ins": stand_ins,
        "calls": calls,
        **_sections(),
        "hashes and ids": list(_hashes(random)),
    }


_QUOTES = "\"'"

_MODULES = (
    "argparse.py",
    "ast.py",
    "ctypes/__init__.py",
    "ftplib.py",
    "getpass.py",
    "hashlib.py",
    "hmac.py",
    "http/client.py",
    "http/cookies.py",
    "imaplib.py",
    "json/decoder.py",
    "netrc.py",
    "pickle.py",
    "secrets.py",
    "shlex.py",
    "smtplib.py",
    "ssl.py",
    "telnetlib.py",
    "tokenize.py",
    "urllib/request.py",
    "uuid.py",
    "xmlrpc/client.py",
    "zipfile.py",
)
_PACKAGES = ("httpx/_auth.py", "httpx/_urls.py", "aiohttp/helpers.py", "aiohttp/client.py", "cryptography/fernet.py")
_PACKAGES += (
    "yaml/scanner.py",
    "yaml/tokens.py",
    "pydantic/types.py",
    "typer/core.py",
    "rich/traceback.py",
    "idna/core.py",
)


def program_files() -> Iterator[str]:
    """Yield modules of the standard library and of installed packages that speak of keys, tokens and passwords."""
    library, packages = Path(sysconfig.get_path("stdlib")), Path(__import__("yaml").__file__).parents[1]
    for path in (*(library / name for name in _MODULES), *(packages / name for name in _PACKAGES)):
        if path.is_file():
            yield path.read_text(encoding="utf-8")
