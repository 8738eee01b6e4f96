"""Connect to upstreams: the client side of the network."""
