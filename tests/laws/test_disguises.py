"""Law 1 for disguised values: neither the value nor its disguise leaves, in any format, and it comes back as typed."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

import pytest

from relay.errors import PolicyRefused
from relay.exchange import Core
from tests.conftest import MakeCore
from tests.support import VALUES, begin, post

FULL_WIDTH = str.maketrans({char: chr(ord(char) + 0xFEE0) for char in map(chr, range(0x21, 0x7F))})
# Letters and digits of other scripts that look the same.
CYRILLIC = str.maketrans("aeopcxyiABEKMHOPCTX", "аеорсхуіАВЕКМНОРСТХ")
MATHEMATICAL = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

DISGUISES: dict[str, Callable[[str], str]] = {
    "homoglyphs": lambda value: value.translate(CYRILLIC).translate(MATHEMATICAL),
    "digits of another script": lambda value: value.translate(ARABIC_INDIC),
    "zero-width space": "\u200b".join,
    "zero-width joiner": "\u200d".join,
    "soft hyphen": "\u00ad".join,
    "full-width": lambda value: value.translate(FULL_WIDTH),
}
BODIES: dict[str, Callable[[str], Any]] = {
    "/v1/chat/completions": lambda text: {"model": "m", "messages": [{"role": "user", "content": text}]},
    "/v1/responses": lambda text: {"model": "m", "input": text},
    "/v1/messages": lambda text: {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}]},
    "/v1/models/m:generateContent": lambda text: {"contents": [{"role": "user", "parts": [{"text": text}]}]},
    "/api/chat": lambda text: {"model": "m", "messages": [{"role": "user", "content": text}]},
}
Form = Literal["NFC", "NFD"]
FORMS: tuple[Form, ...] = ("NFC", "NFD")
TYPES = ["EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "US_SSN"]


def read(text: str) -> str:
    """Return `text` as whoever undoes disguises would read it."""
    plain = unicodedata.normalize("NFKC", text.translate({ord(char): None for char in "\u200b\u200d\u00ad"}))
    for table in (CYRILLIC, ARABIC_INDIC):
        plain = plain.translate({there: here for here, there in table.items()})
    return plain.lower()


def leaves(core: Core, path: str, text: str) -> tuple[str, str]:
    """Return everything that leaves, decoded, and what comes back when the upstream repeats it."""
    exchange = begin(core, path)
    try:
        outbound = exchange.open(post(path, BODIES[path](text), x_goog_api_key="k"))
        tree = json.loads(outbound.body)
        exchange.start(400, (("content-type", "application/json"),))
        exchange.feed(outbound.body)
        return json.dumps(tree, ensure_ascii=False), json.dumps(json.loads(exchange.finish()), ensure_ascii=False)
    finally:
        exchange.close()


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("entity_type", TYPES)
@pytest.mark.parametrize("path", BODIES)
def test_a_disguised_value_does_not_leave(core: Core, path: str, entity_type: str, disguise: str) -> None:
    """Read without its disguise, what leaves holds no value; the client gets back the very characters it typed."""
    value = VALUES[entity_type]
    hidden = DISGUISES[disguise](value)
    out, back = leaves(core, path, f"please use {hidden} today")
    assert hidden not in out
    assert value.lower() not in read(out)
    assert json.dumps(hidden, ensure_ascii=False)[1:-1] in back


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("form", FORMS)
def test_composed_and_decomposed_letters_are_one_value(core: Core, path: str, form: Form) -> None:
    """A value with accents is found in both forms, also where only the other one was given away."""
    word = "Ünlü-Şifre7é"
    (other,) = (unicodedata.normalize(each, word) for each in FORMS if each != form)
    out, _ = leaves(core, path, f"my password is {unicodedata.normalize(form, word)} and again {other} here")
    assert unicodedata.normalize("NFC", word) not in unicodedata.normalize("NFC", out)


def test_reading_undoes_every_disguise() -> None:
    """The reference is not blind: it would see a disguised value that left."""
    for disguise in DISGUISES.values():
        for entity_type in TYPES:
            assert VALUES[entity_type].lower() in read(disguise(VALUES[entity_type]))


# How a whole text may be written so that words do not show: the disguises of values, and every encoding that is undone.
SPELLINGS: dict[str, Callable[[str], str]] = {
    **{name: disguise for name, disguise in DISGUISES.items() if name != "digits of another script"},
    "as written": str,
    "percent": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent, reserved only": lambda text: quote(text, safe=""),
    "HTML references": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "hexadecimal references": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "JSON escapes": lambda text: "".join(f"\\u{ord(char):04x}" for char in text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "spaced out": lambda text: "  ".join(" ".join(word) for word in text.split()),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
}
CLASS_POLICY = """
version: 1
model: none
trade_secrets: {{markers: [STRICTLY INTERNAL], code_names: [Bläuling]}}
rules: [{{class: {data_class}, {order}, why: w}}]
"""
WORDS = {
    "PHI": ["chemotherapy", "the patient has a diagnosis of asthma"],
    "PRIVILEGED": ["attorney-client privileged communication"],
    "TRADE_SECRET": ["STRICTLY INTERNAL", "the Bläuling plan"],
}
CASES = [
    (data_class, text, order)
    for data_class, texts in WORDS.items()
    for text in texts
    for order in ("require: local", "action: block")
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize(("data_class", "text", "order"), CASES)
def test_a_data_class_holds_in_every_spelling(
    make_core: MakeCore, data_class: str, text: str, order: str, spelling: str
) -> None:
    """What has to stay or is refused does so however its words are written; other words in that spelling do not."""
    core = make_core(CLASS_POLICY.format(data_class=data_class, order=order))
    for said, refused in ((text, True), ("the weather in the mountains is fine", False)):
        if spelling == "spaced out" and len(said.split()) > 1:
            continue  # where one word ends is not written there
        body = f"I am {VALUES['EMAIL_ADDRESS']}, about: {SPELLINGS[spelling](said)}"
        for _ in range(2):  # the second time the text is known
            exchange = begin(core, "/v1/chat/completions")
            try:
                exchange.open(post("/v1/chat/completions", BODIES["/v1/chat/completions"](body)))
                assert not refused
            except PolicyRefused:
                assert refused
            finally:
                exchange.close()
