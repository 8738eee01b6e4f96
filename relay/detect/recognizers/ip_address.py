"""IP and hardware addresses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv6Address

from relay.detect.borders import BEHIND_A_SIGN, END, START
from relay.detect.rules import PatternRule, RuleRecognizer, labelled
from relay.types import Candidate, Span

__all__ = ["PLUGINS", "IpAddressRecognizer"]

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# An address whose numbers are all this small reads like a version number unless a word says otherwise.
_VERSION_LIKE = 20
# Behind an equals sign, as in "protobuf=4.25.3.1", versions have numbers up to here.
_PINNED_LIKE = 99
_ONE_DIGIT = 9
# Arcs of object identifiers: X.500 attributes and extensions, enterprises (ITU-T X.660, RFC 5280).
_OBJECT_IDENTIFIERS = ("2.5.4.", "2.5.29.", "1.3.6.1", "1.2.840.", "1.3.14.", "1.3.101.")


# A word and a colon, or one with digits (`ip6`, `eth0`). What has four signs or fewer, all of them hexadecimal, may be
# a group of the address.
_BEHIND_A_WORD = (
    r"(?:(?<=[g-z_]:)|(?<=[g-z_][0-9a-f]:)|(?<=[g-z_][0-9a-f]{2}:)|(?<=[g-z_][0-9a-f]{3}:)|(?<=[0-9a-f]{5}:))(?!:)"
)
# Beside a colon that is none of its own only what is assigned counts: global unicast, unique local, link-local (RFC
# 4291, 2.4).
_ASSIGNED = re.compile(r"(?:[23][0-9a-f]{3}|f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):", re.IGNORECASE)
_FRAME_OCTETS = 14
_BEFORE = 80
_FIRST_OF_RANGE = re.compile(rf"(?<![\w.]){_OCTET}(?:\.{_OCTET}){{3}}-\Z")
# What has numbers with dots that are no address: right before them, or near those that read as a version.
_WITH_NUMBERS = r"\b(?:versions?|releases?|builds?|sections?|chapters?|firmware|oids?|clauses?)"
_NUMBERED = re.compile(rf"{_WITH_NUMBERS}(?:\s(?:is|was|number|no\.?))?[\s:=#(\"'-]{{1,3}}\Z", re.IGNORECASE)
_NUMBERED_NEAR = re.compile(rf"{_WITH_NUMBERS}\b", re.IGNORECASE)
# What logs call the two ends of a connection: behind an equals sign stands an address, whatever its numbers are.
_END_OF_CONNECTION = re.compile(
    r"(?<![A-Za-z])(?:(?:src|dst|orig|resp|peer|client|remote)(?:[_.-]?(?:ip|addr|address|h|host))?"
    r"|[sdlrc](?:addr|host|ip)|(?:source|dest(?:ination)?|target)[_.-]?(?:ip|addr|address|host))=[\"']?\Z",
    re.IGNORECASE,
)
# The same where a version may stand, too, with small numbers.
_PERHAPS_END = re.compile(r"(?<![A-Za-z])(?:source|dest(?:ination)?|target|from|to)=[\"']?\Z", re.IGNORECASE)
_BEHIND = 16
# A name that ends in a hyphen or dot, and a version that goes on: "1.2.3-".
_NAME = re.compile(r"\w-\Z|(?<!\.)\.\Z")
_VERSION = re.compile(r"\d\.\d{1,4}-\Z")
_HIGHEST_PORT = 65_535
# The first number of an object identifier is 2 at most (ITU-T X.660).
_TOP_ARC = 2
# A version of five parts has hardly ever a number like that.
_LARGE = 128


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
            # What a name before it, `.port` and a fifth number are is decided in `check`.
            start=START + r"(?<!\d\.)",
            end=END,
            score=0.6,
            lead_chars=14,
            max_chars=16,
        ),
        PatternRule(
            entity_type="IP_ADDRESS",
            # A zone begins with a letter, or is a short number: `%20` is an escape.
            regex=rf"(?!:(?!:))(?:[0-9A-Fa-f]{{0,4}}:){{2,7}}(?:{_OCTET}(?:\.{_OCTET}){{3}}|[0-9A-Fa-f]{{0,4}})"
            r"(?:(?<![0-9A-Fa-f]:)%(?:25)?(?:[a-z][\w-]{0,14}|\d{1,2}(?![0-9a-f])))?",
            trigger=r"[0-9a-f]:[0-9a-f]{0,4}:[0-9a-f:]|::[0-9a-f]",
            # A word and a colon before it, as in `ip6:` and `inet6 addr:`: one that is no group of an address itself.
            start=rf"(?:(?<![\w:])(?<!\d\.)|{BEHIND_A_SIGN}|{_BEHIND_A_WORD})",
            # Behind it a colon and a port, a word or a sign.
            end=END + r"(?!:(?!\d{0,5}(?![\w:])|[0-9a-f]{0,4}[g-z_]))(?!\.\d{1,3}\.\d)",
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
            # Not one of more pairs, such as a fingerprint or a dump of bytes, but for a port. What does not join the
            # pairs is a border; a word and a hyphen before pairs with hyphens are one where these are hexadecimal.
            start=rf"(?:{BEHIND_A_SIGN}|{_BEHIND_A_WORD}|(?=..:)(?<![\w:])|(?=..-)(?<![\w:-])|(?<![\w:.-])"
            r"|(?=..-)(?:(?<=[^0-9a-z]-)|(?<=[g-z_]-)(?=[0-9-]{0,16}[a-f])))",
            end=END + r"(?![:-](?!\d{3,5}(?![\w:-]))[0-9a-f]{1,4}(?![0-9a-z]))(?!::)",
            score=0.7,
            lead_chars=24,
            max_chars=26,
            ignore_case=True,
        ),
        PatternRule(
            # The header of a frame, as netfilter logs it: two addresses and the type.
            entity_type="MAC_ADDRESS",
            regex=r"(?<=MAC=)(?:[0-9a-f]{2}:){13}[0-9a-f]{2}",
            trigger=r"MAC=[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]",
            start="",
            end=r"(?![\w:])",
            score=0.7,
            lead_chars=24,
            max_chars=48,
        ),
        PatternRule(
            # macOS and the BSDs leave out leading zeros.
            entity_type="MAC_ADDRESS",
            regex=r"[ :=]{0,2}(?P<value>(?=[0-9:]{0,17}[a-f])[0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5})",
            trigger=r"\b(?:at|ether|lladdr|mac(?:[ _-]?addr(?:ess)?)?|[be]?ssid|hw ?addr|station) ?[ :=]",
            end=r"(?![\w:-])",
            score=0.7,
            max_chars=26,
            ignore_case=True,
            follows=True,
        ),
        labelled("MAC_ADDRESS", r"mac|(?:mac|physical|hardware|bluetooth) address", r"[0-9A-Fa-f]{12}", score=0.7),
    )

    def check(self, candidate: Candidate) -> Iterable[Span]:
        """Tell a host's address from a mask, a version, a time or a name with colons."""
        value, end = candidate.value, candidate.end
        score = candidate.pattern.score
        if candidate.pattern.name.endswith("MAC_ADDRESS"):
            frame = value.count(":") == _FRAME_OCTETS - 1
            for first, last in ((0, 17), (18, 35)) if frame else ((0, len(value)),):
                bare = value[first:last].lower().strip("0:-.")
                if bare and bare.strip("f:-."):
                    yield Span("MAC_ADDRESS", candidate.start + first, candidate.start + last, score, self.name)
            return
        if ":" in value:
            if value.endswith(":") and not value.endswith("::"):
                value, end = value[:-1], end - 1
            beside_a_colon = ":" in (
                candidate.text[candidate.start - 1 : candidate.start],
                candidate.text[end : end + 1],
            )
            if not _is_host_v6(value) or (beside_a_colon and not _ASSIGNED.match(value)):
                return
        else:
            # Loopback, "this network", a mask, an object identifier.
            if value.startswith(("127.", "0.", "255.", *_OBJECT_IDENTIFIERS)):
                return
            before = candidate.text[max(0, candidate.start - _BEFORE) : candidate.start]
            listed = _listed(candidate)
            if listed is not None:
                yield Span("IP_ADDRESS", *listed, score, self.name)
                return
            largest = max(map(int, value.split(".")))
            if candidate.text.startswith(".", candidate.end) and not _has_port(candidate, before, largest):
                return
            if _NUMBERED.search(before) is not None:
                return
            if _may_be_version(value, before, candidate.text[end : end + _BEHIND]):
                score = 0.25

        yield Span("IP_ADDRESS", candidate.start, end, score, self.name)


