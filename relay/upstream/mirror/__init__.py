"""An embedded upstream: it answers like a provider and shows what a provider would have seen.

It needs no account and no network beyond loopback, so the demonstration and the tests are real. Its answers are
deterministic and repeat the placeholders of the prompt, and its streams are cut in awkward places on purpose.
"""

from relay.upstream.mirror.server import Mirror, Received, running

__all__ = ["Mirror", "Received", "running"]
