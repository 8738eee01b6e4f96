"""The policy language as values: what a policy file may say, and the digest of what it means.

Everything is frozen; unknown keys are refused. Each key carries a fact (`keys.py`) that merge, lint, diff, report and
the canonical form work by. `loader.py` turns the complaints raised here into lines with a file, a line and a column.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictBool, model_validator
from pydantic_core import to_jsonable_python

from relay.policy.canonical import canonical_entries, exemption_parts, rule_parts
from relay.policy.entries import Exemption, PolicyRule
from relay.policy.globs import takes_everything
from relay.policy.keys import (
    ENTRIES,
    EXPLAINS,
    Names,
    Setting,
    check_facts,
    less,
    milder_action,
    neither,
    ranked,
    settings_of,
)
from relay.policy.operators import Operators, needs_parameters
from relay.policy.settings import (
    Confidence,
    Default,
    Detect,
    ImpliedClasses,
    Opaque,
    PolicySection,
    Restore,
    TradeSecrets,
)
from relay.policy.terms import (
    AnswerAction,
    DataClass,
    Model,
    Number,
    OpaqueHandling,
    PolicyMode,
    PublicFigures,
    StreamedVerdict,
    StyleName,
    UnknownFields,
    by_name,
)
from relay.replace.parameters import OperatorParameters
from relay.types import Action, RouteKind

__all__ = [
    "SETTINGS",
    "Confidence",
    "DataClass",
    "Default",
    "Detect",
    "Exemption",
    "Model",
    "Opaque",
    "OpaqueHandling",
    "Policy",
    "PolicyMode",
    "PolicyRule",
    "Restore",
    "StreamedVerdict",
    "TradeSecrets",
    "UnknownFields",
]


class Policy(PolicySection):
    """One whole policy. `digest` stands for its meaning."""

    version: Annotated[Literal[1], Number, EXPLAINS]
    title: Annotated[Annotated[str, Field(max_length=200)] | None, EXPLAINS] = None
    extends: Annotated[Annotated[str, Field(min_length=1, max_length=200)] | None, EXPLAINS] = None
    mode: Annotated[PolicyMode, Setting(title="mode", milder=ranked(*PolicyMode), finding=False)] = PolicyMode.ENFORCE
    default: Default = Default()
    prefer: Annotated[RouteKind, Setting(title="preferred route", milder=ranked(*RouteKind), finding=False)] = (
        RouteKind.FRONTIER
    )
    # A route whose moving time to first token is longer gives way to the other one, unless a rule requires it.
    deadline_s: Annotated[
        Annotated[float, Field(gt=0, le=3600), Number] | None,
        Setting(title="a slower route gives way after, in seconds", milder=less, finding=False),
    ] = None
    confidence: Confidence = Confidence()
    detect: Detect = Detect()
    rules: Annotated[tuple[PolicyRule, ...], Field(max_length=1000), ENTRIES] = ()
    exemptions: Annotated[tuple[Exemption, ...], Field(max_length=1000), ENTRIES] = ()
    operators: Operators = Operators()
    trade_secrets: TradeSecrets = TradeSecrets()
    # The classes that the model may find implied, without a listed word or a value (relay/detect/ner/oblique.py).
    implied: Annotated[ImpliedClasses, Setting(title="classes that a text may imply", milder=less, finding=True)] = ()
    opaque: Opaque = Opaque()
    unknown_fields: Annotated[
        UnknownFields, Setting(title="unknown fields", milder=ranked(*UnknownFields), finding=False)
    ] = UnknownFields.SCRUB
    # Whether the names of public_figures.txt stay where a text speaks of their work (public_figures.py).
    public_figures: Annotated[
        PublicFigures,
        Setting(
            title="names of public figures, beside words of their work", milder=ranked(*PublicFigures), finding=False
        ),
    ] = PublicFigures.REPLACE
    restore: Restore = Restore()
    answers: Annotated[
        AnswerAction, Setting(title="values that the model writes by itself", milder=milder_action, finding=False)
    ] = by_name("keep")
    style: Annotated[
        StyleName,
        Setting(title="style of placeholders", milder=neither, finding=True),
    ] = "bracketed"
    model: Annotated[Model, Setting(title="NER model", milder=neither, finding=True)] = Model.FAST
    # Whether a client may open a session, whose vault outlives a request.
    sessions: Annotated[
        StrictBool,
        Setting(title="vaults that outlive a request, where a client asks", milder=ranked(True, False), finding=False),
    ] = True
    # Whether the spans of a text are remembered for a while under a keyed hash of it (relay/detect/cache.py).
    span_cache: Annotated[
        StrictBool,
        Setting(title="spans remembered under a keyed hash", milder=ranked(True, False), finding=True),
    ] = True
    # Whether the model leaves out stretches of text in which a small network sees nothing for it to find
    # (relay/detect/ner/screen.py).
    screen: Annotated[
        StrictBool,
        Setting(title="text that a screen sees nothing in is left unread", milder=ranked(True, False), finding=True),
    ] = True

    @model_validator(mode="after")
    def _check(self) -> Policy:
        for route in RouteKind:
            if self.default.on(route) is Action.BLOCK:
                raise ValueError(
                    f'"default: {route}: block" would refuse every request with a personal value; write rules instead'
                )
        if self.default.frontier is Action.KEEP and not self.rules and self.extends is None:
            raise ValueError("this policy would let everything through: the frontier's default is keep, without rules")
        for action in self.ordered() if self.extends is None else ():
            if self.parameters(action) is None and needs_parameters(action):
                raise ValueError(f'"{action}" needs its parameters: operators: {{{action}: …}}')
        if self.implied and self.model is Model.NONE and self.extends is None:
            raise ValueError('what texts imply is for the model to say: "model: none" needs "implied: []"')
        for item in self.exemptions:
            selected = [globs for globs in (item.entity, item.group) if globs]
            if item.keeps_whatever_it_selects and all(map(takes_everything, selected)):
                raise ValueError("this policy would let everything through: an exemption keeps every type")
        return self

    def ordered(self) -> frozenset[Action]:
        """Return every action that the policy may order."""
        named = (*(item.action for item in self.rules), *(item.action for item in self.exemptions))
        floors = (self.default.on(route) for route in RouteKind)
        return frozenset(action for action in (*named, *floors, self.answers) if action is not None)

    def parameters(self, action: Action) -> OperatorParameters | None:
        """Return what the policy states for the operator of `action`; None for nothing."""
        found: OperatorParameters | None = getattr(self.operators, action, None)
        return found

    @property
    def digest(self) -> str:
        """Sixteen hex digits of SHA-256 over the canonical form."""
        return hashlib.sha256(self.canonical()).hexdigest()[:16]

    def settings(self) -> dict[str, Any]:
        """Return every setting by its path ("default.local") as a value of JSON, with lists as sorted sets."""
        flat: dict[str, Any] = {}
        for path in SETTINGS:
            value: Any = self
            for key in path:
                value = getattr(value, key)
            # Of an operator's parameters only those that are not at their default, for the sake of `canonical`.
            stated = value.model_dump(mode="json", exclude_defaults=True) if isinstance(value, BaseModel) else value
            plain = to_jsonable_python(stated)
            flat[".".join(path)] = sorted(set(plain)) if isinstance(plain, list) else plain
        return flat

    def finding(self) -> dict[str, Any]:
        """Return the settings that an analyzer is made by."""
        values = self.settings()
        return {".".join(path): values[".".join(path)] for path, fact in SETTINGS.items() if fact.finding}

    def canonical(self) -> bytes:
        """Return the meaning as bytes: the same for every order, layout, comment and `why`.

        Entries are sets, so they are split into their smallest parts, sorted, and told apart once. Names, titles and
        reasons explain and do not decide: they are left out. So are settings at their default, so that a language that
        grows by a key leaves the digests and signatures of older policies alone; within version 1 no default changes.
        """
        usual = Policy(version=1).settings()
        form = {
            "settings": {key: value for key, value in self.settings().items() if value != usual[key]},
            "rules": canonical_entries(rule_parts(rule) for rule in self.rules),
            "exemptions": canonical_entries(exemption_parts(item) for item in self.exemptions),
        }
        text = json.dumps(form, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return b"relay-policy-1\n" + text.encode("ascii")


check_facts(Policy, PolicyRule, Exemption)
SETTINGS: Mapping[Names, Setting] = settings_of(Policy)
