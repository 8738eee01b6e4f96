"""What relay does to its own process: harden it, leave no text in its memory."""
