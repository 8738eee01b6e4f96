"""Print all expressions that relay's modules compile, as JSON: `python -m tests.compiled_expressions`.

A process of its own, because what is compiled before it begins cannot be seen.
"""

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path

import relay

ROOT = Path(relay.__file__).parent
FOUND: dict[tuple[str, int], str] = {}
_compile = re.compile


def compiled(pattern, flags=0):  # type: ignore[no-untyped-def]
    """Compile, and note the expression with the file of relay that asks for it."""
    made = _compile(pattern, flags)
    frame = sys._getframe(1)
    path = Path(frame.f_code.co_filename)
    if path.is_relative_to(ROOT) and isinstance(made.pattern, str):
        FOUND.setdefault((made.pattern, made.flags), f"{path.relative_to(ROOT)}:{frame.f_lineno}")
    return made


def main() -> None:
    """Import every module, build every recognizer, print."""
    re.compile = compiled  # type: ignore[assignment]
    for module in pkgutil.walk_packages(relay.__path__, "relay."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    from tests.support import patterns_only

    patterns_only()
    json.dump([[pattern, flags, where] for (pattern, flags), where in FOUND.items()], sys.stdout)


if __name__ == "__main__":
    main()
