"""Which addresses may be called."""

from ipaddress import ip_address

import pytest

from tideline.platform.outgoing import Allowed, is_public

PUBLIC = ["8.8.8.8", "93.184.216.34", "172.15.255.255", "172.32.0.0", "100.63.255.255", "192.0.1.1", "223.255.255.255",
          "2606:4700:4700::1111", "2a00:1450:4001::1", "2400:cb00::1", "2001:4860:4860::8888"]  # fmt: skip

PRIVATE = {
    "this host": "0.0.0.0",
    "this network": "0.1.2.3",
    "private A": "10.0.0.1",
    "private B": "172.16.0.1",
    "private B, its end": "172.31.255.255",
    "private C": "192.168.1.1",
    "loopback": "127.0.0.1",
    "loopback, elsewhere": "127.255.255.254",
    "link-local, the metadata of clouds": "169.254.169.254",
    "carrier NAT, the metadata of a cloud": "100.100.100.200",
    "protocol assignments, the metadata of a cloud": "192.0.0.192",
    "the inner service of a cloud": "168.63.129.16",
    "documentation": "203.0.113.9",
    "benchmarks": "198.18.0.1",
    "6to4 relays": "192.88.99.1",
    "multicast": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unspecified, v6": "::",
    "loopback, v6": "::1",
    "unique local": "fd00::1",
    "the metadata of a cloud, v6": "fd00:ec2::254",
    "link-local, v6": "fe80::1",
    "site-local": "fec0::1",
    "multicast, v6": "ff02::1",
    "mapped": "::ffff:127.0.0.1",
    "mapped, although public": "::ffff:8.8.8.8",
    "compatible": "::7f00:1",
    "NAT64": "64:ff9b::7f00:1",
    "NAT64, local": "64:ff9b:1::7f00:1",
    "6to4": "2002:7f00:1::",
    "Teredo": "2001:0:7f00:1::",
    "documentation, v6": "2001:db8::1",
    "documentation, v6, the newer one": "3fff::1",
    "discard": "100::1",
    "segment routing": "5f00::1",
}


@pytest.mark.parametrize("address", PUBLIC)
def test_the_public_internet_may_be_called(address: str) -> None:
    assert is_public(ip_address(address))
    assert Allowed().may_reach(address)


@pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE)
def test_nothing_else_may(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not Allowed().may_reach(address)


@pytest.mark.parametrize("address", PRIVATE.values(), ids=PRIVATE)
def test_unless_the_operator_allows_it(address: str) -> None:
    assert Allowed.read([address]).may_reach(address)


def test_an_allowed_network_is_no_more_than_itself() -> None:
    allowed = Allowed.read(["10.1.0.0/16", "[fd00::]"])
    assert allowed.may_reach("10.1.255.255")
    assert allowed.may_reach("fd00::")
    assert not allowed.may_reach("10.2.0.0")
    assert not allowed.may_reach("::ffff:10.1.0.1")
    assert not allowed.may_reach("fe80::1%eth0")


def test_allowed_hosts_are_compared_whole() -> None:
    allowed = Allowed.read(["Hooks.internal.", "*.svc.local"])
    assert all(map(allowed.has_host, ["hooks.internal", "hooks.internal.", "a.svc.local", "a.b.svc.local"]))
    assert not any(map(allowed.has_host, ["xhooks.internal", "a.hooks.internal", "svc.local", "internal", "local", ""]))
