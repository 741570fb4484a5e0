"""Whom a network address stands for."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

LONGEST = 100


def address_key(address: str) -> str:
    """One key per IPv4 address and per IPv6 /64, which is what one customer of a provider has."""
    return _key(address[:LONGEST])


@lru_cache(maxsize=10_000)
def _key(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((int(parsed), 64), strict=False))
    return str(parsed)
