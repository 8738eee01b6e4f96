"""A value is found whole beside whatever tools write before and behind it, all recognizers alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.types import Segment
from tests.support import VALUES, patterns_only

ANALYZER = patterns_only()
JWT = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."  # of RFC 7519's own names
    "dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
WRITTEN = {
    **VALUES,
    "IPv6": "2001:db8:85a3::8a2e:370:7334",
    "MAC_ADDRESS": "3c:22:fb:9a:10:5e",
    "IBAN without gaps": "DE89370400440532013000",
    "area code": "(415) 555-0132",
    "AWS_KEY": "AKIAIOSFODNN7REALKEY",
    "JWT": JWT,
}
# Line ends as JSON text has them, colours, escapes of URLs, the brackets of a diff of words, options, dots, quotes.
BEFORE = [
    *(
        " ",
        "\n",
        "\\n",
        "\\n\\n",
        "\\r\\n",
        "\\t",
        "\\\\n",
        " \x1b[31m",
        "=\x1b[01;31m\x1b[K",
        ": \\u001b[31m",
        "\x1b[24G",
    ),
    *(
        "%22",
        "%20",
        "%0A",
        "&quot;",
        "&lt;",
        "[-",
        "{+",
        " --",
        " ..",
        " ...",
        "</b><b>",
        "'",
        '"',
        '\\"',
        "«",
        "(",
        "[",
        "|",
        "<br>",
    ),
]
BEHIND = [
    *(
        " ",
        "\n",
        "\\n",
        "\\n\\n",
        "\\r\\n",
        "\\t",
        "\x1b[0m",
        "\x1b[m\x1b[K",
        "\\u001b[0m",
        "%22",
        "%20",
        "%0A",
        "&quot;",
    ),
    *("&gt;", "-]", "+}", " -- ", "..", "...", "'", '"', '\\"', "»", ")", "]", "|", "<br>", "-]{+", ";", "!"),
]
# A bracket of a diff is one only with its other half.
PAIRED = {"[-": "-]", "{+": "+}"}


def hidden(text: str, value: str) -> str:
    """Return what of the letters and digits of `value` no span covers."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    start = text.index(value)
    covered = {place for span in spans for place in range(span.start, span.end)}
    return "".join(text[place] for place in range(start, start + len(value)) if place not in covered).strip("+( ).-:")


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", WRITTEN)
def test_what_stands_before_hides_nothing(name: str, before: str) -> None:
    """Inside of a line, behind a word."""
    value = WRITTEN[name]
    assert hidden(f"see{before}{value}{PAIRED.get(before, ' ')} of it", value) == ""


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("name", WRITTEN)
def test_what_stands_behind_hides_nothing(name: str, behind: str) -> None:
    """With a word after it."""
    value = WRITTEN[name]
    before = next((opening for opening, closing in PAIRED.items() if behind.startswith(closing)), " ")
    assert hidden(f"see {before}{value}{behind}of it", value) == ""


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(WRITTEN)), st.sampled_from(BEFORE), st.sampled_from(BEHIND), st.data())
def test_any_two_surroundings(name: str, before: str, behind: str, data: st.DataObject) -> None:
    """Whatever stands on one side stands on the other side, too; between two values as well."""
    value, other = WRITTEN[name], WRITTEN[data.draw(st.sampled_from(sorted(WRITTEN)))]
    if before in PAIRED or behind.startswith(tuple(PAIRED.values())):
        before, behind = ("[-", "-]{+") if data.draw(st.booleans()) else ("{+", "+}")
        text = (
            f"see {before}{value}{behind}{other}+}} of it" if behind.endswith("{+") else f"see {before}{value}{behind}"
        )
    else:
        text = f"see{before}{value}{behind} and{before}{other}{behind} of it"
    assert (hidden(text, value), hidden(text, other) if other in text else "") == ("", "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # an address and its port behind a dot
        ("IP 203.0.113.77.52344 > 198.51.100.7.443: Flags [S]", ["203.0.113.77", "198.51.100.7"]),
        ("IP6 2001:db8:1f::9b2.443 > 2001:db8:1f::9b3.52344: Flags", ["2001:db8:1f::9b2", "2001:db8:1f::9b3"]),
        ("tcp4  0  0  10.20.0.9.22  10.30.0.8.50022  ESTABLISHED", ["10.20.0.9", "10.30.0.8"]),
        ("at 203.0.113.77. Then", ["203.0.113.77"]),
        ("OID 1.3.6.1.4.1.311.21.20 and .1.3.6.1.2.1.1.1.0", []),
        ("2.16.840.1.113883.3 and 1.203.0.113.77", []),
        ("version 84.3.2.1.5, build 120.0.6099.109.1, 203.0.113.77.5.6", []),
        ("203.0.113.77.99999 and 203.0.113.77.012", []),
        # ranges
        ("pool 203.0.113.10-203.0.113.20", ["203.0.113.10", "203.0.113.20"]),
        ("hosts 203.0.113.10..203.0.113.20", ["203.0.113.10", "203.0.113.20"]),
        ("lib 1.2.3.4-5.6.7.8, app-203.0.113.77, 1.2.3-203.0.113.77", []),
        # a word and a colon before an address
        ("v=spf1 ip4:203.0.113.77 ip6:2001:db8:1f::9b2 -all", ["203.0.113.77", "2001:db8:1f::9b2"]),
        ("inet6 addr:2001:db8:1f::9b2/64", ["2001:db8:1f::9b2"]),
        ("peer udp:2001:db8:8108:44c0:1f::9b2:51820", ["2001:db8:8108:44c0:1f::9b2"]),
        ("source:fe80::9b2 and node:fd00:1::2", ["fe80::9b2", "fd00:1::2"]),
        ("> 2001:db8:1f::9b2: Flags, ping fe80::9b2:", ["2001:db8:1f::9b2", "fe80::9b2"]),
        ("case 1::2b: x, a1::b2:", []),
        ("std::dead::beef, std::vector::x, ns:abc1::def2, crate::f00d::bad1", []),
        ("log:12:30:45 and time:10:20:30:500, a::b, 1:2::x", []),
        # a label before a hardware address, a hyphen or colon behind it
        ("HWaddr:3c:22:fb:9a:10:5e", ["3c:22:fb:9a:10:5e"]),
        ("mac:3c:22:fb:9a:10:5e, bssid:3c-22-fb-9a-10-5f", ["3c:22:fb:9a:10:5e", "3c-22-fb-9a-10-5f"]),
        ("x -3c:22:fb:9a:10:5e, -3c-22-fb-9a-10-5f", ["3c:22:fb:9a:10:5e", "3c-22-fb-9a-10-5f"]),
        ("wlan-3c:22:fb:9a:10:5e- and 3c:22:fb:9a:10:5f: up", ["3c:22:fb:9a:10:5e", "3c:22:fb:9a:10:5f"]),
        (
            "MAC=3c:22:fb:9a:10:5e:00:1b:21:3c:9d:f8:08:00 SRC=203.0.113.77",
            ["3c:22:fb:9a:10:5e", "00:1b:21:3c:9d:f8", "203.0.113.77"],
        ),
        ("MAC=ff:ff:ff:ff:ff:ff:00:1b:21:3c:9d:f8:08:00 SRC", ["00:1b:21:3c:9d:f8"]),
        ("? (10.0.0.1) at 3c:22:fb:9a:1:7d on en0", ["10.0.0.1", "3c:22:fb:9a:1:7d"]),
        ("SHA1 3c:22:fb:9a:10:5e:00:1b:21:3c:9d:f8:08:00:aa:bb:cc:dd:ee:ff", []),
        ("dump aa:3c:22:fb:9a:10:5e, abcd:3c:22:fb:9a:10:5e, 3c:22:fb:9a:10:5e:7", []),
        ("q0-35-24-54-23-19-65-19-36 and at 1:2:3:4:5:6", []),
        # a number in a URI
        ("sip:+491709876543@sip.example.net", ["+491709876543@sip.example.net"]),
        ("From: <sip:+491709876543@203.0.113.77>;tag=1", ["+491709876543", "203.0.113.77"]),
        ("<sip:+491709876543:5060> and tel:+491709876543;ext=1", ["+491709876543", "+491709876543"]),
        ("sip:alice, tel:+123, im:+1", []),
        ("ingrid@@example.org", ["ingrid@@example.org"]),
        ("SELECT @@version.x; foo@@bar", []),
    ],
)
def test_signs_that_belong_to_no_value(text: str, found: list[str]) -> None:
    """Ports, ranges, labels and URIs, beside versions, object identifiers, names in programs and dumps of bytes."""
    (spans,) = ANALYZER.analyze([Segment(pointer="/0", text=text)])
    assert [text[span.start : span.end] for span in spans] == found