def _may_be_version(value: str, before: str, behind: str) -> bool:
    """Tell whether what stands beside the four numbers leaves open that they are a version."""
    if _END_OF_CONNECTION.search(before):
        return False
    numbers = sorted(map(int, value.split(".")))
    largest = numbers[-1]
    # Of four numbers three with one digit and none with three: a version, too.
    short = numbers[2] <= _ONE_DIGIT and largest <= _PINNED_LIKE
    small = (largest <= _VERSION_LIKE or short) and not value.startswith("10.")
    pinned = before[-1:] == "=" and largest <= _PINNED_LIKE and not _PERHAPS_END.search(before)
    in_name = (
        _NAME.search(before) is not None
        and not _FIRST_OF_RANGE.search(before)
        and (largest < _LARGE or _reads_as_version(value) or _VERSION.search(before) is not None)
    )
    near = (_reads_as_version(value) or largest <= _PINNED_LIKE) and _NUMBERED_NEAR.search(before + behind)
    return bool(small or pinned or in_name or near or before.lower().endswith("v"))


def _reads_as_version(value: str) -> bool:
    """Tell whether `value`, behind a name, begins as versions and object identifiers do: with a small number."""
    first = int(value.partition(".")[0])
    return first <= _VERSION_LIKE and first != _PRIVATE


