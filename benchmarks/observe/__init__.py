"""What tracing costs a request, and whether anything of a request is in traces, metrics or the log."""
