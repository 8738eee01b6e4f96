"""Find entities in text: one multi-pattern scan, recognizers' own checks, a small model for names."""
