"""List what relay is made of as CycloneDX 1.6: its models, and every package that it needs, with version and licence.

The packages are those that relay needs on this platform, with its extras. Their versions are those of
requirements.lock, which has the hashes of their wheels, too. Nothing in the list depends on the time or on a path.
"""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

__all__ = ["sbom"]

_PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
_EXTRAS = frozenset({"presidio"})  # what requirements.lock has beyond relay's own requirements


def sbom(version: str, lock: str, models: Path) -> str:
    """Return the bill of materials of relay's `version`, as JSON. Raises KeyError for a package without a pin."""
    pins = {canonicalize_name(name): pin for name, pin in _PIN.findall(lock)} | {"relay": version}
    needs = _closure()
    components = [_component(name, pins[name]) for name in sorted(needs) if name != "relay"]
    components += [_model(path) for path in sorted(models.glob("*/model.onnx"))]
    refs = {name: f"{name}@{pins[name]}" for name in needs}
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {"component": {**_component("relay", version), "type": "application"}},
            "components": components,
            "dependencies": [
                {"ref": refs[name], "dependsOn": sorted(refs[other] for other in needs[name])} for name in sorted(needs)
            ],
        },
        indent=2,
    )


def _closure() -> dict[str, set[str]]:
    """Return every package from relay on, each with the packages that it needs."""
    waiting: list[tuple[str, frozenset[str]]] = [("relay", _EXTRAS)]
    seen = set()
    needs: dict[str, set[str]] = {}
    while waiting:
        item = waiting.pop()
        if item in seen:
            continue
        seen.add(item)
        name, extras = item
        found = needs.setdefault(name, set())
        for line in distribution(name).requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                other = canonicalize_name(requirement.name)
                found.add(other)
                waiting.append((other, frozenset(requirement.extras)))
    return needs


def _component(name: str, version: str) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": f"{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": _licences(distribution(name)),
    }


def _model(path: Path) -> dict[str, Any]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{path.parent.name}",
        "name": path.parent.name,
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def _licences(found: Distribution) -> list[dict[str, Any]]:
    """Return the licence as the package states it: an SPDX expression, or the names of its classifiers."""
    expression = found.metadata.get("License-Expression")
    if expression:
        return [{"expression": expression}]
    classifiers = found.metadata.get_all("Classifier") or []
    names = sorted(line.rsplit(" :: ", 1)[-1] for line in classifiers if line.startswith("License :: "))
    stated = (found.metadata.get("License") or "").strip()
    names = names or ([stated] if stated and "\n" not in stated else ["not stated"])
    return [{"license": {"name": name}} for name in names]
