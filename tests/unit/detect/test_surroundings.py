"""A value is found whole beside whatever tools write before and behind it, all recognizers alike."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import example, given, settings
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
    "MAC with hyphens": "3c-22-fb-9a-10-5e",
    "area code": "(415) 555-0132",
    "country and area code": "+1 (415) 555-0132",
    "trunk digit": "+49 (0)30 901820-17",
    "AWS_KEY": "AKIAIOSFODNN7REALKEY",
    "JWT": JWT,
    "OPENAI_KEY": "sk-proj-" + "abcdEFGH1234567890" * 2,
    "GOOGLE_KEY": "AIza" + "SyD9tSrke72PouQMnMXa7eZSW0jkFMBWYxQ",
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


# What makes another thing of a value: the text right before it, and right behind it.
NOT_BEHIND = {
    # A name, the sign and an address are an account at a host: what looks like an address is taken for the host.
    "EMAIL_ADDRESS": r"x[^A-Za-z0-9\s]?@",
    # Two colons are a part of an address and shorten its groups; an escape of HTML takes the digits of the first pair.
    "IPv6": "::",
    "MAC_ADDRESS": "::|&#",
    "MAC with hyphens": "::|&#",
}
NOT_BEFORE = {"MAC_ADDRESS": "::", "MAC with hyphens": "::"}
SIGNS = string.punctuation
PAIRS = [one + other for one in SIGNS for other in SIGNS]


@pytest.mark.parametrize("start", [" ", "x"])
@pytest.mark.parametrize("name", WRITTEN)
def test_every_sign_and_pair_of_signs(name: str, start: str) -> None:
    """Before and behind every value, at a word or not, but for the exceptions above."""
    value, missed = WRITTEN[name], []
    for signs in (*SIGNS, *PAIRS):
        before, behind = f"see{start}{signs}", f"{signs}{start}of it"
        excepted = name in NOT_BEHIND and re.search(f"(?:{NOT_BEHIND[name]})$", before)
        if not excepted and hidden(f"{before}{value} of it", value):
            missed.append(before)
        excepted = name in NOT_BEFORE and re.match(NOT_BEFORE[name], behind)
        if not excepted and hidden(f"see {value}{behind}", value):
            missed.append(behind)
    assert missed == []


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(WRITTEN)),
    st.text(st.characters(categories=["P", "S", "Z"], exclude_characters=SIGNS), min_size=1, max_size=2),
)
@example("IP_ADDRESS", "·")
def test_signs_of_other_scripts(name: str, signs: str) -> None:
    """Dashes, quotation marks, currencies, bullets and blanks."""
    value = WRITTEN[name]
    assert hidden(f"see x{signs}{value}{signs}x of it", value) == ""


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
        ("lib 1.2.3.4-5.6.7.8, app-3.0.113.77, 1.2.3-203.0.113.77", []),
        # a name before an address, and before a version
        (
            "fw-203.0.113.77, r1-203.0.113.78 and vpn-198.51.100.4.conf",
            ["203.0.113.77", "203.0.113.78", "198.51.100.4"],
        ),
        ("access.203.0.113.77.log, No.198.51.100.4, gw.192.0.2.9", ["203.0.113.77", "198.51.100.4", "192.0.2.9"]),
        ("pkg-1.2.3.4 v10.2.3.4 libfoo-1.2.3.4.so Chrome/120.0.6099.71 pkg-1.2.3.200 lib.3.1.4.200", []),
        ("['7.1.4.34', 1806] and ['203.0.113.77', 1806]", ["203.0.113.77"]),
        # the number of an item
        ("1.203.0.113.77\n2.198.51.100.4\n3.192.0.2.200", ["203.0.113.77", "198.51.100.4", "192.0.2.200"]),
        ("> 1.203.0.113.77\n> 2.198.51.100.4", ["203.0.113.77", "198.51.100.4"]),
        ("1.2.250.1.5\n1.3.6.1.4\n2.5.4.250.1", []),
        ("1.4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("0.4111111111111111", []),
        # an address for mail: where it begins and ends
        ("+maria@example.org and (+maria@example.org)", ["maria@example.org"] * 2),
        ("LIKE '%maria@example.org%' <!--maria@example.org-->", ["maria@example.org"] * 2),
        ("e-mail:-maria@example.org, _maria@example.org_", ["maria@example.org"] * 2),
        (
            "_svc_backup@example.org first+tag@example.org x%y@example.org",
            ["svc_backup@example.org", "first+tag@example.org", "x%y@example.org"],
        ),
        ("LIKE '%MARIA@example.org'", ["MARIA@example.org"]),
        ("q=%22maria@example.org%22 q=%2Bmaria@example.org", ["maria@example.org"] * 2),
        ("maria@example.org-old", ["maria@example.org"]),
        ("a/maria@example.org.png maria@example.org.json", ["maria@example.org"] * 2),
        ("icon@2x.png package@1.2.3.tgz hero@2x.min.js app@1.2.css jquery@3.6.0.min.js getty@tty1.service", []),
        # brackets and slashes of telephone numbers
        ("Call (+1 (415) 555-0132) or $(+1 (415) 555-0133)", ["+1 (415) 555-0132", "+1 (415) 555-0133"]),
        ("(+49 (0)30 901820-17) (0049 (0)30 90182017)", ["+49 (0)30 901820-17", "0049 (0)30 90182017"]),
        ("(415) 555-0132/(415) 555-0133", ["(415) 555-0132", "(415) 555-0133"]),
        (
            "1,536-22-1874,415-555-0132 n=536-22-1874+536-22-1875",
            ["536-22-1874", "415-555-0132", "536-22-1874", "536-22-1875"],
        ),
        ("no 12-536-22-1874 and 536-22-1874-5, 4.536.22.1874", []),
        # cards and keys
        ("4111_1111_1111_1111 4111/1111/1111/1111", ["4111_1111_1111_1111", "4111/1111/1111/1111"]),
        ("2024/1111/1111/1112 1_000_000_000_000_000", []),
        ("app.key-0f1e2d3c4b5a69788796a5b4c3d2e1f0.js", []),
        ("<key-0f1e2d3c4b5a69788796a5b4c3d2e1f0>", ["key-0f1e2d3c4b5a69788796a5b4c3d2e1f0"]),
        ("x-de89370400440532013000", []),
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
        ("nic-3c:22:fb:9a:10:5e.cfg, 3c:22:fb:9a:10:5f:8080", ["3c:22:fb:9a:10:5e", "3c:22:fb:9a:10:5f"]),
        ("run-20-11-12-13-14-15, run-3c-22-fb-9a-10-5e", ["3c-22-fb-9a-10-5e"]),
        ("n+415-555-0132 and 1+415-555-0133", ["415-555-0132", "415-555-0133"]),
        ("{'mac':3c:22:fb:9a:10:5e, 'ip':2001:db8:1f::9b2}", ["3c:22:fb:9a:10:5e", "2001:db8:1f::9b2"]),
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
