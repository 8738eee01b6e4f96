"""What the wire code costs: decoding, walking, patching and encoding, without detection."""
