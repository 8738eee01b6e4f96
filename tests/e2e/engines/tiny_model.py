"""Write a Llama of 130,000 random weights as a GGUF file: a real engine loads it in milliseconds and talks nonsense.

GGUF version 3, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, read 2026-11-26: little-endian; a header, the
metadata, the tensors' names and places, then their data, each aligned to 32 bytes.
"""

from __future__ import annotations

import random
import struct
from array import array
from collections.abc import Sequence
from pathlib import Path

__all__ = ["write_model"]

_WIDTH, _LAYERS, _HEADS, _HIDDEN = 64, 2, 4, 128
_ALIGNMENT = 32
_UINT32, _FLOAT32, _STRING, _ARRAY, _INT32 = 4, 6, 8, 9, 5
_NORMAL, _UNKNOWN, _CONTROL, _BYTE = 1, 2, 3, 6
# Every byte has a token, so any text can be read; single printable characters have one of their own.
_TOKENS: list[tuple[bytes, int]] = [
    (b"<unk>", _UNKNOWN),
    (b"<s>", _CONTROL),
    (b"</s>", _CONTROL),
    *((b"<0x%02X>" % byte, _BYTE) for byte in range(256)),
    *((bytes([code]), _NORMAL) for code in range(33, 127)),
    ("▁".encode(), _NORMAL),
]
_TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"


def write_model(path: Path, *, sharpness: float = 1.0) -> Path:
    """Write the model to `path` and return it. The larger `sharpness`, the surer the model is of what it says."""
    draw = random.Random(7)
    metadata = b"".join(_metadata())
    infos, data = b"", bytearray()
    tensors = list(_tensors())
    for name, shape, scale in tensors:
        infos += _text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        spread = scale * (sharpness if name == "output.weight" else 1.0)
        data += array("f", (draw.gauss(0, spread) for _ in range(count)) if scale else [1.0] * count).tobytes()
        data += bytes(-len(data) % _ALIGNMENT)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(list(_metadata()))) + metadata + infos
    path.write_bytes(head + bytes(-len(head) % _ALIGNMENT) + bytes(data))
    return path


def _tensors() -> list[tuple[str, Sequence[int], float]]:
    """Return (name, shape with the fastest dimension first, spread of the weights; 0 for all ones)."""
    found: list[tuple[str, Sequence[int], float]] = [
        ("token_embd.weight", (_WIDTH, len(_TOKENS)), 0.3),
        ("output_norm.weight", (_WIDTH,), 0.0),
        ("output.weight", (_WIDTH, len(_TOKENS)), 0.3),
    ]
    for layer in range(_LAYERS):
        block = f"blk.{layer}."
        found += [(f"{block}{name}_norm.weight", (_WIDTH,), 0.0) for name in ("attn", "ffn")]
        names = ("attn_q", "attn_k", "attn_v", "attn_output")
        found += [(f"{block}{name}.weight", (_WIDTH, _WIDTH), 0.3) for name in names]
        found += [(f"{block}ffn_{name}.weight", (_WIDTH, _HIDDEN), 0.3) for name in ("gate", "up")]
        found.append((f"{block}ffn_down.weight", (_HIDDEN, _WIDTH), 0.3))
    return found


def _metadata() -> list[bytes]:
    numbers = {
        "llama.context_length": 2048,
        "llama.embedding_length": _WIDTH,
        "llama.block_count": _LAYERS,
        "llama.feed_forward_length": _HIDDEN,
        "llama.attention.head_count": _HEADS,
        "llama.attention.head_count_kv": _HEADS,
        "llama.rope.dimension_count": _WIDTH // _HEADS,
        "llama.vocab_size": len(_TOKENS),
        "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }
    texts = {
        "general.architecture": "llama",
        "general.name": "tiny",
        "tokenizer.ggml.model": "llama",
        "tokenizer.chat_template": _TEMPLATE,
    }
    scores = [0.0 if kind != _BYTE else -1000.0 for _, kind in _TOKENS]
    return [
        *(_text(key) + struct.pack("<I", _STRING) + _text(value) for key, value in texts.items()),
        *(_text(key) + struct.pack("<II", _UINT32, value) for key, value in numbers.items()),
        _text("llama.attention.layer_norm_rms_epsilon") + struct.pack("<If", _FLOAT32, 1e-5),
        _list("tokenizer.ggml.tokens", _STRING, b"".join(struct.pack("<Q", len(t)) + t for t, _ in _TOKENS)),
        _list("tokenizer.ggml.scores", _FLOAT32, struct.pack(f"<{len(scores)}f", *scores)),
        _list("tokenizer.ggml.token_type", _INT32, struct.pack(f"<{len(scores)}i", *(kind for _, kind in _TOKENS))),
    ]


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _list(key: str, kind: int, items: bytes) -> bytes:
    return _text(key) + struct.pack("<IIQ", _ARRAY, kind, len(_TOKENS)) + items
