"""Short numbers whose name tells what they are, in every carrier of names, beside other numbers with as many digits."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from relay.exchange import Core
from relay.types import Segment
from tests.counted import steps
from tests.support import chat, patterns_only, sent

# Name, digits.
CODES = {
    "cvv": 417,
    "card_cvv": 4173,
    "cvc2": 417,
    "cardSecurityCode": 417,
    "verification_value": 417,
    "pin": 4821,
    "cardPin": 4821,
    "sim-pin": 48217,
    "PIN_CODE": 482173,
    "puk": 48217345,
    "otp": 482173,
    "otpCode": 4821,
    "one_time_code": 4821,
    "mfa_code": 482,
    "door code": 482,
    "lockbox_code": 4821,
    "ssn_last4": 4821,
    "social_security_last_four": 4821,
    "zip": 8001,
    "postal_code": 2134,
}
OTHERS = {
    "port": 8080,
    "count": 123,
    "http_status": 404,
    "status_code": 404,
    "code": 4821,
    "pin_count": 4821,
    "pins": 4821,
    "spin": 4821,
    "opinion": 4821,
    "gpio_pin": 4821,
    "mapping": 4821,
    "pinned": 4821,
    "cvv_length": 417,
    "otp_ttl": 300,
    "year": 1984,
    "hotp_window": 482,
    "exit_code": 137,
    "unzip": 8001,
    "post": 8001,
    "zip_level": 8001,
    "last4": 48,
    "pin ": 48,
}
CARRIERS: dict[str, Callable[[str, int], tuple[str, str]]] = {
    "leaf": lambda name, number: (str(number), name),
    "object": lambda name, number: (json.dumps({"a": 1, name: number, "b": "x"}), ""),
    "object of strings": lambda name, number: (json.dumps({name: str(number)}), ""),
    "columns": lambda name, number: (f"row,{name},other\n1,{number},7\n", ""),
    "table": lambda name, number: (f"| row | {name} |\n|---|---|\n| 1 | {number} |\n", ""),
    "setting": lambda name, number: (f"{name}={number}\n", ""),
    "line": lambda name, number: (f"{name}: {number}", ""),
    "quoted": lambda name, number: (f"'{name}' => '{number}',", ""),
}


def found(text: str, label: str = "") -> list[str]:
    (row,) = patterns_only().analyze([Segment(pointer="/0", text=text, label=label)])
    return [text[span.start : span.end] for span in row]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_codes_beside_other_numbers(carrier: str) -> None:
    """Each code is found, whole; each other number is left alone."""
    for name, number in CODES.items():
        assert found(*CARRIERS[carrier](name, number)) == [str(number)], name
    for name, number in OTHERS.items():
        assert found(*CARRIERS[carrier](name, number)) == [], name


@pytest.mark.parametrize(
    "text", ["pin: 4821.5", "pin: 4821-22", "cvv: 41738", "the pin 4821", "otp 482", "pin: 12", "door code 482: 7"]
)
def test_near_misses(text: str) -> None:
    """Another number, or none behind a sign."""
    assert found(text) == []


def arguments(values: dict[str, Any]) -> dict[str, Any]:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": json.dumps(values)}}
    return {"model": "m", "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}


def use(values: dict[str, Any]) -> dict[str, Any]:
    block = {"type": "tool_use", "id": "t", "name": "f", "input": {"deep": [values]}}
    return {"model": "m", "max_tokens": 9, "messages": [{"role": "assistant", "content": [block]}]}


def result(values: dict[str, Any]) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "tool", "tool_call_id": "c1", "content": json.dumps([values, 7])}]}


PLACES: dict[str, tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "arguments": ("/v1/chat/completions", arguments),
    "input of a tool": ("/v1/messages", use),
    "result of a tool": ("/v1/chat/completions", result),
    "unknown field": ("/v1/chat/completions", lambda values: chat("hello", brand_new={"deep": [values]})),
}


@pytest.mark.parametrize("place", PLACES)
def test_numbers_of_json(core: Core, place: str) -> None:
    """A number under such a key becomes a placeholder; under another key it stays a number."""
    path, make = PLACES[place]
    codes = {name: number for name, number in CODES.items() if number < 10_000}
    nested = {"security": {"code": 417}, "pin": {"value": 4821}}
    body = sent(core, path, make({**codes, **nested})).body.decode().replace("\\", "")
    for number in codes.values():
        assert f": {number}" not in body, number
        assert f":{number}" not in body, number
    body = sent(core, path, make(OTHERS)).body.decode().replace("\\", "").replace(": ", ":")
    for name, number in OTHERS.items():
        assert f'"{name}":{number}' in body


def test_work_is_linear() -> None:
    """For names without a number, and numbers without a name."""
    for unit in ("pin", "pin: ", "cvv=", "otp_code ", '"pin":4821,', "door ", "4821 "):
        text = unit * (8_000 // len(unit))
        assert steps(lambda text=text: found(text)) <= 300 * 8_000  # type: ignore[misc]
