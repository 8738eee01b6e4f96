"""Write a trained screen as an ONNX graph: word vectors in int8 with one scale a piece, the rest in float.

Inputs: `ids`, `types` int64 [1, tokens], as the model's. Output: `scores` float32 [1, entity types, tokens], log odds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["build_screen"]


def build_screen(weights: Mapping[str, NDArray[np.float32]], dilations: Sequence[int]) -> onnx.ModelProto:
    """Return the graph. weights: the screen's state by name, float32; the last row of each table is padding and left out."""
    tensors: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []

    def tensor(name: str, value: NDArray[np.generic]) -> str:
        tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(op: str, output: str, *inputs: str, **attributes: object) -> str:
        nodes.append(helper.make_node(op, list(inputs), [output], name=output, **attributes))
        return output

    words = weights["words.weight"][:-1]
    scale = np.maximum(np.abs(words).max(axis=1, keepdims=True), 1e-8) / 127.0
    rows = np.clip(np.round(words / scale), -127, 127).astype(np.int8)
    picked = node("Cast", "picked", node("Gather", "rows_of", tensor("words", rows), "ids"), to=TensorProto.FLOAT)
    scales = node("Cast", "scales", node("Gather", "scales_of", tensor("words.scale", scale.astype(np.float16)), "ids"), to=TensorProto.FLOAT)
    types = node("Gather", "types_of", tensor("types.rows", weights["types.weight"][:-1]), "types")
    x = node("Transpose", "turned", node("Add", "read", node("Mul", "words_of", picked, scales), types), perm=[0, 2, 1])
    for place, step in enumerate((*dilations, 1)):
        name = f"convolutions.{place}" if place < len(dilations) else "head"
        kernel = weights[f"{name}.weight"]
        pads = [step * (kernel.shape[2] // 2)] * 2
        both = tensor(name, kernel), tensor(f"{name}.bias", weights[f"{name}.bias"])
        x = node("Conv", f"{name}.conv", x, *both, pads=pads, dilations=[step])
        x = x if name == "head" else node("Relu", f"{name}.relu", x)
    node("Identity", "scores", x)
    graph = helper.make_graph(
        nodes,
        "relay-screen",
        [helper.make_tensor_value_info(name, TensorProto.INT64, [1, "tokens"]) for name in ("ids", "types")],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, len(weights["head.bias"]), "tokens"])],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9, producer_name="relay")
