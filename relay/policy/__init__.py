"""Policy files: model, loading, decisions, cases and reports."""
