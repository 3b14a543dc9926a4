"""Which entries somebody asks for (p)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from operator import eq

from strongroom.inquiry.entries import Entry

_KEPT = 1024
"""More than anybody looks for at once: with fewer, each would be made anew for each line of the log."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """All have to hold; of those with several values, one of these.  One without values always holds."""

    since: str = ""
    until: str = ""
    """The first moment that isn't meant any more."""
    paths: tuple[str, ...] = ()
    """As rules of policies write them: `+` for one segment, `*` at the end for any rest."""
    operations: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Display names, with `*` and `?`."""
    entities: tuple[str, ...] = ()
    accessors: tuple[str, ...] = ()
    """As they are and as digests."""
    tokens: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    values: tuple[bytes, ...] = ()
    """Texts that a line has to hold."""

    def match(self, line: bytes, entry: Entry, names: Sequence[str], paths: Sequence[str]) -> bool:
        """Whether an entry matches the criteria.

        Args:
            line: the line of the log. names: the display names of the client and of the makers of its token. paths: the
            path, and that of an answer that the request opens.
        """
        request, auth = entry.request, entry.auth
        return (
            self.since <= entry.time
            and (not self.until or entry.time < self.until)
            and _any(self.paths, paths, _covers)
            and (not self.operations or request.operation in self.operations)
            and _any(self.names, names, lambda wanted, found: fnmatchcase(found, wanted))
            and (not self.entities or auth.entity_id in self.entities)
            and _any(self.accessors, (auth.accessor, request.client_token_accessor), eq)
            and _any(self.tokens, (auth.client_token, request.client_token), eq)
            and _any(self.policies, auth.policies or (), eq)
            and _any(self.networks, (request.remote_address,), _within)
            and (not self.ids or request.id in self.ids)
            and (not self.outcomes or entry.outcome in self.outcomes)
            and (not self.values or any(value in line for value in self.values))
        )


def _any(wanted: Sequence[str], found: Sequence[str], same: Callable[[str, str], bool]) -> bool:
    return not wanted or any(same(one, other) for one in wanted for other in found)


@lru_cache(maxsize=_KEPT)
def _pattern(path: str) -> re.Pattern[str]:
    whole = path.removesuffix("*")
    segments = "/".join("[^/]+" if segment == "+" else re.escape(segment) for segment in whole.split("/"))
    return re.compile(segments + (".*" if whole != path else ""), re.DOTALL)


def _covers(path: str, found: str) -> bool:
    return _pattern(path).fullmatch(found) is not None


@lru_cache(maxsize=_KEPT)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


@lru_cache(maxsize=_KEPT)
def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(text)


def _within(network: str, address: str) -> bool:
    try:
        return _address(address) in _network(network)
    except ValueError:
        return False  # of a Unix socket, or no address: a log may hold anything


def check_network(text: str) -> str:
    """An address, or a network as `10.0.0.0/8`.  Raises `ValueError` for anything else."""
    _network(text)
    return text
