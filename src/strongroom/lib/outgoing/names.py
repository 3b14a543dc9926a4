"""Names of other systems, resolved so that one whose servers hang delays only who asks for it.

An event loop resolves all names in a few threads, which a handful of requests to one such name would fill.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

from strongroom.lib.outgoing.threads import Threads

_AT_ONCE: Final = 2
"""For one name; further requests for it wait."""
_WAITING: Final = 254
_MOST: Final = 4
"""How many addresses of a name are tried."""
_threads = Threads("the servers of names", at_once=_AT_ONCE, waiting=_WAITING)


async def addresses(url: str, *, within_s: float, direct: bool) -> tuple[str, ...]:
    """The addresses of a URL's host, in the order in which to try them; empty if the URL is asked as it is.

    That is where its host is an address already, and where a proxy resolves names.

    Raises: `OSError` for a name without an address, `TimeoutError`, `RateLimited` if too many ask for this name.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _is_address(host) or (not direct and getproxies()):
        return ()
    found = await _threads.run(host, lambda: _resolved(host), within_s=within_s)
    return tuple(dict.fromkeys(found))[:_MOST]


def with_address(url: str, address: str) -> str:
    """The URL with an address in the place of its host."""
    parts = urlsplit(url)
    shown = f"[{address}]" if ":" in address else address
    return parts._replace(netloc=shown if parts.port is None else f"{shown}:{parts.port}").geturl()


def host_header(url: str) -> str:
    """What the `Host` header of a request for a URL says."""
    parts: SplitResult = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


def _resolved(host: str) -> list[str]:
    with no_name_as_os_error():
        return [str(place[4][0]) for place in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


@contextlib.contextmanager
def no_name_as_os_error() -> Iterator[None]:
    """Have a host that can't be a name, such as `a..b`, fail like one without an address."""
    try:
        yield
    except UnicodeError as error:  # Python writes a name as IDNA before it asks anybody
        raise socket.gaierror(socket.EAI_NONAME, "no name looks like this") from error


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
