"""Secrets: what share is found in many forms and carriers, and what is reported in text without any."""
