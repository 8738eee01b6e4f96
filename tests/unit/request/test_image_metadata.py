"""Images are written anew from their pixels: nothing else of them is left, and bombs are refused before they unfold."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from relay.errors import OpaqueRefused
from relay.request import image_metadata
from relay.request.image_metadata import Reencoder

CANARY = b"canary-51.5007N"


def image(kind: str, mode: str = "RGB", size: tuple[int, int] = (8, 4), **options: Any) -> bytes:
    made = Image.new(mode, size, 1 if mode in ("1", "P", "L") else None)
    out = io.BytesIO()
    made.save(out, kind, **options)
    return out.getvalue()


def exif() -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = CANARY.decode()  # ImageDescription
    found[0x0112] = 6  # Orientation: turned by a quarter
    return found


def text_chunk() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", CANARY.decode())
    info.add_text("XML:com.adobe.xmp", CANARY.decode(), zip=False)
    return info


WITH_METADATA = {
    "jpeg exif": image("JPEG", exif=exif()),
    "jpeg comment": image("JPEG", comment=CANARY),
    "jpeg icc": image("JPEG", icc_profile=CANARY),
    "jpeg xmp": image("JPEG", xmp=CANARY),
    "jpeg trailer": image("JPEG") + CANARY,
    "png text": image("PNG", pnginfo=text_chunk()),
    "png exif": image("PNG", exif=exif()),
    "png icc": image("PNG", icc_profile=CANARY),
    "webp exif": image("WEBP", exif=exif()),
    "webp xmp": image("WEBP", xmp=CANARY),
    "webp icc": image("WEBP", icc_profile=CANARY),
    "gif comment": image("GIF", mode="P", comment=CANARY),
}


@pytest.mark.parametrize("name", WITH_METADATA)
def test_nothing_but_the_picture_is_left(name: str) -> None:
    """Whatever says who, where or with what is gone, also when it is compressed; what is left is a picture."""
    data = WITH_METADATA[name]
    assert CANARY in data or "icc" in name  # PNG compresses a profile
    written, media = Reencoder()(data)
    assert CANARY not in written
    with Image.open(io.BytesIO(written)) as found:
        assert Image.MIME[found.format or ""] == media
        assert set(found.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background"}
        assert not found.getexif()
        assert found.size == ((4, 8) if "exif" in name else (8, 4))  # upright, now that nothing says it is turned


@pytest.mark.parametrize(
    "kind, mode, media",
    [
        ("PNG", "1", "image/png"),
        ("PNG", "L", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "LA", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("WEBP", "RGBA", "image/webp"),
        ("GIF", "P", "image/png"),
    ],
)
def test_every_mode_is_written(kind: str, mode: str, media: str) -> None:
    """No kind of pixel is too odd, and the media type says what was written."""
    assert Reencoder()(image(kind, mode))[1] == media


def test_sixteen_bits_keep_their_shades() -> None:
    """Grey of 16 bits is scaled, not cut off to white."""
    out = io.BytesIO()
    Image.new("I;16", (1, 1), 32768).save(out, "PNG")
    with Image.open(io.BytesIO(Reencoder()(out.getvalue())[0])) as found:
        assert found.getpixel((0, 0)) == 128


def claimed(width: int, height: int) -> bytes:
    """Return a PNG whose head claims a size that nothing follows."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not an image",
        image("PNG")[:45],
        image("JPEG")[:60],
        image("BMP"),
        image("TIFF"),
        image("ICO"),
        image("PDF"),
        claimed(100_000, 100_000),
        claimed(5001, 5000),
        b"\0" * (image_metadata.MAX_BYTES + 1),
    ],
    ids=[
        "empty",
        "text",
        "cut png",
        "cut jpeg",
        "bmp",
        "tiff",
        "ico",
        "pdf",
        "bomb",
        "just too large",
        "too many bytes",
    ],
)
def test_what_is_refused(data: bytes) -> None:
    """Other formats, broken images and bombs, with sizes in the message and nothing of the content."""
    with pytest.raises(OpaqueRefused) as caught:
        Reencoder()(data)
    assert "not an image" not in caught.value.public
    assert caught.value.__cause__ is None


def test_many_images_share_one_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand small bombs are one large one."""
    monkeypatch.setattr(image_metadata, "MAX_PIXELS_IN_ALL", 100)
    reencode = Reencoder()
    for _ in range(3):
        reencode(image("PNG"))
    with pytest.raises(OpaqueRefused, match="in all"):
        reencode(image("PNG"))
