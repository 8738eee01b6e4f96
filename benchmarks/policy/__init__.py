"""Benchmarks of policy: how long a decision takes, and how well requests are classified."""
