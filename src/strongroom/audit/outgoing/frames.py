"""The form in which a line is sent (pure).

Source: RFC 5424, section 6; RFC 6587, section 3.4.1 (octet counting); RFC 5425; RFC 3164, section 4.1
"""

from __future__ import annotations

import re
import time
from typing import Final, Protocol

from strongroom.audit.outgoing.parts import split
from strongroom.audit.outgoing.syslog import SyslogSettings

_TIME: Final = re.compile(rb'(?:"time":"|name="time">)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)["<]')
_LOOKED_AT_BYTES: Final = 4096
_COUNT_BYTES: Final = 11
_ID: Final = b"audit"


class Framing(Protocol):
    """Makes of one line what is sent."""

    def __call__(self, line: bytes) -> list[bytes]:
        """The pieces of a line: datagrams, or parts of a stream.

        Args:
            line: without a newline.
        """
        ...


class Lines:
    """Each line, or part of one, ends in a newline.

    Args:
        most: the longest piece without its newline, in bytes; 0 for any. ended: whether a newline is sent.
    """

    def __init__(self, most: int, *, ended: bool = True) -> None:
        self._most = most
        self._end = b"\n" if ended else b""

    def __call__(self, line: bytes) -> list[bytes]:
        """As `Framing` says."""
        return [part + self._end for part in split(line, self._most)]


class Syslog:
    """Messages of RFC 5424.

    Args:
        hostname: this machine's. counted: whether each message has its length in front, as streams need it.
    """

    def __init__(self, settings: SyslogSettings, hostname: str, *, counted: bool) -> None:
        self._begin = b"<%d>1 " % settings.priority
        name = settings.hostname or re.sub(r"[^!-~]", "-", hostname)[:255] or "-"
        self._middle = b" %b %b - %b - " % (name.encode(), settings.tag.encode(), _ID)
        self._most = settings.max_line_bytes
        self._counted = counted

    def __call__(self, line: bytes) -> list[bytes]:
        """As `Framing` says."""
        found = _TIME.search(line[:_LOOKED_AT_BYTES])
        head = self._begin + (found[1] if found is not None else b"-") + self._middle
        room = self._most and self._most - len(head) - (_COUNT_BYTES if self._counted else 0)
        messages = [head + part for part in split(line, room)]
        return [b"%d %b" % (len(each), each) for each in messages] if self._counted else messages


class LocalSyslog:
    """Messages as this machine's own syslog takes them."""

    def __init__(self, settings: SyslogSettings, process: int) -> None:
        self._begin = b"<%d>" % settings.priority
        self._tag = b" %b[%d]: " % (settings.tag.encode(), process)
        self._most = settings.max_line_bytes

    def __call__(self, line: bytes) -> list[bytes]:
        """As `Framing` says."""
        now = time.localtime()
        head = self._begin + f"{time.strftime('%b', now)} {now.tm_mday:2} {time.strftime('%H:%M:%S', now)}".encode()
        head += self._tag
        return [head + part for part in split(line, self._most and self._most - len(head))]
