"""What stands for a value in a scrubbed request: operators, placeholder styles, surrogate values."""
