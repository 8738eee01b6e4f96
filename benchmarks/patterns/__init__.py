"""The pattern layer: how fast, how right, and how it grows, beside Presidio."""
