"""Seal values in memory: keys, records, sessions."""
