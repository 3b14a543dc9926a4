"""Connections to a directory: every address of every URL in turn, without those that were dead a moment ago."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import structlog

from strongroom.lib.ldap.directory import ADDRESS_S, Directory
from strongroom.lib.ldap.errors import OutOfReach
from strongroom.lib.ldap.starttls import start_tls
from strongroom.lib.ldap.tls import context_of
from strongroom.lib.ldap.tunnel import begin_tls, carried
from strongroom.lib.ldap.urls import Url

log = structlog.get_logger("ldap")

DEAD_S = 30.0
"""How long an address isn't tried after it failed, while there is another one."""
_MOST_DEAD = 4096


class Address(msgspec.Struct, frozen=True):
    """One address of one URL."""

    url: Url
    family: int
    at: tuple[str | int, ...]
    """As `socket.connect` takes it."""


class Dead:
    """The addresses that failed lately, of this process.

    Args:
        clock: seconds, of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[Address, float] = {}

    def add(self, address: Address) -> None:
        """Skip it for a while."""
        now = self._clock()
        with self._lock:
            if len(self._until) >= _MOST_DEAD:
                self._until = {each: until for each, until in self._until.items() if until > now}
            if len(self._until) < _MOST_DEAD:
                self._until[address] = now + DEAD_S

    def remove(self, address: Address) -> None:
        """It has been reached."""
        with self._lock:
            self._until.pop(address, None)

    def holds(self, address: Address) -> bool:
        """Whether it is to be skipped."""
        return self._until.get(address, 0.0) > self._clock()


class Connecting:
    """Makes connections.

    Args:
        dead: what the process knows of addresses.
        resolve: the addresses of a host and a port, as `socket.getaddrinfo` gives them.
    """

    def __init__(self, dead: Dead | None = None, resolve: Callable[..., list[Any]] | None = None) -> None:
        self.dead = dead or Dead()
        self._resolve: Callable[..., list[Any]] = resolve or socket.getaddrinfo

    def addresses(self, directory: Directory) -> list[Address]:
        """Where to try, in this order.  Those that failed lately are left out, unless all did.

        Blocks.  Raises: `OutOfReach` if no name has an address.
        """
        found = [address for url in directory.urls for address in self._of(url)]
        if not found:
            raise OutOfReach("the directory cannot be reached", detail="none of its names has an address")
        return [address for address in found if not self.dead.holds(address)] or found

    def _of(self, url: Url) -> Iterator[Address]:
        try:
            answers = self._resolve(url.host, url.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            log.warning("a directory's name has no address", url=str(url), reason=str(error))
            return
        for family, _, _, _, at in answers:
            yield Address(url=url, family=int(family), at=tuple(at))

    def connect(self, address: Address, directory: Directory, deadline: float) -> socket.socket:
        """A connection to one address, encrypted if it should be.  Blocks.

        Args:
            deadline: by `time.monotonic`.

        Raises: `OutOfReach`; the address counts as dead then.
        """
        within_s = min(ADDRESS_S, directory.connect_s, deadline - time.monotonic())
        if within_s <= 0:
            raise OutOfReach("the directory cannot be reached", detail="the time for it is over")
        connection = socket.socket(address.family, socket.SOCK_STREAM)
        try:
            connection.settimeout(within_s)
            connection.connect(address.at)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if directory.starttls and not address.url.tls:
                start_tls(connection, time.monotonic() + within_s)
                connection.settimeout(within_s)
            if directory.starttls or address.url.tls:
                # From now on the name counts that was asked for, whichever address it led to.
                connection = begin_tls(connection, context_of(directory.tls), address.url.host)
            else:
                connection = carried(connection)
        except (OSError, ValueError) as error:
            connection.close()
            self.dead.add(address)
            reason = f"{address.at[0]} port {address.at[1]}: {error}"
            log.warning("a directory's address failed", url=str(address.url), reason=reason)
            secure = isinstance(error, ssl.SSLError)
            text = "the directory's TLS failed" if secure else "the directory cannot be reached"
            raise OutOfReach(text, detail=reason) from error
        connection.setblocking(True)
        # The library limits how long it waits for answers.  This is for a directory that doesn't read.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(ADDRESS_S), 0))
        return connection
