"""Whether a name lies in a subtree that a certificate permits or excludes (p).

Where readers differ, the RFC decides; where it is silent, what the most common ones (OpenSSL, Go) do.

Source: RFC 5280, section 4.2.1.10
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
WILDCARD: Final = "*"


def permits_host(subtree: str, name: str) -> bool:
    """Whether all hosts that a name stands for lie in a subtree.

    Args:
        subtree: `example.com` for it and all below, `.example.com` for all below, empty for all.
        name: may have a wildcard in its first label, which stands for one label or a part of it.
    """
    tree, name = subtree.lower(), name.lower()
    first, _, base = name.partition(".")
    if not tree or WILDCARD not in first:
        return _is_within(tree, name)
    # None of the hosts is `base` itself, so a leading dot makes no difference.
    return _is_within(tree.removeprefix("."), base)


def excludes_host(subtree: str, name: str) -> bool:
    """Whether one of the hosts that a name stands for lies in a subtree.  Arguments as in `permits_host`."""
    # Clients look up the same host with the dot and without.
    tree, name = subtree.lower(), name.lower().removesuffix(".")
    first, _, base = name.partition(".")
    if not tree or WILDCARD not in first:
        return _is_within(tree, name)
    if _is_within(tree.removeprefix("."), base):
        return True
    label, _, above = tree.partition(".")
    return above == base and _fits(first, label)


def contains_address(subtree: Network, name: str) -> bool:
    """Whether an address lies in a network."""
    return ipaddress.ip_address(name) in subtree


def contains_mailbox(subtree: str, name: str) -> bool:
    """Whether a mailbox lies in a subtree.

    Args:
        subtree: a mailbox, a host, or a domain with a leading dot for all hosts below.
    """
    mailbox, _, host = name.rpartition("@")
    own, at, domain = subtree.rpartition("@")
    if at:
        return own == mailbox and domain.lower() == host.lower()
    return _is_host(domain, host)


def contains_uri(subtree: str, name: str) -> bool:
    """Whether the host of a URI that has one lies in a subtree: a host, or a domain with a leading dot."""
    return _is_host(subtree, host_of(name))


def host_of(uri: str) -> str:
    """The host of a URI.  Empty if it has none, or an address: constraints say nothing of those, so they fit none."""
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        return ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return ""


def _is_within(tree: str, name: str) -> bool:
    if not tree or name == tree:
        return True
    return name.endswith(tree if tree.startswith(".") else f".{tree}") and len(name) > len(tree)


def _is_host(subtree: str, host: str) -> bool:
    tree, host = subtree.lower(), host.lower()
    return not tree or host == tree or (tree.startswith(".") and _is_within(tree, host))


def _fits(pattern: str, label: str) -> bool:
    """Whether a label with a wildcard stands for another one."""
    before, _, after = pattern.partition(WILDCARD)
    return len(label) >= len(before) + len(after) and label.startswith(before) and label.endswith(after)
