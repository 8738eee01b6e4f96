"""How a span's text is replaced, one file each."""
