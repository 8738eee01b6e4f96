"""Find plug-ins: modules in one folder, each ending with `PLUGINS = (Class, …)`.

A folder holds plug-ins only. Modules are imported in name order; two plug-ins with one name stop start-up. Nothing is
switched on merely because it is installed: plug-ins from outside the tree are named by import path or by file.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from relay.errors import ConfigFault

__all__ = ["collect", "collect_families"]


def collect(package: ModuleType, extra: Iterable[str] = ()) -> Mapping[str, type[Any]]:
    """Return a read-only `{name: class}` of the plug-ins in `package` and in the modules named by `extra`.

    A name that ends with `.py` is the path of a module's file.

    Raises ConfigFault when a module has no `PLUGINS`, cannot be imported, or repeats a name.
    """
    return _collected([*_names(package, packages=False), *extra])


def collect_families(package: ModuleType) -> Mapping[str, type[Any]]:
    """Return the plug-ins of every folder in `package`, as `collect` does for one: the wire formats of all families."""
    folders = [importlib.import_module(name) for name in _names(package, packages=True)]
    return _collected([name for folder in folders for name in _names(folder, packages=False)])


def _names(package: ModuleType, *, packages: bool) -> list[str]:
    found = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    return sorted(info.name for info in found if info.ispkg is packages)


def _collected(names: Iterable[str]) -> Mapping[str, type[Any]]:
    found: dict[str, type[Any]] = {}
    for module_name in names:
        try:
            plugins = _module(module_name).PLUGINS
        except (ImportError, AttributeError, SyntaxError, OSError) as error:
            raise ConfigFault(f"plug-in module {module_name} cannot be used: {type(error).__name__}") from error
        for plugin in plugins:
            if plugin.name in found:
                raise ConfigFault(f"two plug-ins are called {plugin.name!r}; the second is in {module_name}")
            found[plugin.name] = plugin
    return MappingProxyType(found)


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
