"""Write a trained encoder as an ONNX graph, float or int8.

The graph is built node by node instead of traced: the int8 form keeps one scale per embedding row and one per weight
column, which no generic quantiser does, and the attention is one fused operator of ONNX Runtime.
Inputs: `ids`, `types` int64 [1, tokens]. Output: `logits` float32 [1, tokens, labels].
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["build_graph", "read_graph"]

MICROSOFT = "com.microsoft"  # Operators documented in ONNX Runtime's ContribOperators.md.


class _Graph:
    """Collects nodes and tensors; every method returns the name of its output."""

    def __init__(self, *, int8: bool) -> None:
        self.int8 = int8
        self.nodes: list[onnx.NodeProto] = []
        self.tensors: list[onnx.TensorProto] = []
        self.count = 0

    def tensor(self, name: str, value: NDArray[np.generic]) -> str:
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        self.count += 1
        output = f"{op}_{self.count}"
        self.nodes.append(helper.make_node(op, list(inputs), [output], name=output, domain=domain, **attributes))
        return output

    def table(self, name: str, ids: str, weight: NDArray[np.float32]) -> str:
        """Look rows up; in int8 form each row has its own scale."""
        if not self.int8:
            return self.node("Gather", self.tensor(name, weight), ids)
        scale = np.maximum(np.abs(weight).max(axis=1, keepdims=True), 1e-8) / 127.0
        rows = np.clip(np.round(weight / scale), -127, 127).astype(np.int8)
        picked = self.node("Cast", self.node("Gather", self.tensor(name, rows), ids), to=TensorProto.FLOAT)
        scales = self.node("Gather", self.tensor(f"{name}.scale", scale.astype(np.float32)), ids)
        return self.node("Mul", picked, scales)

    def linear(self, name: str, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """x @ weight.T + bias. In int8 form the activation is quantised per call, the weight per output column."""
        columns = np.ascontiguousarray(weight.T)
        if not self.int8:
            return self.node("Add", self.node("MatMul", x, self.tensor(name, columns)), self.tensor(f"{name}.bias", bias))
        scale = np.maximum(np.abs(columns).max(axis=0), 1e-8) / 127.0
        quantised = np.clip(np.round(columns / scale), -127, 127).astype(np.int8)
        return self.node(
            "DynamicQuantizeMatMul",
            x,
            self.tensor(name, quantised),
            self.tensor(f"{name}.scale", scale.astype(np.float32)),
            self.tensor(f"{name}.zero", np.zeros(scale.shape, np.int8)),
            self.tensor(f"{name}.bias", bias),
            domain=MICROSOFT,
        )

    def norm(self, name: str, x: str, weights: Mapping[str, NDArray[np.float32]]) -> str:
        return self.node(
            "LayerNormalization",
            x,
            self.tensor(f"{name}.weight", weights[f"{name}.weight"]),
            self.tensor(f"{name}.bias", weights[f"{name}.bias"]),
            axis=-1,
            epsilon=1e-12,
        )

    def skip_norm(self, name: str, x: str, skip: str, weights: Mapping[str, NDArray[np.float32]]) -> str:
        # Two nodes and not SkipLayerNormalization, which ONNX Runtime 1.31 runs eight times slower on a CPU.
        return self.norm(name, self.node("Add", x, skip), weights)


def build_graph(weights: Mapping[str, NDArray[np.float32]], *, layers: int, heads: int, int8: bool) -> onnx.ModelProto:
    """Return the model. weights: the encoder's state by name, float32."""
    g = _Graph(int8=int8)
    words = g.table("words", "ids", weights["words.weight"])
    types = g.node("Gather", g.tensor("types.rows", weights["types.weight"]), "types")
    length = g.node("Shape", "ids", start=1, end=2)
    zero = g.tensor("zero", np.array([0], np.int64))
    places = g.node("Slice", g.tensor("positions", weights["positions.weight"]), zero, length)
    x = g.norm("norm", g.node("Add", g.node("Add", words, types), places), weights)
    for index in range(layers):
        at = f"layers.{index}."
        qkv = g.linear(f"{at}qkv", x, weights[f"{at}qkv.weight"], weights[f"{at}qkv.bias"])
        parts = [f"{at}q", f"{at}k", f"{at}v"]
        sizes = g.tensor(f"{at}sizes", np.array([weights[f"{at}qkv.bias"].shape[0] // 3] * 3, np.int64))
        g.nodes.append(helper.make_node("Split", [qkv, sizes], parts, name=f"{at}split", axis=-1))
        mixed = g.node("MultiHeadAttention", *parts, domain=MICROSOFT, num_heads=heads)
        out = g.linear(f"{at}out", mixed, weights[f"{at}attention_out.weight"], weights[f"{at}attention_out.bias"])
        x = g.skip_norm(f"{at}attention_norm", out, x, weights)
        inner = g.node("Gelu", g.linear(f"{at}inner", x, weights[f"{at}inner.weight"], weights[f"{at}inner.bias"]))
        outer = g.linear(f"{at}outer", inner, weights[f"{at}outer.weight"], weights[f"{at}outer.bias"])
        x = g.skip_norm(f"{at}norm", outer, x, weights)
    # The head stays float: it is small and its outputs are what the thresholds were chosen on.
    g.int8 = False
    logits = g.linear("head", x, weights["head.weight"], weights["head.bias"])
    g.nodes.append(helper.make_node("Identity", [logits], ["logits"], name="logits"))
    labels = weights["head.bias"].shape[0]
    graph = helper.make_graph(
        g.nodes,
        "relay-ner",
        [
            helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"]),
            helper.make_tensor_value_info("types", TensorProto.INT64, [1, "tokens"]),
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, "tokens", labels])],
        g.tensors,
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="relay")


def read_graph(model: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """Return the encoder's state out of a graph of `build_graph`; int8 weights as they are multiplied."""
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}

    def whole(name: str) -> NDArray[np.float32]:
        scale = tensors.get(f"{name}.scale", np.float32(1.0))
        return (tensors[name] * scale).astype(np.float32)

    state = {"words.weight": whole("words"), "types.weight": tensors["types.rows"], "positions.weight": tensors["positions"]}
    for name, value in tensors.items():
        if name.endswith((".weight", ".bias")):
            state[name.replace(".out.", ".attention_out.")] = value
        product, _, kind = name.rpartition(".")
        if kind == "bias" and product in tensors:
            state[f"{product}.weight".replace(".out.", ".attention_out.")] = whole(product).T
    return state