_PRIVATE = 10  # RFC 1918
_ITEM = re.compile(rf"(?P<item>\d{{1,2}})\.(?P<value>{_OCTET}(?:\.{_OCTET}){{3}})(?![\w.]*\w)")
_QUOTED = " \t>"  # what may stand before the items of a list


def _listed(candidate: Candidate) -> tuple[int, int] | None:
    """Return where the address behind an item's number is, as in `1.203.0.113.77`, below the item before it."""
    text, start = candidate.text, candidate.start
    item = _ITEM.match(text, start, start + 24)
    *above, line = text[max(0, start - 2 * _BEFORE) : start].split("\n")
    if item is None or line.strip(_QUOTED):
        return None
    if _reads_as_version(item["value"]) or max(map(int, item["value"].split("."))) < _LARGE:
        return None
    number = int(item["item"])
    is_next = number == 1 or (bool(above) and above[-1].lstrip(_QUOTED).startswith(f"{number - 1}."))
    return item.span("value") if is_next else None


# A full stop, or a port behind a dot, as tcpdump and netstat write it; what has more numbers is no address.
_PORT = re.compile(r"\.(?!\d)|\.(?:0|[1-9]\d{0,4})(?![\w.]*\w)")
_BESIDE_PORT = re.compile(r"[.\d*]{1,8}\s{0,8}(?:[<>:]|\d{1,3}(?:\.\d{1,3}){3}|\*\.|[A-Z_]{5,})")
_PROTOCOL = re.compile(r"(?:\b(?:tcp|udp|icmp|sctp|quic)(?:4|6|46)?|\bIP|[<>])\s[^\n]{0,64}$|[<>]\s?$", re.IGNORECASE)


def _has_port(candidate: Candidate, before: str, largest: int) -> bool:
    """Tell whether what follows the address is the end of a sentence or a port, not a fifth part of a version."""
    text, end = candidate.text, candidate.end
    port = _PORT.match(text, end, end + 8)
    if port is None:
        return False
    if port.end() == end + 1:
        return True
    if int(text[end + 1 : port.end()]) > _HIGHEST_PORT or int(candidate.value.partition(".")[0]) <= _TOP_ARC:
        return False
    if largest >= _LARGE:
        return True
    return _BESIDE_PORT.match(text, end, end + 40) is not None or _PROTOCOL.search(before) is not None


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
