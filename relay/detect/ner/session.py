"""The door to `onnxruntime`, imported when a graph is loaded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from relay.errors import ConfigFault

__all__ = ["open_session"]


def open_session(path: Path, graph: bytes, threads: int) -> Any:
    """Return an ONNX Runtime session for `graph`, which stands in `path`. Raises ConfigFault."""
    # Since 1.29 the wheels for Linux and macOS send an event to their maker when they are imported, and write an
    # identifier of the device below ~/.cache. The variable prevents both, the call comes too late for them
    # (onnxruntime pull request 27379, seen 2026-11-29). On Windows only the call has an effect.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Without instructions for int8 products sums of two overflow 16 bits, and one processor would find other entities
    # than another. This costs no time (onnxruntime_session_options_config_keys.h; measured with AVX2, 1.83 s to 1.84).
    options.add_session_config_entry("session.x64quantprecision", "1")
    # The graph is already made of fused operators: of this level only the last setting above is wanted.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(
            graph, options, providers=["CPUExecutionProvider"], disabled_optimizers=["SkipLayerNormFusion"]
        )
    except Exception:
        # The library raises many classes for a bad graph; the digest matched, so the model and library disagree.
        raise ConfigFault(f"NER model: {path} cannot be run by onnxruntime {onnxruntime.__version__}") from None
