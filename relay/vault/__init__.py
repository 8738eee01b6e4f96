"""Sealed values, in memory only: keys, records, sessions."""
