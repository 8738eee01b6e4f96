"""The policy language as values: what a policy file may say, and the digest of what it means.

A rule can only tighten and an exemption can only loosen, so the model refuses a rule that says `keep` and an exemption
that says `block`. Everything is frozen; unknown keys are refused. `loader.py` turns the complaints raised here into
lines with a file, a line and a column.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from relay.policy.canonical import canonical_entries, exemption_parts, rule_parts
from relay.policy.language import LANGUAGES
from relay.types import Action, Role, RouteKind

__all__ = [
    "Answers",
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


class DataClass(StrEnum):
    """What kind of protected data a request holds, most specific first. A request may have several, or none."""

    PHI = "PHI"
    PCI = "PCI"
    NPI = "NPI"
    PRIVILEGED = "PRIVILEGED"
    SECRET = "SECRET"  # noqa: S105 - the name of a class
    TRADE_SECRET = "TRADE_SECRET"  # noqa: S105 - the name of a class
    PII = "PII"


class OpaqueHandling(StrEnum):
    """What happens to content that cannot be read: refuse the request, take the content out, or let it through.

    What nobody can read one can still make less of: an image is written anew without its metadata, and a file that
    turns out to be text is scrubbed like any other text. Where that cannot be done, the request is refused.
    """

    REFUSE = "refuse"
    DROP = "drop"
    PASS = "pass"  # noqa: S105 - lets content pass
    REENCODE = "reencode"
    SCRUB = "scrub"


class UnknownFields(StrEnum):
    """What happens to a field that the provider's table does not name."""

    SCRUB = "scrub"
    DROP = "drop"
    REFUSE = "refuse"


class PolicyMode(StrEnum):
    """Whether decisions are carried out. `observe` decides and counts but changes nothing, so it protects nobody."""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class Answers(StrEnum):
    """What happens to a value that the model writes and the client never sent, mildest first."""

    KEEP = "keep"
    MASK = "mask"
    REDACT = "redact"


class Model(StrEnum):
    """Which NER model looks for names, addresses and what only context gives away."""

    FAST = "fast"
    ACCURATE = "accurate"
    NONE = "none"


def _as_tuple(value: object) -> object:
    """Let one item stand for a list of one: `entity: US_SSN` is `entity: [US_SSN]`."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _number(value: object) -> object:
    """Keep `true` from standing for 1."""
    return str(value).lower() if isinstance(value, bool) else value


def _phrase(value: str) -> str:
    """Write a phrase as it is compared: in lower case, with one space between words."""
    if sum(map(str.isalnum, value)) < 2:
        raise ValueError("a phrase needs at least two letters or digits, or it would be everywhere")
    return " ".join(value.casefold().split())


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; say it in a sentence")
    return value


# An entity type is an upper-case label; in a selector `*` stands for any run of characters: `US_*`.
TypeGlob = Annotated[str, Field(pattern=r"^[A-Z0-9_*]{1,64}$")]
GroupGlob = Annotated[str, Field(pattern=r"^[A-Za-z0-9_ *-]{1,64}$")]
NameGlob = Annotated[str, Field(min_length=1, max_length=128)]
Why = Annotated[str, Field(max_length=1000), AfterValidator(_not_blank)]

Types = Annotated[tuple[TypeGlob, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Groups = Annotated[tuple[GroupGlob, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Classes = Annotated[tuple[DataClass, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Roles = Annotated[tuple[Role, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Languages = Annotated[tuple[str, ...], BeforeValidator(_as_tuple), Field(min_length=1)]
Names = Annotated[tuple[NameGlob, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


Phrase = Annotated[str, Field(max_length=200), AfterValidator(_phrase)]
Phrases = Annotated[tuple[Phrase, ...], BeforeValidator(_as_tuple), Field(max_length=1000)]


class _PolicyEntry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True)


class Default(_PolicyEntry):
    """The floor: what happens to every entity type that is on, per route."""

    frontier: Action = Action.PLACEHOLDER
    local: Action = Action.KEEP


class Detect(_PolicyEntry):
    """Which entity types are switched on besides those that the entity-type table has on.

    There is no `off`: to let a type through, write an exemption, which must say where and why.
    """

    on: Annotated[tuple[TypeGlob, ...], BeforeValidator(_as_tuple)] = ()


class _Selector(_PolicyEntry):
    """What a rule or an exemption is about. Everything that is given must hold; one of several values is enough."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._=:*,+-]{0,79}$")] | None = None
    entity: Types | None = None
    group: Groups | None = None
    roles: Roles | None = None
    clients: Names | None = None
    models: Names | None = None


