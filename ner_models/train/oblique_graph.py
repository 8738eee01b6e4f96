"""Let a graph of `build_graph` give its hidden states, too: outputs that nobody asks for cost nothing.

No node is added. The states are what layers pass on, after their normalization, and what goes into the first one.
"""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper

__all__ = ["state_outputs", "with_states"]

# Of a deep network every second layer's: more tell nothing new, and the head grows by 768 numbers for each.
MOST = 4


def state_outputs(model: onnx.ModelProto) -> list[str]:
    """Return the names of the states: the embeddings, then those of layers, the last one's among them."""
    norms = [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]
    states = [norms[0], *norms[2::2]]
    return states if len(states) <= MOST else states[::-2][::-1]


def with_states(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return `model` with its states among the outputs, behind the logits; it is changed. The second time does nothing."""
    there = {output.name for output in model.graph.output}
    (hidden,) = next(tensor.dims for tensor in model.graph.initializer if tensor.name == "norm.weight")
    for name in state_outputs(model):
        if name not in there:
            model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "tokens", hidden]))
    return model
