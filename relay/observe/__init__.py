"""Report what relay does: logs, metrics, the decision log. Never a value."""
