"""The network interfaces of this machine, as the kernel tells them over netlink.

Source: https://man7.org/linux/man-pages/man7/rtnetlink.7.html
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from strongroom.lib.sockaddr import InterfaceAddress

_DUMP_ADDRESSES, _DUMP_LINKS = 22, 18
_NEW_ADDRESS, _NEW_LINK, _DONE, _ERROR = 20, 16, 3, 2
_REQUEST_DUMP = 0x301
_HEADER = struct.Struct("=IHHII")
_LINK = struct.Struct("=BxHiII")
_ADDRESS = struct.Struct("=BBBBI")
_ATTRIBUTE = struct.Struct("=HH")
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_FLAGS = {0x1: "up", 0x2: "broadcast", 0x8: "loopback", 0x10: "pointtopoint", 0x1000: "multicast"}
_ROUTE_UP = 0x1
_TIMEOUT_S = 5.0
_MOST_BYTES = 1 << 18
"""Of one answer; the kernel sends some 32 KiB at once."""


def read_interfaces() -> tuple[InterfaceAddress, ...]:
    """Every address of every interface.  Raises `OSError` where the kernel doesn't tell."""
    names = dict(socket.if_nameindex())
    flags = {_LINK.unpack_from(body)[2]: _LINK.unpack_from(body)[3] for body in _asked(_DUMP_LINKS, _NEW_LINK)}
    default = _default_interfaces()
    found = []
    for body in _asked(_DUMP_ADDRESSES, _NEW_ADDRESS):
        _, bits, _, _, index = _ADDRESS.unpack_from(body)
        values = dict(_attributes(body[_ADDRESS.size :]))
        # Of a link between two points, IFA_ADDRESS is the other end's.
        packed = values.get(_IFA_LOCAL, values.get(_IFA_ADDRESS))
        name = names.get(index)
        if packed is None or name is None:
            continue
        ip = ipaddress.ip_interface((ipaddress.ip_address(packed), bits))
        known = frozenset(flag for bit, flag in _FLAGS.items() if flags.get(index, 0) & bit)
        found.append(InterfaceAddress(name, ip, known, default=name in default))
    return tuple(found)


def _asked(question: int, answer: int) -> Iterator[bytes]:
    """The bodies of the messages that answer a question for everything of a kind."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE) as kernel:
        kernel.settimeout(_TIMEOUT_S)
        body = bytes(_LINK.size)
        kernel.sendto(_HEADER.pack(_HEADER.size + len(body), question, _REQUEST_DUMP, 1, 0) + body, (0, 0))
        while True:
            data = kernel.recv(_MOST_BYTES)
            while len(data) >= _HEADER.size:
                length, kind, *_ = _HEADER.unpack_from(data)
                if kind == _DONE:
                    return
                if kind == _ERROR or length < _HEADER.size:
                    raise OSError("the kernel doesn't tell of network interfaces")
                if kind == answer:
                    yield data[_HEADER.size : length]
                data = data[_aligned(length) :]


def _aligned(length: int) -> int:
    """Where the next message or attribute begins: at a multiple of four bytes."""
    return (length + 3) & ~3


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[_ATTRIBUTE.size : length]
        data = data[_aligned(length) :]


def _default_interfaces() -> set[str]:
    """The interfaces of the default route of IPv4.  Source: https://man7.org/linux/man-pages/man5/proc_pid_net.5.html"""
    try:
        lines = Path(f"/proc/{os.getpid()}/net/route").read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return set()  # a sandbox without /proc: the order of addresses is then by kind and size alone
    rows = [line.split() for line in lines]
    return {row[0] for row in rows if len(row) > 7 and row[1] == row[7] == "00000000" and int(row[3], 16) & _ROUTE_UP}
