"""The operator's own patterns, lists and plug-ins."""
