"""Names, addresses and what only context gives away, found by a small ONNX model."""
