"""Relay: a self-hosted privacy relay for LLM traffic."""
