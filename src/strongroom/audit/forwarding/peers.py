"""Makes the targets that are other programs or machines, from a device's options."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Mapping
from typing import Final, NamedTuple

from strongroom.audit.forwarding.connecting import connect, judge
from strongroom.audit.forwarding.connection import Connection
from strongroom.audit.forwarding.datagrams import Datagrams
from strongroom.audit.forwarding.http import HttpTarget
from strongroom.audit.forwarding.stream import Stream
from strongroom.audit.forwarding.target import Target
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.outgoing.endpoint import Endpoint
from strongroom.audit.outgoing.frames import Framing, Lines, LocalSyslog, Syslog
from strongroom.audit.outgoing.http import REFERENCES, endpoint_of, http_settings
from strongroom.audit.outgoing.socket import socket_settings
from strongroom.audit.outgoing.syslog import syslog_settings
from strongroom.audit.outgoing.tls import TlsSettings

PEERS: Final = frozenset({"socket", "syslog", "http"})
CONFIGURED: Final = "configured"
"""The option that says that the server's configuration makes the device."""
_LOCAL: Final = ("/dev/log", "/var/run/syslog", "/var/run/log")


def open_peer(name: str, options: Mapping[str, str], rules: AddressRules, *, within_s: float = 0.0) -> Target:
    """The target of a device.

    Args:
        name: the device's type. options: as they were given, and `CONFIGURED`.
        within_s: how long a peer that doesn't read is waited for; 0 for any time.

    Raises: `InvalidRequest` for options that can't work.
    """
    configured = options.get(CONFIGURED) == "true"
    match name:
        case "http":
            asked = http_settings(options, configured=configured)
            return HttpTarget(asked, rules, configured=configured, within_s=within_s)
        case "socket":
            own = socket_settings(options, configured=configured)
            peer = _Peer(own.endpoint, own.tls, own.write_timeout_s, rules, configured)
            return peer.target(Lines(own.max_line_bytes, ended=own.endpoint.is_stream), within_s)
        case "syslog":
            log = syslog_settings(options, configured=configured)
            if log.endpoint is None:
                return Datagrams(_local, LocalSyslog(log, os.getpid()), within_s or log.write_timeout_s)
            peer = _Peer(log.endpoint, log.tls, log.write_timeout_s, rules, configured)
            if log.endpoint.kind == "unixgram":  # a syslog of this machine that listens elsewhere than at /dev/log
                return peer.target(LocalSyslog(log, os.getpid()), within_s)
            return peer.target(Syslog(log, socket.gethostname(), counted=log.endpoint.is_stream), within_s)
        case _:
            raise ValueError(name)


def judge_peer(name: str, options: Mapping[str, str], rules: AddressRules) -> None:
    """Raise `Refused` for a device whose address isn't allowed.  Nothing is sent.

    Args:
        name: the device's type. options: as they were given, and `CONFIGURED`.
    """
    configured = options.get(CONFIGURED) == "true"
    match name:
        case "http":
            uri = http_settings(options, configured=configured).uri
            where = None if uri.startswith(REFERENCES) else endpoint_of(uri)
        case "socket":
            where = socket_settings(options, configured=configured).endpoint
        case _:
            where = syslog_settings(options, configured=configured).endpoint
    if where is not None:
        judge(where, rules, configured=configured)


class _Peer(NamedTuple):
    """Whom a target speaks to."""

    where: Endpoint
    tls: TlsSettings
    timeout_s: float
    rules: AddressRules
    configured: bool

    def target(self, framed: Framing, within_s: float) -> Target:
        """The target that sends lines in this form."""
        if not self.where.is_stream:
            return Datagrams(self._opened, framed, within_s or self.timeout_s)
        return Stream(lambda: Connection(self._opened(), self.timeout_s, within_s), framed)

    def _opened(self) -> socket.socket:
        return connect(self.where, self.tls, self.rules, configured=self.configured)


def _local() -> socket.socket:
    """A socket that is connected to this machine's syslog.  Raises `OSError`."""
    for path in _LOCAL:
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            opened.connect(path)
        except OSError:
            opened.close()
        else:
            return opened
    raise OSError(errno.ENOENT, "this machine has no syslog: nobody listens at /dev/log")
