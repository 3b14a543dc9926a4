"""A device whose entries go to another program or machine: to the spool first, from where the forwarder sends them.

So a peer that is slow, hangs or is gone delays no request, no other device and no unsealing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Protocol

from strongroom.audit.forwarding.peers import CONFIGURED, judge_peer, open_peer
from strongroom.audit.outgoing import tls
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.outgoing.http import http_settings
from strongroom.audit.outgoing.socket import socket_settings
from strongroom.audit.outgoing.syslog import syslog_settings
from strongroom.lib.errors import InvalidRequest, Unavailable

_NETWORK: Final = frozenset({"address", "socket_type", "write_timeout", "max_line"})
_SYSLOG: Final = frozenset({"facility", "tag", "hostname"})
_HTTP: Final = frozenset({"uri", "headers", "lines_per_request"})
OPTIONS: Final = _NETWORK | _SYSLOG | _HTTP | tls.OPTIONS
TYPES: Final = ("http", "socket", "syslog")
_REACH_S: Final = 5.0
"""How long a peer may take to read the entry that tries the device."""


class Spooling(Protocol):
    """Takes lines for the forwarder."""

    def open(self) -> None:
        """Open the spool.  Raises `InvalidRequest`."""
        ...

    def write(self, *lines: bytes) -> int:
        """Write whole lines.  Returns how many were taken; raises `Unavailable` if none was."""
        ...

    def close(self) -> None:
        """Close all files."""
        ...


class OutgoingDevice:
    """A device of type `socket`, `syslog` or `http`.

    Args:
        spool: None if this node has no place for it. reach: brings one line to the peer at once; it blocks, and raises
            `OSError`. judge: raises `OSError` if its address isn't allowed; it blocks.
    """

    one_by_one = True
    """The forwarder may bring a line twice."""

    def __init__(self, spool: Spooling | None, reach: Callable[[bytes], None], judge: Callable[[], None]) -> None:
        self._spool = spool
        self.reach = reach
        self.judge = judge

    def open(self) -> None:
        """Open the spool.  The peer isn't asked.  Raises `InvalidRequest`."""
        if self._spool is None:
            raise InvalidRequest(
                "an audit device that sends its entries elsewhere needs a place where they wait: "
                "set audit_spool_path in the server's configuration"
            )
        self._spool.open()

    def write(self, *lines: bytes) -> int:
        """Put lines into the spool.  Returns how many were taken; raises `Unavailable` if none was."""
        if self._spool is None:
            raise Unavailable("the audit device cannot be opened", detail="audit_spool_path is not set")
        return self._spool.write(*lines)

    def reopen(self) -> None:
        """Do nothing: the forwarder connects again itself."""

    def look(self) -> None:
        """Do nothing: the forwarder looks after its peers."""

    def close(self) -> None:
        """Close the spool.  What waits is still sent."""
        if self._spool is not None:
            self._spool.close()


Spooled = Callable[[str, Mapping[str, str]], Spooling]
"""Makes the spool of a device, of its type and its options for the forwarder."""


def outgoing_device(
    type_: str, options: Mapping[str, str], spooled: Spooled | None, rules: AddressRules, *, configured: bool
) -> OutgoingDevice:
    """The device with these options.

    Args:
        type_: one of `TYPES`. spooled: None without a forwarder. rules: which addresses it may have.
        configured: whether the server's configuration makes it.

    Raises: `InvalidRequest` for options that can't work.
    """
    check_options(type_, options, configured=configured)
    told = {name: value for name, value in options.items() if name in OPTIONS and value}
    told[CONFIGURED] = "true" if configured else "false"

    def reach(line: bytes) -> None:
        target = open_peer(type_, told, rules, within_s=_REACH_S)
        try:
            target.send((line,))
        finally:
            target.close()

    spool = None if spooled is None else spooled(type_, told)
    return OutgoingDevice(spool, reach, lambda: judge_peer(type_, told, rules))


def doubts(type_: str, options: Mapping[str, str]) -> list[str]:
    """What whoever enables a device with these options should know."""
    if type_ in {"socket", "syslog"} and options.get("socket_type", "").startswith("udp"):
        return ["what is lost on the way by UDP is lost unseen: have another device beside it, or take tcp or tls"]
    return []


def check_options(type_: str, options: Mapping[str, str], *, configured: bool) -> None:
    """Raise `InvalidRequest` for options that a device of this type can't have."""
    match type_:
        case "http":
            http_settings(options, configured=configured)
        case "socket":
            socket_settings(options, configured=configured)
        case "syslog":
            syslog_settings(options, configured=configured)
        case _:
            raise InvalidRequest(f'unknown backend type: "{type_}"')
