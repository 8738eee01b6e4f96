"""The sections of a policy that are settings, each with what merge, lint, diff and report need to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from relay.policy.keys import Setting, less, milder_action, more, neither, ranked
from relay.policy.terms import (
    ActionName,
    DataClass,
    OpaqueHandling,
    Phrases,
    StreamedVerdict,
    TypeGlobs,
    as_tuple,
    by_name,
)
from relay.types import Action, RouteKind

__all__ = ["Confidence", "Default", "Detect", "ImpliedClasses", "Opaque", "PolicySection", "Restore", "TradeSecrets"]


class PolicySection(BaseModel):
    """A part of a policy: frozen, and without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, hide_input_in_errors=True)


def _floor(title: str) -> Setting:
    return Setting(title=title, milder=milder_action, finding=False)


class Default(PolicySection):
    """The floor: what happens to every entity type that is on, per route."""

    frontier: Annotated[ActionName, _floor("default towards a provider")] = by_name("placeholder")
    local: Annotated[ActionName, _floor("default on a local route")] = by_name("keep")

    def on(self, route: RouteKind) -> Action:
        """Return the floor of `route`."""
        return self.frontier if route is RouteKind.FRONTIER else self.local


class Detect(PolicySection):
    """Which entity types are switched on besides those that the entity-type table has on.

    There is no `off`: to let a type through, write an exemption, which must say where and why.
    """

    on: Annotated[TypeGlobs, Setting(title="switched on besides the table", milder=less, finding=False, adds=True)] = ()


_Plain = Literal[OpaqueHandling.REFUSE, OpaqueHandling.DROP, OpaqueHandling.PASS]
_Image = Literal[OpaqueHandling.REFUSE, OpaqueHandling.DROP, OpaqueHandling.REENCODE, OpaqueHandling.PASS]
_File = Literal[OpaqueHandling.REFUSE, OpaqueHandling.DROP, OpaqueHandling.SCRUB, OpaqueHandling.PASS]


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What stands in a format's name for a kind of content that the key decides about."""

    parts: tuple[str, ...] = ()


def _unread(content: str) -> Setting:
    return Setting(title=f"content that cannot be read: {content}", milder=ranked(*OpaqueHandling), finding=False)


class Opaque(PolicySection):
    """Content that cannot be read: each kind is refused unless policy says otherwise.

    `remote_urls` are addresses that the provider would fetch, `stored_state` what it keeps from earlier requests,
    `third_party_tools` programs that it would call; `other` is the rest, such as templates and token ids. Of the keys
    whose parts stand in a format's name for a kind, the first decides.
    """

    remote_urls: Annotated[_Plain, _unread("remote URLs"), _Kinds(("remote", "url"))] = OpaqueHandling.REFUSE
    stored_state: Annotated[_Plain, _unread("stored state"), _Kinds(("stored", "state"))] = OpaqueHandling.REFUSE
    third_party_tools: Annotated[_Plain, _unread("tools of third parties"), _Kinds(("third_party", "tool"))] = (
        OpaqueHandling.REFUSE
    )
    images: Annotated[_Image, _unread("images"), _Kinds(("image", "video"))] = OpaqueHandling.REFUSE
    audio: Annotated[_Plain, _unread("audio"), _Kinds(("audio",))] = OpaqueHandling.REFUSE
    files: Annotated[_File, _unread("files"), _Kinds(("file", "document", "pdf"))] = OpaqueHandling.REFUSE
    other: Annotated[_Plain, _unread("other"), _Kinds()] = OpaqueHandling.REFUSE

    @classmethod
    def key(cls, kind: str) -> str:
        """Return the key that decides about `kind`, as a format names it: "image", "audio", "file", "document", …"""
        lowered = kind.lower()
        for name, field in cls.model_fields.items():
            parts = next(item.parts for item in field.metadata if isinstance(item, _Kinds))
            if any(part in lowered for part in parts):
                return name
        return "other"

    def handling(self, kind: str) -> OpaqueHandling:
        """Return what happens to content of `kind`, as a format names it."""
        found: OpaqueHandling = getattr(self, self.key(kind))
        return found


# The classes that a text can imply without a listed word or a value. The others are made of values.
ImpliedClasses = Annotated[
    tuple[Literal[DataClass.PHI, DataClass.NPI, DataClass.PRIVILEGED, DataClass.TRADE_SECRET], ...],
    BeforeValidator(as_tuple),
]


class TradeSecrets(PolicySection):
    """What makes a request TRADE_SECRET: any of these, as whole words in any letter case.

    `markers` stand on documents ("Example Corp confidential"), `code_names` for what has no public name yet.
    """

    markers: Annotated[Phrases, Setting(title="marks of trade secrets", milder=less, finding=False, adds=True)] = ()
    code_names: Annotated[
        Phrases, Setting(title="code names of trade secrets", milder=less, finding=False, adds=True)
    ] = ()


_Names = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=128)], ...],
    BeforeValidator(as_tuple),
]


class Restore(PolicySection):
    """Where in an answer the real values may be put back. Plain text always; the rest as written here."""

    urls: Annotated[
        StrictBool, Setting(title="values put back into URLs", milder=ranked(True, False), finding=False)
    ] = False
    tools: Annotated[_Names, Setting(title="values put back into arguments of tools", milder=more, finding=False)] = (
        "*",
    )
    withhold: Annotated[TypeGlobs, Setting(title="never put back into arguments", milder=less, finding=False)] = ()


class Confidence(PolicySection):
    """Whether an answer of a local model that is less sure than `threshold` is asked of the frontier instead.

    Only where no rule requires local. `threshold` is a mean token probability, 0 to 1.
    """

    escalate: Annotated[
        StrictBool,
        Setting(title="unsure local answers are asked of a provider", milder=ranked(True, False), finding=False),
    ] = False
    threshold: Annotated[
        float, Field(ge=0, le=1), Setting(title="unsure below this probability", milder=more, finding=False)
    ] = 0.7
    stream: Annotated[StreamedVerdict, Setting(title="a streamed answer", milder=neither, finding=False)] = (
        StreamedVerdict.WAIT
    )
