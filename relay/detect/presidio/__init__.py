"""Presidio's recognizers and spaCy's pipelines, imported when a recognizer file names one."""
