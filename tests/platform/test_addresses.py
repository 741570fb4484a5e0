"""Addresses of one customer of a provider are one."""

import pytest

from tideline.platform.addresses import LONGEST, address_key

KEYS = {
    "IPv4": ("192.0.2.7", "192.0.2.7"),
    "IPv4 on a socket for both": ("::ffff:192.0.2.7", "192.0.2.7"),
    "IPv6": ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    "IPv6 with a zone": ("fe80::1%eth0", "fe80::/64"),
    "no address": ("unix", "unix"),
    "nothing": ("", ""),
    "a very long text": ("x" * 5000, "x" * LONGEST),
}


@pytest.mark.parametrize(("address", "key"), KEYS.values(), ids=KEYS)
def test_addresses_of_one_customer_are_one_key(address: str, key: str) -> None:
    assert address_key(address) == key
