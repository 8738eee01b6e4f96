"""Keep sealed sessions outside a worker: in this process, in the one that supervises the workers, or in a server."""
