"""What a start costs, and where it goes."""
