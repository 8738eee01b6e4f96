"""The door to presidio-anonymizer. It is imported when a policy orders one of its operators, and takes a second."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from relay.errors import ConfigFault

__all__ = ["named_operator", "presidio_operator"]


def presidio_operator(name: str, parameters: Mapping[str, Any]) -> Any:
    """Return an instance of Presidio's operator class `name` that takes `parameters`. Raises ConfigFault."""
    return _checked(getattr(_library(name), name), parameters, where=f"operators: {name.lower()}")


def named_operator(path: str, parameters: Mapping[str, Any], *, where: str) -> Any:
    """Return an instance of the class at `path` ("module:Class"), a kind of Presidio's Operator. Raises ConfigFault."""
    library = _library("custom")
    module_name, _, class_name = path.partition(":")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ConfigFault(f"{where}: {module_name} has no {class_name} ({type(error).__name__})") from None
    if not (isinstance(found, type) and issubclass(found, library.Operator)):
        raise ConfigFault(f"{where}: {class_name} is no operator of Presidio")
    return _checked(found, parameters, where=where, kind=library.OperatorType.Anonymize)


def _library(name: str) -> Any:
    try:
        import presidio_anonymizer.operators as library
    except ImportError:
        raise ConfigFault(
            f'action "{name.lower()}" is an operator of Presidio, and presidio-anonymizer is not installed; '
            "requirements-slim.lock leaves it out, requirements.lock has it"
        ) from None
    return library


def _checked(operator: type[Any], parameters: Mapping[str, Any], *, where: str, kind: object = None) -> Any:
    """Make an operator and have it check its parameters. What it complains of may hold them, so it is not shown."""
    try:
        made = operator()
        fits = kind is None or made.operator_type() is kind
        made.validate(dict(parameters))
    except Exception as error:
        raise ConfigFault(f"{where}: the operator does not take these parameters ({type(error).__name__})") from None
    if not fits:
        raise ConfigFault(f"{where}: {operator.__name__} undoes what an operator did, it replaces nothing")
    return made
