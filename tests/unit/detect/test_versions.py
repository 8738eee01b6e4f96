"""What four numbers with dots are: the address of a host, or a version."""

from __future__ import annotations

import pytest

from tests.support import patterns_only


def addresses(text: str) -> list[str]:
    return [text[span.start : span.end] for span in patterns_only().find(text) if span.entity_type == "IP_ADDRESS"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A word of versions somewhere near says nothing of an address that reads like one.
        ("The new version is deployed on 203.0.113.77.", "203.0.113.77"),
        ("Deploy to 203.0.113.77, build 1042", "203.0.113.77"),
        ("New build is up at http://203.0.113.77:8080/", "203.0.113.77"),
        ("build failed on 203.0.113.77", "203.0.113.77"),
        ("build agent 203.0.113.77 offline", "203.0.113.77"),
        ("curl 203.0.113.77/version", "203.0.113.77"),
        ("ssh root@203.0.113.77 cat /etc/os-release", "203.0.113.77"),
        ("Update 7.1.4.34 from 203.0.113.7", "203.0.113.7"),
        ("The new version is deployed on 2001:db8:4001:81b::200e.", "2001:db8:4001:81b::200e"),
        # Right before it does, and near it for what reads like a version.
        ("version 84.3.2.101", ""),
        ("Version: 84.3.2.101", ""),
        ("firmware=192.3.2.101", ""),
        ("the release is 31.2.3.144", ""),
        ("see section 12.30.41.7", ""),
        ("the versions 12.30.41.7 and 12.30.41.8", ""),
        ("server version 7.1.4.34", ""),
    ],
)
def test_an_address_or_a_version(text: str, found: str) -> None:
    assert addresses(text) == ([found] if found else [])
