"""Find what ships with relay: policies by name, models by name.

A wheel holds both inside the package, in `relay/_data`; a checkout has them at its top level.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from relay.errors import ConfigFault
from relay.files import is_there
from relay.suggest import suggest

__all__ = ["DEFAULT", "MODELS", "OTHER_SCRIPTS", "POLICIES", "model", "policy", "policy_names"]

DEFAULT = "default"  # the policy that holds when none is named
OTHER_SCRIPTS = "world"  # the model for all but Latin letters


def _home() -> Path:
    package = Path(str(files("relay")))
    inside = package / "_data"
    return inside if inside.is_dir() else package.parent


POLICIES = _home() / "policies"
MODELS = _home() / "ner_models"


def policy_names() -> tuple[str, ...]:
    """Return the names of the policies that ship with relay, in order. Raises ConfigFault where none does."""
    # The tests of a policy stand beside it, as NAME.test.yaml.
    names = sorted(path.stem for path in POLICIES.glob("*.yaml") if "." not in path.stem)
    if DEFAULT not in names:
        raise _incomplete()
    return tuple(names)


def policy(wanted: Path | str | None = None) -> Path:
    """Return the file of a policy: the one of that name that ships with relay, or `wanted` as a path.

    A shipped name means the shipped policy, whatever lies in the current folder; `./strict` is a file. None is the
    default policy. Raises ConfigFault when there is neither, with the names that could have been meant.
    """
    names = policy_names()
    name = str(wanted) if wanted is not None else DEFAULT
    if name in names:
        return POLICIES / f"{name}.yaml"
    path = Path(name)
    if is_there(path):
        return path
    stem = path.name.removesuffix(".yaml")
    hint = f'; the shipped one is "{stem}"' if stem in names else suggest(stem, names)
    raise ConfigFault(f"{name}: no such file, and no policy that ships with relay ({', '.join(names)}){hint}")


def model(name: str) -> Path:
    """Return the folder of a model that ships with relay. Raises ConfigFault where it is not there."""
    folder = MODELS / name
    if not folder.is_dir():
        raise _incomplete()
    return folder


def _incomplete() -> ConfigFault:
    return ConfigFault("this installation lacks relay's policies or models; install relay again from its wheel")
