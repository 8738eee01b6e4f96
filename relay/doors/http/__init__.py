"""Sockets towards clients."""
