"""Where a secret stands: files of settings, program text of five languages, prose, a URL, a header, a log."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

__all__ = ["CARRIERS"]

# What a secret with a mark is called, as if by somebody careless.
_PLAIN = ("default", "value")


def _snake(words: Sequence[str]) -> str:
    return "_".join(words or _PLAIN)


def _camel(words: Sequence[str]) -> str:
    first, *rest = words or _PLAIN
    return first + "".join(map(str.capitalize, rest))


def _pascal(words: Sequence[str]) -> str:
    return "".join(map(str.capitalize, words or _PLAIN))


def _header(words: Sequence[str]) -> str:
    return "-".join(("X", *map(str.capitalize, words or _PLAIN)))


Carrier = Callable[[Sequence[str], str], str]

CARRIERS: Mapping[str, Carrier] = MappingProxyType(
    {
        "env": lambda words, value: f"DEBUG=0\n{_snake(words).upper()}={value}\nPORT=8080\n",
        "json": lambda words, value: json.dumps({"name": "web", _snake(words): value, "retries": 3}, indent=2),
        "yaml": lambda words, value: f"service:\n  {'-'.join(words or _PLAIN)}: {value}\n  replicas: 2\n",
        "python": lambda words, value: f'client = Client({_snake(words)}="{value}", timeout=30)\n',
        "go": lambda words, value: f'var {_camel(words)} string = "{value}"\n',
        "typescript": lambda words, value: f"export const {_camel(words)}: string = '{value}';\n",
        "java": lambda words, value: f'System.setProperty("{_snake(words).upper()}", "{value}");\n',
        "rust": lambda words, value: f'    let {_snake(words)}: &str = "{value}";\n',
        "prose": lambda words, value: f"By the way, the {' '.join(words or _PLAIN)} is {value} until we rotate it.\n",
        "url": lambda words, value: f"GET https://api.example.com/v2/items?{_snake(words)}={value}&page=2\n",
        "header": lambda words, value: f"curl -H '{_header(words)}: {value}' https://api.example.com/v2\n",
        "log": lambda words, value: f"2026-05-12 10:00:01 [DEBUG] client: Using {_pascal(words)}={value}\n",
    }
)
