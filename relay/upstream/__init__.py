"""Sockets towards upstreams."""
