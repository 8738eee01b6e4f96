"""Serve with several processes: one supervises and keeps what is common, the others are forked from it and serve."""
