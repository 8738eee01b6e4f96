"""How fast the name model reads, with its screen and without, and what the screen loses."""
