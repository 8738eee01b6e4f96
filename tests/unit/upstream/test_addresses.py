"""Which addresses an upstream's name may lead to."""

from __future__ import annotations

import socket

import pytest

from relay.errors import ConfigFault
from relay.upstream.addresses import AddressRefused, base_host, is_refused, socket_factory


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("127.0.0.1", False),
        ("10.0.0.5", False),
        ("192.168.1.10", False),
        ("172.18.0.3", False),
        ("203.0.113.7", False),
        ("::1", False),
        ("fd00::1", False),
        ("2001:db8::1", False),
        ("169.254.169.254", True),
        ("169.254.0.1", True),
        ("fe80::1", True),
        ("fe80::1%eth0", True),
        ("fd00:ec2::254", True),
        ("100.100.100.200", True),
        ("192.0.0.192", True),
        ("0.0.0.0", True),
        ("::", True),
        ("224.0.0.1", True),
        ("ff02::1", True),
        ("::ffff:169.254.169.254", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:a9fe:a9fe", True),
        ("::169.254.169.254", True),
        ("64:ff9b::a9fe:a9fe", True),
        ("2002:a9fe:a9fe::1", True),
        ("not an address", True),
    ],
)
def test_is_refused(address: str, refused: bool) -> None:
    """Loopback and private addresses may be upstreams; metadata services in any spelling may not."""
    assert is_refused(address) is refused


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "169.254.43518", "0xa9fea9fe"])
def test_odd_numbers_are_no_hosts(host: str) -> None:
    """A number that only the C library takes for an address is refused at start."""
    with pytest.raises(ConfigFault):
        base_host(f"http://{host}/v1")


@pytest.mark.parametrize("host", ["127.0.0.1", "example.com", "ollama", "3com.example", "[::1]"])
def test_hosts(host: str) -> None:
    """Names and whole addresses are hosts."""
    assert base_host(f"http://{host}:8080/v1") == host.strip("[]")


def _info(address: str) -> tuple[object, ...]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return family, socket.SOCK_STREAM, 0, "", (address, 80)


def test_socket_factory() -> None:
    """A name that leads to a metadata service makes no socket; the literal address in the configuration does."""
    with pytest.raises(AddressRefused):
        socket_factory("upstream.example.com")(_info("169.254.169.254"))
    socket_factory("169.254.169.254")(_info("169.254.169.254")).close()
    socket_factory("upstream.example.com")(_info("127.0.0.1")).close()
