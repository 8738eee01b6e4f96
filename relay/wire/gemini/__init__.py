"""Gemini's formats."""
