"""Presidio's recognizers, for policies that ask for them."""
