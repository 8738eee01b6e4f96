"""OpenAI's formats, also as Azure addresses them."""
