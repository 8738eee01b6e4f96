"""The JSON Schema of the policy language, for editors. `policies/schema.json` holds it; a test keeps the two equal."""

from __future__ import annotations

import json
from typing import Any

from relay.policy.keys import Entries, fields_with
from relay.policy.model import Policy

__all__ = ["schema", "schema_text"]


def schema() -> dict[str, Any]:
    """Return the schema of a policy file (draft 2020-12)."""
    made = Policy.model_json_schema(by_alias=True, mode="validation")
    definitions: dict[str, Any] = made.get("$defs", {})
    entries = fields_with(Policy, Entries)
    for item in (made, *definitions.values()):
        for name, field in item.get("properties", {}).items():
            if name not in entries:
                item["properties"][name] = _one_or_many(field)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Relay policy",
        **{key: value for key, value in made.items() if key != "title"},
    }


def schema_text() -> str:
    """Return the schema as it is published."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def _one_or_many(field: dict[str, Any]) -> dict[str, Any]:
    """Let one item stand for a list of one, as the loader does."""
    if field.get("type") == "array" and "items" in field:
        return {
            **{key: value for key, value in field.items() if key in ("default", "title")},
            "anyOf": [field["items"], _plain(field)],
        }
    if "anyOf" in field:
        branches: list[Any] = []
        for branch in field["anyOf"]:
            many = branch.get("type") == "array" and "items" in branch
            branches += [branch["items"], branch] if many else [branch]
        return {**field, "anyOf": branches}
    return field


def _plain(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key not in ("default", "title")}
