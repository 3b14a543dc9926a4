"""Lists that other systems give page by page.

The address of the next page is in the answer, and the request for it carries the credentials.  So it has to lead to
where the first page came from.

Source: RFC 8288, section 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.outgoing.http import Reply

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_RELATION = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


def next_page(reply: Reply, url: str, name: str) -> str | None:
    """The address of the page after this one; None for the last.  (p)

    Args:
        url: of this page. name: of the system, for errors.

    Raises: `UpstreamFailed` if it leads to another scheme, host or port.
    """
    for target, parameters in _links(reply.headers.get("link", "")):
        found = _RELATION.search(parameters)
        if found is None or "next" not in (found[1] or found[2] or "").lower().split():
            continue
        try:
            following = urljoin(url, target)
        except ValueError:
            following = ""
        if not same_origin(following, url):
            raise UpstreamFailed(f"{name} gave no usable answer", detail="the next page is on another host")
        return following
    return None


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port.  (p)"""
    try:
        left, right = urlsplit(one), urlsplit(other)
        ports = [parts.port or _PORTS.get(parts.scheme) for parts in (left, right)]
    except ValueError:
        return False
    if left.username is not None or left.password is not None:
        return False
    return (left.scheme, left.hostname, ports[0]) == (right.scheme, right.hostname, ports[1])


def _links(header: str) -> Iterator[tuple[str, str]]:
    for found in _LINK.finditer(header):
        yield found[1], found[2]
