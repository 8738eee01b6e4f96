"""Restore responses: placeholders become values where the destination allows it."""
