"""Write images anew without what they say besides the picture: the door to Pillow.

Only inline PNG, JPEG, WebP and GIF, decoded by Pillow's own readers of these four and no other; one frame. The picture
is copied by its pixels into an image without any metadata: EXIF (after it has turned the picture upright), XMP, ICC
profile, thumbnails, comments and text chunks stay behind, also those that Pillow does not know. GIF becomes PNG.

Not promised: that a picture shows no person, or carries no mark in its pixels.
"""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

from relay.errors import OpaqueRefused

__all__ = ["MAX_BYTES", "MAX_PIXELS", "Reencoder"]

MAX_BYTES: Final = 20 * 1024 * 1024  # of one encoded image; no provider takes more
MAX_PIXELS: Final = 25_000_000  # of one image, some 100 MB while it is copied; providers scale down far smaller ones
MAX_PIXELS_IN_ALL: Final = 100_000_000  # of one request: a few KB can decode to millions of pixels

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")
# What each is written as, and what it is called then. Quality 90 is where neither a person nor a model sees a loss.
_WRITTEN: Final = {
    "JPEG": ("JPEG", "image/jpeg", {"quality": 90}),
    "WEBP": ("WEBP", "image/webp", {"quality": 90}),
    "PNG": ("PNG", "image/png", {}),
    "GIF": ("PNG", "image/png", {}),
}


class Reencoder:
    """Writes the images of one request anew, as long as their pixels in all stay below the bound."""

    def __init__(self) -> None:
        self._left = MAX_PIXELS_IN_ALL

    def __call__(self, data: bytes) -> tuple[bytes, str]:
        """Return the image in `data` without metadata, and its media type. Raises OpaqueRefused."""
        if len(data) > MAX_BYTES:
            raise OpaqueRefused(f"an image of {len(data)} bytes, more than {MAX_BYTES}")
        try:
            return self._written(data)
        except OpaqueRefused:
            raise
        except Exception:
            # Pillow raises what it likes on broken images, and its texts may quote them.
            raise OpaqueRefused("something else than a whole PNG, JPEG, WebP or GIF image") from None

    def _written(self, data: bytes) -> tuple[bytes, str]:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            # Only the head has been read: nothing is decoded before its size is known.
            pixels = image.width * image.height
            if pixels > MAX_PIXELS:
                raise OpaqueRefused(f"an image of {pixels} pixels, more than {MAX_PIXELS}")
            self._left -= pixels
            if self._left < 0:
                raise OpaqueRefused(f"the request's images have more than {MAX_PIXELS_IN_ALL} pixels in all")
            kind, media, options = _WRITTEN[image.format or ""]
            upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):  # 16 bits a pixel, which `convert` would cut off instead of scaling
            upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        clear = kind != "JPEG" and upright.has_transparency_data
        picture = upright.convert("RGBA" if clear else "L" if upright.mode in ("1", "L") else "RGB")
        bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
        out = io.BytesIO()
        bare.save(out, kind, **options)
        return out.getvalue(), media
