"""Ways into relay. Each runs the same pipeline."""
