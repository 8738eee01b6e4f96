"""A private key is found whatever logs and notebooks write around its lines, with its end line or without."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random

import pytest

from relay.types import Segment
from tests.counted import steps
from tests.support import patterns_only

RANDOM = Random(23)
KINDS = ("PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
Lines = list[str]


def key(kind: str, size: int = 610, width: int = 64) -> Lines:
    """Return the lines of an armor; the first octets are those of a sequence."""
    body = base64.b64encode(b"\x30\x82" + RANDOM.randbytes(size)).decode()
    pieces = [body[start : start + width] for start in range(0, len(body), width)]
    return [f"-----BEGIN {kind}-----", *pieces, f"-----END {kind}-----"]


def behind(prefix: str) -> Callable[[Lines], str]:
    """Return a carrier that writes `prefix` before each line; `#` is the number of the line in it."""
    return lambda lines: "".join(f"{prefix.replace('#', f'{place:02}')}{line}\n" for place, line in enumerate(lines))


def docker(lines: Lines) -> str:
    rows = (
        {"log": f"{line}\n", "stream": "stdout", "time": f"2031-05-01T10:00:{n:02}Z"} for n, line in enumerate(lines)
    )
    return "".join(f"{json.dumps(row)}\n" for row in rows)


CARRIERS: dict[str, Callable[[Lines], str]] = {
    "maven": behind("[INFO] "),
    "kubectl": behind("[pod/web-1/app] "),
    "journal": behind("May 01 10:00:# web1 app[1234]: "),
    "runner": behind("  [stdout] "),
    "kernel": behind("[  123.#] "),
    "ansible": behind("ok: [web1] => "),
    "clock": behind("[10:00:#] "),
    "klog": behind("I0501 10:00:#.000000       1 main.go:12] "),
    "a digest": behind(f"{'0123456789abcdef' * 4} [app] "),
    "two prefixes": behind("[build] [2031-05-01T10:00:#.000Z] "),
    "carriage returns": lambda lines: "".join(f"[INFO] {line}\r\n" for line in lines),
    "docker": docker,
    "notebook": lambda lines: json.dumps({"source": [f"{line}\n" for line in lines]}, indent=1),
    "list": lambda lines: json.dumps([f"{line}\n" for line in lines]),
    "list of words": lambda lines: repr(lines),
}


def left(text: str) -> str:
    (spans,) = patterns_only().analyze([Segment(pointer="", text=text)])
    for span in reversed(spans):
        text = f"{text[: span.start]}#{text[span.end :]}"
    return text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("carrier", CARRIERS)
def test_no_line_of_a_key_leaves(carrier: str, kind: str) -> None:
    """Neither with its end line nor without; what stands before it, and behind its end line, stays."""
    for lines in (key(kind), key(kind, 118), key(kind, 610, 70)):
        for part in (lines, lines[:-1]):
            rest = left(f"see\n{CARRIERS[carrier](part)}and so on")
            assert not [line for line in lines[1:-1] if line in rest]
            assert rest.startswith("see\n")
        assert left(f"see\n{CARRIERS[carrier](lines)}and so on").endswith("and so on")


def test_lines_of_another_width_end_with_the_end_line() -> None:
    """A line that something broke does not end a key whose end line is there."""
    lines = key("PRIVATE KEY", 1_200)
    lines[9] = f"{lines[9][:30]} {lines[9][30:]}"
    rest = left(CARRIERS["maven"](lines) + "and so on")
    assert not [line for line in lines[1:-1] if line in rest]
    assert rest.endswith("and so on")


@pytest.mark.parametrize(
    "text",
    [
        "[INFO] -----BEGIN PRIVATE KEY-----\n[INFO] none here\n[INFO] -----END PRIVATE KEY-----\n",
        'if "-----BEGIN PRIVATE KEY-----" in text: raise Refused',
        f"grep -n '-----BEGIN PRIVATE KEY-----' x\n[a] commit {'9fceb02d0ae598e95dc970b74767f19372d61af8'}\n",
        f'assert "-----BEGIN PRIVATE KEY-----" in text\nassert path == "{"name/" * 9}"\n',
    ],
)
def test_near_misses(text: str) -> None:
    """The line that begins a key, where none follows."""
    assert left(text) == text


_PLAIN = "qzWGxneaaWmCahErakuwsxERJxWlMmkZ"
_HEX = "".join(f"{bytes(range(line, line + 16)).hex()}\n" for line in range(0, 256, 16))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f'{{"kty":"OKP","crv":"Ed25519","d":"{_PLAIN}","x":"a"}}', '{"kty":"OKP","crv":"Ed25519","d":"#","x":"a"}'),
        (f'{{"d": "{_PLAIN}", "kty": "EC"}}', '{"d": "#", "kty": "EC"}'),
        (f'{{"kty":"RSA","p":"{_PLAIN}","q":"{_PLAIN}"}}', '{"kty":"RSA","p":"#","q":"#"}'),
        (f'{{\n "kty": "oct",\n "k": "{_PLAIN}"\n}}', '{\n "kty": "oct",\n "k": "#"\n}'),
        (f'"{{\\"kty\\":\\"EC\\",\\"d\\":\\"{_PLAIN}\\"}}"', '"{\\"kty\\":\\"EC\\",\\"d\\":\\"#\\"}"'),
        (f"{{'kty': 'EC', 'd': '{_PLAIN}'}}", "{'kty': 'EC', 'd': '#'}"),
        (
            f"<RSAKeyValue><Modulus>{_PLAIN[::-1]}</Modulus><P>{_PLAIN}=</P><D>{_PLAIN}=</D></RSAKeyValue>",
            f"<RSAKeyValue><Modulus>{_PLAIN[::-1]}</Modulus><P>#</P><D>#</D></RSAKeyValue>",
        ),
        (
            f"a\n-----BEGIN OpenVPN Static key V1-----\n{_HEX}-----END OpenVPN Static key V1-----\nb",
            "a\n#\nb",
        ),
    ],
)
def test_parts_of_keys(text: str, rest: str) -> None:
    """What is private of a JWK and of an RSA key in XML; the static key of OpenVPN."""
    assert left(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        f'{{"d":"{_PLAIN}","x":1}}',
        f'{{"kty":"EC","x":"{_PLAIN}","y":"{_PLAIN}","kid":"{_PLAIN}"}}',
        f'{{"a":{{"kty":"EC"}},"d":"{_PLAIN}"}}',
        f'{{"d":"{_PLAIN}","a":{{"kty":"EC"}}}}',
        f'{{"kty":"none","d":"{_PLAIN}"}}',
        f"<D>{_PLAIN}</D>",
        f"<RSAKeyValue><Modulus>{_PLAIN}</Modulus></RSAKeyValue><D>{_PLAIN}</D>",
        "-----BEGIN OpenVPN Static key V1----- is the first line",
    ],
)
def test_parts_of_other_objects(text: str) -> None:
    """The same members and elements where nothing says that they are a key's, and what of a key is public."""
    assert left(text) == text


def test_work_is_linear() -> None:
    """For beginnings alone, and for keys that never end."""
    line = "[INFO] -----BEGIN PRIVATE KEY-----\n"
    for unit in (
        line,
        f"{line}[INFO] {'Mx7Q' * 16}\n",
        f"[INFO] {'Mx7Q' * 16}\n",
        f"{line}[INFO] {'a' * 40} b\n",
        '"d":"aWGxneaaWmCahErakuwsxER",',
    ):
        text = line + unit * (24_000 // len(unit))
        assert steps(lambda text=text: left(text)) <= 300 * len(text)  # type: ignore[misc]
