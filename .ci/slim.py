"""Print what relay depends on but for the packages that it imports only when a policy or configuration asks for them.

`make lock` makes requirements-slim.lock of it, for containers and pages: 220 MB less.
"""

import tomllib
from pathlib import Path

# Recognizers and operators of Presidio, and pipelines of spaCy.
ON_DEMAND = ("presidio-analyzer", "presidio-anonymizer", "spacy")


def slim() -> list[str]:
    """Return the requirements, one each."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [line for line in project["dependencies"] if not line.startswith(ON_DEMAND)]
    return [*needed, *project["optional-dependencies"]["otel"]]  # 72 KB


if __name__ == "__main__":
    print("\n".join(slim()))
