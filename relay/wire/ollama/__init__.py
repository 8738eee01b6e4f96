"""Ollama's formats."""
