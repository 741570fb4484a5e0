"""Which IP addresses may be called: those of the public internet, and what the operator allows besides. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# https://www.iana.org/assignments/iana-ipv4-special-registry. `is_global` of the standard library says almost the
# same, but not the same in every release of Python, so the list stands here.
_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # the one cloud whose inner service lives at a public address (Azure)
        ),
    )
)  # fmt: skip

# Of IPv6 only this part is given out, so mapped, translated (NAT64), local and multicast addresses are outside of it.
_PUBLIC_6 = IPv6Network("2000::/3")
# Protocol assignments with Teredo; documentation twice; 6to4. Teredo and 6to4 carry an IPv4 address inside.
_NOT_PUBLIC_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be called although it is not public: whole networks, and hosts whatever their address is."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def read(cls, entries: Iterable[str]) -> "Allowed":
        """Networks and addresses as such; everything else is a host, or with `*.` in front all hosts below it."""
        networks: list[Network] = []
        hosts: set[str] = set()
        for entry in entries:
            try:
                networks.append(ip_network(entry.strip("[]"), strict=False))
            except ValueError:
                hosts.add(entry.lower().rstrip("."))
        return cls(tuple(networks), frozenset(hosts))

    def has_host(self, host: str) -> bool:
        host = host.rstrip(".")
        above = host.split(".")[1:]
        return host in self.hosts or any("*." + ".".join(above[n:]) in self.hosts for n in range(len(above)))

    def may_reach(self, address: str) -> bool:
        """Addresses with a zone (`fe80::1%eth0`) belong to this machine's own links."""
        if "%" in address:
            return False
        found = ip_address(address)
        return is_public(found) or any(found in network for network in self.networks)
