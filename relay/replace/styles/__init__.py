"""How placeholders are written, one file each."""
