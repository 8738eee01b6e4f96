"""What relay tells about itself: logs, metrics, the decision log. Never a value."""
