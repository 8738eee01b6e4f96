"""Find plug-ins: modules in one folder, each ending with `PLUGINS = (Class, …)`.

A folder holds plug-ins only. Modules are imported in name order; two plug-ins with one name stop start-up, and so does
a plug-in that lacks a member of its contract, or leaves a `ClassVar` of one of its bases without a value. Nothing is
switched on merely because it is installed: plug-ins from outside the tree are named by import path or by file.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import TypeVar

from relay.errors import ConfigFault

__all__ = ["collect", "collect_families"]

Contract = TypeVar("Contract")


def collect(
    package: ModuleType,
    contract: type[Contract] = object,  # type: ignore[assignment]
    extra: Iterable[str] = (),
) -> Mapping[str, type[Contract]]:
    """Return a read-only `{name: class}` of the plug-ins in `package` and in the modules named by `extra`.

    A name that ends with `.py` is the path of a module's file.

    Raises ConfigFault when a module has no `PLUGINS` or cannot be imported, and when a plug-in repeats a name or lacks
    something that `contract`, a protocol, has. Without one nothing is expected but a name.
    """
    return _collected([*_names(package, packages=False), *extra], contract)


def collect_families(
    package: ModuleType,
    contract: type[Contract] = object,  # type: ignore[assignment]
) -> Mapping[str, type[Contract]]:
    """Return the plug-ins of every folder in `package`, as `collect` does for one: the wire formats of all families."""
    folders = [importlib.import_module(name) for name in _names(package, packages=True)]
    return _collected([name for folder in folders for name in _names(folder, packages=False)], contract)


def _names(package: ModuleType, *, packages: bool) -> list[str]:
    found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return sorted(info.name for info in found if info.ispkg is packages)


def _collected(names: Iterable[str], contract: type[Contract]) -> Mapping[str, type[Contract]]:
    found: dict[str, type[Contract]] = {}
    for module_name in names:
        try:
            plugins = _module(module_name).PLUGINS
        except (Exception, SystemExit) as error:
            raise ConfigFault(f"plug-in module {module_name} cannot be used: {_reason(error)}") from error
        for plugin in plugins:
            missing = sorted({member for member in _members(plugin, contract) if not hasattr(plugin, member)})
            if missing:
                raise ConfigFault(f"plug-in {plugin.__name__} in {module_name} does not state {', '.join(missing)}")
            if plugin.name in found:
                raise ConfigFault(f"two plug-ins are called {plugin.name!r}; the second is in {module_name}")
            found[plugin.name] = plugin
    return MappingProxyType(found)


def _reason(error: BaseException) -> str:
    """Return what is wrong with a module, and in which line of it."""
    if isinstance(error, AttributeError) and error.name == "PLUGINS":
        return "it does not end with PLUGINS = (YourClass,)"
    if isinstance(error, ModuleNotFoundError):
        return f"ModuleNotFoundError: there is no module {error.name}"
    frames = traceback.extract_tb(error.__traceback__)
    line = error.lineno if isinstance(error, SyntaxError) else frames[-1].lineno if frames else None
    return f"{type(error).__name__} in line {line}"


def _members(plugin: type, contract: type) -> Iterator[str]:
    """Yield what the contract has, and the class variables that the plug-in's bases declare."""
    yield "name"
    yield from (
        name for name in (*vars(contract).get("__annotations__", ()), *vars(contract)) if not name.startswith("_")
    )
    for base in plugin.__mro__:
        declared: Mapping[str, object] = vars(base).get("__annotations__", {})
        yield from (name for name, kind in declared.items() if "ClassVar[" in str(kind))


def _module(name: str) -> ModuleType:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    # Its folder stays off the search path, where a file of that folder could stand in for another module.
    alias = f"relay_plugin_{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    if alias not in sys.modules:
        spec = importlib.util.spec_from_file_location(alias, name)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[alias] = module
    return sys.modules[alias]
