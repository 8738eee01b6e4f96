"""Harden relay's own process and clear private text from its memory."""
