"""IP and hardware addresses."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

from relay.detect.rules import PatternRule, RuleRecognizer
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "IpAddressRecognizer"]

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# An address whose numbers are all this small reads like a version number unless a word says otherwise.
_VERSION_LIKE = 20
# Behind an equals sign, as in "protobuf=4.25.3.1", versions have numbers up to here.
_PINNED_LIKE = 99
# Arcs of object identifiers: X.500 attributes and extensions, enterprises (ITU-T X.660, RFC 5280).
_OBJECT_IDENTIFIERS = ("2.5.4.", "2.5.29.", "1.3.6.1", "1.2.840.", "1.3.14.", "1.3.101.")


class IpAddressRecognizer(RuleRecognizer):
    """Takes addresses of hosts: not loopback, not unspecified, no mask, no version number. MAC addresses too."""

    name = "ip_address"
    source = "RFC 791, RFC 4291 section 2.2, RFC 5952; EUI-48 and EUI-64 as in RFC 9542; as of 2026-11-21"
    rules = (
        PatternRule(
            entity_type="IP_ADDRESS",
            regex=rf"(?:{_OCTET}\.){{3}}{_OCTET}",
            trigger=r"\d\.\d{1,3}\.\d{1,3}\.\d",
            opens=r"\d+",
            start=r"(?<![\w.])",
            end=r"(?!\w)(?!\.\d)",
            score=0.6,
            lead_chars=14,
            max_chars=16,
        ),
        PatternRule(
            entity_type="IP_ADDRESS",
            # A zone begins with a letter, or is a short number: `%20` is an escape.
            regex=rf"(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}(?:{_OCTET}(?:\.{_OCTET}){{3}}|[0-9A-Fa-f]{{0,4}})"
            r"(?:%(?:25)?(?:[a-z][\w-]{0,14}|\d{1,2}(?![0-9a-f])))?",
            trigger=r"[0-9a-f]:[0-9a-f]{0,4}:[0-9a-f:]|::[0-9a-f]",
            start=r"(?<![\w:.])",
            end=r"(?![\w:])(?!\.\d)",
            score=0.6,
            lead_chars=44,
            max_chars=64,
            ignore_case=True,
        ),
        PatternRule(
            entity_type="MAC_ADDRESS",
            regex=r"[0-9A-F]{2}(?P<sep>[:-])(?:[0-9A-F]{2}(?P=sep)){4}(?:[0-9A-F]{2}(?P=sep)[0-9A-F]{2}(?P=sep))?[0-9A-F]{2}"
            r"|[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}",
            trigger=r"[0-9A-F]{2}[:-][0-9A-F]{2}[:-][0-9A-F]{2}[:-][0-9A-F]{2}[:-][0-9A-F]{2}[:-]"
            r"|[0-9A-F]{4}\.[0-9A-F]{4}\.[0-9A-F]{4}",
            start=r"(?<![\w:.-])",
            end=r"(?![\w:-])",
            score=0.7,
            lead_chars=24,
            max_chars=26,
            ignore_case=True,
        ),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Tell a host's address from a mask, a version, a time or a name with colons."""
        value = candidate.value
        score = candidate.pattern.score
        if candidate.pattern.name.endswith("MAC_ADDRESS"):
            bare = value.lower().strip("0:-.")
            if bare and bare.strip("f:-."):
                yield Span("MAC_ADDRESS", candidate.start, candidate.end, score, self.name)
            return
        if ":" in value:
            if not _is_host_v6(value):
                return
        else:
            # Loopback, "this network", a mask, an object identifier.
            if value.startswith(("127.", "0.", "255.", *_OBJECT_IDENTIFIERS)):
                return
            before = candidate.text[max(0, candidate.start - 2) : candidate.start]
            largest = max(map(int, value.split(".")))
            small = largest <= _VERSION_LIKE and not value.startswith("10.")
            pinned = before[-1:] == "=" and largest <= _PINNED_LIKE
            if small or pinned or before[-1:] == "-" or before.lower().endswith("v"):
                score = 0.25

        yield Span("IP_ADDRESS", candidate.start, candidate.end, score, self.name)


def _is_host_v6(value: str) -> bool:
    groups = [group for group in value.partition("%")[0].split(":") if group]
    # "dead::beef" is a name in C++; an address that is cut short has a digit or several groups.
    if len(groups) < 2 or (len(groups) < 3 and not any(map(str.isdigit, groups[0] + groups[1]))):
        return False
    try:
        address = IPv6Address(value.partition("%")[0])
    except AddressValueError:
        return False
    host = address.ipv4_mapped or address
    return not (host.is_loopback or host.is_unspecified)


PLUGINS = (IpAddressRecognizer,)