class PolicyRule(_Selector):
    """An entry that can only tighten: an action for spans, a required or a preferred route, or several of them."""

    data_class: Classes | None = Field(default=None, alias="class")
    min_score: Annotated[float, Field(ge=0, le=1)] = 0.0
    on: RouteKind | None = None
    action: Action | None = None
    require: RouteKind | None = None
    prefer: RouteKind | None = None
    # Estimates: they may say what is preferred, and nothing may depend on them that protects.
    max_tokens: Annotated[int, Field(ge=1), BeforeValidator(_number)] | None = None
    languages: Languages | None = None
    why: Why | None = None

    @model_validator(mode="after")
    def _check(self) -> PolicyRule:
        selectors = (self.entity, self.group, self.data_class, self.roles, self.clients, self.models)
        estimates = (self.max_tokens, self.languages)
        if not any((*selectors, *estimates)):
            raise ValueError(
                "a rule needs at least one of entity, group, class, roles, clients, models, max_tokens, languages"
            )
        if any(estimates) and (self.prefer is None or self.action is not None or self.require is not None):
            raise ValueError('"max_tokens" and "languages" are estimates, which may say what to "prefer" and no more')
        if unknown := set(self.languages or ()) - LANGUAGES:
            raise ValueError(f"languages: {min(unknown)} is not known; expected one of {', '.join(sorted(LANGUAGES))}")
        if self.action is None and self.require is None and self.prefer is None:
            raise ValueError("a rule needs an action, a require or a prefer")
        if self.action is Action.KEEP:
            raise ValueError('a rule can only tighten, so "action: keep" says nothing; write an exemption instead')
        if RouteKind.FRONTIER in (self.require, self.prefer):
            raise ValueError("a rule can only tighten, so it cannot ask for the frontier, which is the default")
        if self.on is not None and (self.require is not None or self.prefer is not None):
            raise ValueError('"require" and "prefer" choose the route, so they cannot depend on it; leave out "on"')
        return self

    @property
    def label(self) -> str:
        """The name that decisions show: the one given, or one made of what the rule says."""
        if self.name is not None:
            return self.name
        parts = (self.action, self.require, f"prefer {self.prefer}" if self.prefer else None)
        effect = "+".join(str(part) for part in parts if part is not None)
        return f"{self.subject}:{effect}" + (f"@{self.on}" if self.on else "")

    @property
    def subject(self) -> str:
        """What it is about, in one line: types, groups, classes and conditions."""
        parts = [",".join(self.entity)] if self.entity else []
        parts += [f"{key}={','.join(str(item) for item in values)}" for key, values in self._conditions() if values]
        if self.min_score:
            parts.append(f"score>={self.min_score:g}")
        return " ".join(parts)

    def _conditions(self) -> Iterable[tuple[str, tuple[str, ...] | None]]:
        return (
            ("group", self.group),
            ("class", self.data_class),
            ("role", self.roles),
            ("client", self.clients),
            ("model", self.models),
            ("tokens", (str(self.max_tokens),) if self.max_tokens else None),
            ("language", self.languages),
        )


class Exemption(_Selector):
    """The only way to loosen. Says where (`on`) and why; cannot undo `block` or a required route."""

    match: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    on: RouteKind
    action: Action
    why: Why

    @model_validator(mode="after")
    def _check(self) -> Exemption:
        if not (self.entity or self.group):
            raise ValueError("an exemption needs an entity or a group: it must be narrow")
        if self.action is Action.BLOCK:
            raise ValueError('an exemption can only loosen, so it cannot say "block"; write a rule instead')
        return self

    @property
    def label(self) -> str:
        """The name that decisions show. The `match` glob is left out: it may be somebody's address."""
        if self.name is not None:
            return self.name
        return f"exempt {self.subject}:{self.action}@{self.on}"

    @property
    def subject(self) -> str:
        """What it is about, in one line, the `match` apart."""
        parts = [",".join(self.entity)] if self.entity else []
        keys = (("group", self.group), ("role", self.roles), ("client", self.clients), ("model", self.models))
        return " ".join((*parts, *(f"{key}={','.join(map(str, values))}" for key, values in keys if values)))


# What stands in a format's name for a kind of content, and the key that decides about it; the first that fits.
_OPAQUE_KEYS = (
    (("remote", "url"), "remote_urls"),
    (("stored", "state"), "stored_state"),
    (("third_party", "tool"), "third_party_tools"),
    (("image", "video"), "images"),
    (("audio",), "audio"),
    (("file", "document", "pdf"), "files"),
)


_Plain = Literal[OpaqueHandling.REFUSE, OpaqueHandling.DROP, OpaqueHandling.PASS]
_Image = Literal[OpaqueHandling.REFUSE, OpaqueHandling.DROP, OpaqueHandling.REENCODE, OpaqueHandling.PASS]
_File = Literal[OpaqueHandling.REFUSE, OpaqueHandling.DROP, OpaqueHandling.SCRUB, OpaqueHandling.PASS]


