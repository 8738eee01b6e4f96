"""Compile the triggers of relay's own recognizers for later starts: `python -m relay.detect.prebuild`.

Part of set-up (`make`), not of relay: the only code that writes into the package.
"""

from __future__ import annotations

from pathlib import Path

import relay.detect.recognizers
from relay.detect.normalize import HINTS
from relay.detect.scan import triggers_of
from relay.detect.scan_hyperscan import PREBUILT, HyperscanTriggers, has_hyperscan
from relay.protocols import Recognizer
from relay.registry import collect
from relay.types import Pattern

__all__ = ["prebuild", "shipped"]


def shipped() -> list[Pattern]:
    """Return the patterns of relay's own recognizers as an analyzer without others compiles them."""
    recognizers = collect(relay.detect.recognizers, Recognizer).values()
    return [*(pattern for recognizer in recognizers for pattern in recognizer.patterns), *HINTS]


def prebuild(folder: Path = PREBUILT) -> None:
    """Leave the compiled triggers in `folder` and nothing else; without Hyperscan, nothing at all."""
    halves = HyperscanTriggers(list(triggers_of(shipped())), folder).halves if has_hyperscan() else ()
    folder.mkdir(exist_ok=True)
    kept = {half.name for half in halves}
    for path in folder.glob("*.hsdb"):
        if path.name not in kept:
            path.unlink()
    for half in halves:
        (folder / half.name).write_bytes(half.dump())


if __name__ == "__main__":
    prebuild()
