"""Tools for people who write and audit policies: lint, tests, differences, reports, signatures."""
