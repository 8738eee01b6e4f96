"""Opaque content that policy lets relay open: images written anew, text files scrubbed, everything else refused."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from relay.errors import OpaqueRefused
from relay.exchange import Core
from tests.conftest import MakeCore
from tests.support import begin, chat, forms, post, sent

MAIL = "maria@example.org"
POLICY = "version: 1\nmodel: none\nopaque: {images: reencode, files: scrub}\n"
CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
GEMINI, OLLAMA = "/v1beta/models/m:generateContent", "/api/chat"


@pytest.fixture(scope="module")
def opening(make_core: MakeCore) -> Core:
    return make_core(POLICY)


def encoded(data: bytes | str) -> str:
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def photo(kind: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "taken by Canary"
    out = io.BytesIO()
    Image.new("RGB", (8, 4)).save(out, kind, exif=exif)
    return out.getvalue()


PHOTO = encoded(photo())
IMAGES = {
    "chat": (CHAT, chat([{"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{PHOTO}"}}])),
    "chat, bare url": (CHAT, chat([{"type": "image_url", "image_url": f"data:image/jpeg;base64,{PHOTO}"}])),
    "messages": (
        MESSAGES,
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PHOTO}}
                    ],
                }
            ]
        },
    ),
    "messages, tool result": (
        MESSAGES,
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {
                            "type": "tool_result",
                            "tool_use_id": "t",
                            "content": [
                                {
                                    "type": "image",
                                    "source": {"type": "base64", "media_type": "image/jpeg", "data": PHOTO},
                                }
                            ],
                        }
                    ],
                }
            ]
        },
    ),
    "responses": (
        RESPONSES,
        {
            "input": [
                {"role": "user", "content": [{"type": "input_image", "image_url": f"data:image/jpeg;base64,{PHOTO}"}]}
            ]
        },
    ),
    "gemini": (GEMINI, {"contents": [{"parts": [{"inlineData": {"mimeType": "image/jpeg", "data": PHOTO}}]}]}),
    "gemini, snake": (GEMINI, {"contents": [{"parts": [{"inline_data": {"mime_type": "image/jpeg", "data": PHOTO}}]}]}),
    "ollama": (OLLAMA, {"model": "m", "messages": [{"role": "user", "content": "x", "images": [PHOTO, PHOTO]}]}),
    "unknown field": (CHAT, chat("hi", brand_new=f"data:image/jpeg;base64,{PHOTO}")),
}


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_loses_its_metadata_wherever_it_stands(opening: Core, name: str) -> None:
    """In every format's way of holding it; the picture goes on."""
    path, body = IMAGES[name]
    out = sent(opening, path, body, x_goog_api_key="k").body
    for form in forms("taken by Canary").values():
        assert form not in out
    assert PHOTO.encode() not in out
    assert out.count(b"/9j/") == (2 if name == "ollama" else 1)  # how a JPEG begins in base64


