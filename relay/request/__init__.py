"""The way out: a request is scrubbed, stripped and read once more before anything leaves."""
