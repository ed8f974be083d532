"""Public IP addresses. What IANA's registries of special addresses list stays: private and shared networks, loopback,
link-local, documentation, multicast, reserved. So do dotted numbers that are versions or sections.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

REPLACEMENT_4, REPLACEMENT_6 = "192.0.2.1", "2001:db8::1"  # RFC 5737, RFC 3849

# Registries of special-purpose addresses (RFC 6890 and its updates), and multicast. Python's own properties of
# addresses differ from version to version.
_SPECIAL_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_GLOBAL_6 = IPv6Network("2000::/3")
_SPECIAL_6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20"))

_VERSION = re.compile(
    rb"(?:\b(?:v|ver|vers|version|versions|release|build|firmware|driver|update|patch|sp|section|chapter|article|clause"
    rb"|paragraph|rule|table|figure|appendix|part|item|theorem|lemma|definition|equation|ec)\.?[ :#=(]{0,2}|\xc2\xa7 ?"
    rb"|[A-Za-z0-9][/_-])\Z",
    re.IGNORECASE,
)


def find_4(text: bytes, start: int, stop: int) -> tuple[str, int, int] | None:
    """(rule, start, stop) of an IPv4 address in text[start:stop], four dotted numbers; None where it is none."""
    before, after = text[max(0, start - 20) : start], text[stop : stop + 2]
    if re.search(rb"(?:[A-Za-z0-9_]|[0-9][.,-])\Z", before) or re.match(rb"[A-Za-z0-9_]|[.,-][0-9]", after):
        return None
    parts = text[start:stop].split(b".")
    if any(len(part) > 1 and part[:1] == b"0" for part in parts) or any(int(part) > 255 for part in parts):
        return None
    # Versions and sections begin with two numbers of one digit, or end in 0; of addresses 1 in 650 and 1 in 256 do.
    if len(parts[0]) == len(parts[1]) == 1 or parts[3] == b"0" or _VERSION.search(before):
        return None
    address = IPv4Address(text[start:stop].decode())
    return None if any(address in network for network in _SPECIAL_4) else ("ipv4", start, stop)


def find_6(text: bytes, start: int, stop: int) -> tuple[str, int, int] | None:
    """(rule, start, stop) of an IPv6 address in text[start:stop], hexadecimal digits and colons; None where it is
    none.
    """
    if text[stop - 1 : stop] == b":" and text[stop - 2 : stop] != b"::":
        stop -= 1  # of the sentence
    if re.match(rb"[A-Za-z0-9_]", text[stop : stop + 1]):
        return None
    try:
        address = IPv6Address(text[start:stop].decode())
    except ValueError:
        return None
    if address not in _GLOBAL_6 or any(address in network for network in _SPECIAL_6):
        return None
    return "ipv6", start, stop