def test_a_media_type_follows_what_was_written(opening: Core) -> None:
    """GIF becomes PNG, in a data URL and beside bare base64 alike."""
    out = io.BytesIO()
    Image.new("P", (2, 2)).save(out, "GIF")
    gif = encoded(out.getvalue())
    body = sent(opening, CHAT, chat([{"type": "image_url", "image_url": {"url": f"data:image/gif;base64,{gif}"}}])).body
    assert b"data:image/png;base64,iVBOR" in body
    part = {"inlineData": {"mimeType": "image/gif", "data": gif}}
    body = sent(opening, GEMINI, {"contents": [{"parts": [part]}]}, x_goog_api_key="k").body
    assert json.loads(body)["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "image/png"


TEXTS = {
    "plain": ("text/plain", f"ask {MAIL} about it", "ask [EMAIL_ADDRESS_1] about it"),
    "byte order mark": ("text/plain", f"\ufeffask {MAIL}", "ask [EMAIL_ADDRESS_1]"),
    "parameters": ("text/plain;charset=utf-8", f"ask {MAIL}", "ask [EMAIL_ADDRESS_1]"),
    "csv": ("text/csv", f"name,mail\nx,{MAIL}\n", "name,mail\nx,[EMAIL_ADDRESS_1]\n"),
    "markdown": ("text/markdown", f"* [x](mailto:{MAIL})", "* [x](mailto:[EMAIL_ADDRESS_1])"),
    "json": (
        "application/json",
        '{ "mail" : "maria\\u0040example.org", "n": 1 }',
        '{ "mail" : "[EMAIL_ADDRESS_1]", "n": 1 }',
    ),
    "xml": ("application/xml", f"<a>{MAIL}</a>", "<a>[EMAIL_ADDRESS_1]</a>"),
    "svg": ("image/svg+xml", f"<svg>{MAIL}</svg>", None),  # an image by its name, and none that is written anew
    "nothing private": ("text/plain", "all quiet", "all quiet"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_file_is_scrubbed(opening: Core, name: str) -> None:
    """Decoded, scrubbed like any other text, and encoded again; what comes of it is what the provider reads."""
    media, text, clean = TEXTS[name]
    part = {"inlineData": {"mimeType": media, "data": encoded(text)}}
    url = {"type": "file", "file": {"filename": "a", "file_data": f"data:{media};base64,{encoded(text)}"}}
    if clean is None:
        with pytest.raises(OpaqueRefused):
            sent(opening, GEMINI, {"contents": [{"parts": [part]}]}, x_goog_api_key="k")
        return
    body = json.loads(sent(opening, GEMINI, {"contents": [{"parts": [part]}]}, x_goog_api_key="k").body)
    found = base64.b64decode(body["contents"][0]["parts"][0]["inlineData"]["data"]).decode()
    assert found.removeprefix("\ufeff") == clean
    body = json.loads(sent(opening, CHAT, chat([url])).body)
    found = body["messages"][0]["content"][0]["file"]["file_data"]
    assert found.startswith(f"data:{media};base64,")
    assert base64.b64decode(found.partition(",")[2]).decode().removeprefix("\ufeff") == clean


def test_a_file_is_read_where_it_stands(opening: Core) -> None:
    """Placeholders are numbered in reading order, a file's among the messages', and answers are restored from it."""
    parts = [
        {"type": "input_text", "text": "from a@example.org"},
        {"type": "input_file", "filename": "f.txt", "file_data": f"data:text/plain;base64,{encoded('b@example.org')}"},
        {"type": "input_text", "text": "to c@example.org"},
    ]
    exchange = begin(opening, RESPONSES)
    body = json.loads(exchange.open(post(RESPONSES, {"input": [{"role": "user", "content": parts}]})).body)
    content = body["input"][0]["content"]
    assert [content[0]["text"], content[2]["text"]] == ["from [EMAIL_ADDRESS_1]", "to [EMAIL_ADDRESS_3]"]
    exchange.start(200, (("content-type", "application/json"),))
    part = {"type": "output_text", "text": "[EMAIL_ADDRESS_2]"}
    answer = {"output": [{"type": "message", "role": "assistant", "content": [part]}]}
    exchange.feed(json.dumps(answer).encode())
    assert b"b@example.org" in exchange.finish()


def test_stop_strings_are_still_found_behind_a_file(opening: Core) -> None:
    """The segments of a file move those behind them."""
    file = {"type": "file", "file": {"file_data": f"data:text/plain;base64,{encoded(MAIL)}"}}
    with pytest.raises(Exception, match="/stop"):
        sent(opening, CHAT, chat([file], stop="]"))


def pdf(data: str) -> dict[str, Any]:
    return {"type": "file", "file": {"filename": "f", "file_data": data}}


@pytest.mark.parametrize(
    ("part", "key"),
    [
        (pdf(f"data:application/pdf;base64,{encoded('%PDF-1.7')}"), "files"),
        (pdf(f"data:text/rtf;base64,{encoded('x')}"), "files"),
        (pdf(f"data:text/plain;base64,{encoded(b'caf' + bytes([0xE9]))}"), "files"),
        (pdf(f"data:text/plain;base64,{encoded(chr(0))}"), "files"),
        (pdf("data:text/plain;base64,*not base64*"), "files"),
        (pdf("data:text/plain,percent%20encoded"), "files"),
        (pdf(encoded("no type says that it is text")), "files"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, "images"),
        ({"type": "image_url", "image_url": {"url": "data:image/svg+xml;base64,PHN2Zz4="}}, "images"),
        ({"type": "image_url", "image_url": {"detail": "auto"}}, "images"),
        ({"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}, "remote_urls"),
        ({"type": "file", "file": {"file_id": "file-1"}}, "stored_state"),
        ({"type": "input_audio", "input_audio": {"data": "AAAA"}}, "audio"),
    ],
)
def test_what_cannot_be_opened_is_refused_by_its_key(opening: Core, part: Any, key: str) -> None:
    """The message names the place and the policy key, and nothing of the content."""
    with pytest.raises(OpaqueRefused, match=rf"/messages/0/content/0/.*opaque\.{key}\b") as caught:
        sent(opening, CHAT, chat([part]))
    assert "AAAA" not in caught.value.public
    assert "PDF" not in caught.value.public


def test_anthropic_text_documents_need_no_leave(core: Core) -> None:
    """A document whose source is text is text, whatever policy says of files."""
    source = {"type": "text", "media_type": "text/plain", "data": f"by {MAIL}"}
    body = sent(core, MESSAGES, {"messages": [{"role": "user", "content": [{"type": "document", "source": source}]}]})
    assert b"by [EMAIL_ADDRESS_1]" in body.body
