"""Find names, addresses and other entities that only context identifies, with a small ONNX model."""
