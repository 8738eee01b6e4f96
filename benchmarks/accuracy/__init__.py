"""What relay finds, what it misses and what it takes for private by mistake."""
