"""Kinds of destination, one file each."""
