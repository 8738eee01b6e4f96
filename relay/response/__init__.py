"""The way back: placeholders become values, where the destination allows it."""