class Opaque(_PolicyEntry):
    """Content that cannot be read: each kind is refused unless policy says otherwise.

    `remote_urls` are addresses that the provider would fetch, `stored_state` what it keeps from earlier requests,
    `third_party_tools` programs that it would call; `other` is the rest, such as templates and token ids.
    """

    images: _Image = OpaqueHandling.REFUSE
    audio: _Plain = OpaqueHandling.REFUSE
    files: _File = OpaqueHandling.REFUSE
    remote_urls: _Plain = OpaqueHandling.REFUSE
    stored_state: _Plain = OpaqueHandling.REFUSE
    third_party_tools: _Plain = OpaqueHandling.REFUSE
    other: _Plain = OpaqueHandling.REFUSE

    @staticmethod
    def key(kind: str) -> str:
        """Return the key that decides about `kind`, as a format names it: "image", "audio", "file", "document", …"""
        lowered = kind.lower()
        return next((key for parts, key in _OPAQUE_KEYS if any(part in lowered for part in parts)), "other")

    def handling(self, kind: str) -> OpaqueHandling:
        """Return what happens to content of `kind`, as a format names it."""
        found: OpaqueHandling = getattr(self, self.key(kind))
        return found


class TradeSecrets(_PolicyEntry):
    """What makes a request TRADE_SECRET: any of these, as whole words in any letter case.

    `markers` stand on documents ("Example Corp confidential"), `code_names` for what has no public name yet.
    """

    markers: Phrases = ()
    code_names: Phrases = ()


class Restore(_PolicyEntry):
    """Where in an answer the real values may be put back. Plain text always; the rest as written here."""

    urls: StrictBool = False
    tools: Annotated[tuple[NameGlob, ...], BeforeValidator(_as_tuple)] = ("*",)
    withhold: Annotated[tuple[TypeGlob, ...], BeforeValidator(_as_tuple)] = ()


class StreamedVerdict(StrEnum):
    """What a streamed answer does whose confidence is asked for: wait for the verdict, or go on without one."""

    WAIT = "wait"
    PASS = "pass"  # noqa: S105 - lets the stream pass


class Confidence(_PolicyEntry):
    """Whether an answer of a local model that is less sure than `threshold` is asked of the frontier instead.

    Only where no rule requires local. `threshold` is a mean token probability, 0 to 1.
    """

    escalate: StrictBool = False
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.7
    stream: StreamedVerdict = StreamedVerdict.WAIT


class Policy(_PolicyEntry):
    """One whole policy. `digest` stands for its meaning."""

    version: Annotated[Literal[1], BeforeValidator(_number)]
    title: Annotated[str, Field(max_length=200)] | None = None
    extends: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    mode: PolicyMode = PolicyMode.ENFORCE
    default: Default = Default()
    prefer: RouteKind = RouteKind.FRONTIER
    # A route whose moving time to first token is longer gives way to the other one, unless a rule requires it.
    deadline_s: Annotated[float, Field(gt=0, le=3600), BeforeValidator(_number)] | None = None
    confidence: Confidence = Confidence()
    detect: Detect = Detect()
    rules: tuple[PolicyRule, ...] = Field(default=(), max_length=1000)
    exemptions: tuple[Exemption, ...] = Field(default=(), max_length=1000)
    trade_secrets: TradeSecrets = TradeSecrets()
    opaque: Opaque = Opaque()
    unknown_fields: UnknownFields = UnknownFields.SCRUB
    restore: Restore = Restore()
    answers: Answers = Answers.KEEP
    style: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "bracketed"
    model: Model = Model.FAST
    # Whether a client may open a session, whose vault outlives a request.
    sessions: StrictBool = True
    # Whether the spans of a text are remembered for a while under a keyed hash of it (relay/detect/cache.py).
    span_cache: StrictBool = True

    @model_validator(mode="after")
    def _check(self) -> Policy:
        for route in RouteKind:
            if getattr(self.default, route.value) is Action.BLOCK:
                raise ValueError(f'"default: {route}: block" would refuse whoever names anybody; write rules instead')
        if self.default.frontier is Action.KEEP and not self.rules and self.extends is None:
            raise ValueError("this policy would let everything through: the frontier's default is keep, without rules")
        for item in self.exemptions:
            everything = "*" in (*(item.entity or ()), *(item.group or ()))
            narrowed = (item.match is not None and item.match.strip("*")) or item.roles or item.clients or item.models
            if everything and not narrowed and item.on is RouteKind.FRONTIER and item.action is Action.KEEP:
                raise ValueError("this policy would let everything through: an exemption keeps every type")
        return self

    @property
    def digest(self) -> str:
        """Sixteen hex digits of SHA-256 over the canonical form."""
        return hashlib.sha256(self.canonical()).hexdigest()[:16]

    def settings(self) -> dict[str, Any]:
        """Return everything but rules and exemptions, one by one ("default.local"), with lists as sorted sets."""
        tree = self.model_dump(mode="json", exclude={"version", "rules", "exemptions", "title", "extends"})
        flat: dict[str, Any] = {}
        for key, value in tree.items():
            for inner, item in value.items() if isinstance(value, dict) else (("", value),):
                flat[f"{key}.{inner}".rstrip(".")] = sorted(set(item)) if isinstance(item, list) else item
        return flat

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
