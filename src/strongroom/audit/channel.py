"""One device as one process writes to it."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

from strongroom.audit import chain
from strongroom.audit.entry import Asked, Asking, Outcome, request_entry, response_entry
from strongroom.audit.notation import Notation
from strongroom.audit.records import AuditRecord
from strongroom.audit.style import style_of
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, Unavailable
from strongroom.services.exchange import Exchange

_DIGESTS_KEPT = 4096
_SHORT = 64
_ASKED_KEPT = 1024
_DOLLAR, _BACKQUOTE = b"\\u0024", b"\\u0060"
"""In JSON these characters stand inside texts only, where they may be escaped.  What clients send and a shell would
execute never stands in the file as it is, should the file ever be taken for a script."""


class AuditDevice(Protocol):
    """Where entries go."""

    def open(self) -> None:
        """Get ready; raises `InvalidRequest` when the settings can't work."""
        ...

    def write(self, line: bytes) -> None:
        """Take one line whole, without waiting for anybody; raises `Unavailable` otherwise."""
        ...

    def reopen(self) -> None:
        """Begin anew where the settings point, after a log rotation."""
        ...

    def look(self) -> None:
        """See whether entries still go where they should; called about once a second, off the path of requests.

        Raises: `InvalidRequest` when they don't, and it can't be mended.
        """
        ...

    def close(self) -> None:
        """Release everything."""
        ...


class Trail:
    """How far one writer is; outlives its channel until somebody has stored it."""

    __slots__ = ("__weakref__", "device", "link", "over", "writer")

    def __init__(self, device: str, writer: str, link: chain.Link) -> None:
        self.device = device
        """The device's id."""
        self.writer = writer
        self.link = link
        """The last line that the device took."""
        self.over = False
        """Whether the channel was closed, so that no line follows."""


class Channel:
    """A device with its digest key and the chain of what this process wrote to it.

    It is closed when the last request that may still write to it has ended, not when its configuration goes: the
    request that disables a device is written to it.
    """

    def __init__(self, record: AuditRecord, device: AuditDevice, writer: str) -> None:
        self.record = record
        self.style = style_of(record.options)
        self._device = device
        self._prefix = record.options.get("prefix", "").encode()
        self._digests: OrderedDict[str, str] = OrderedDict()
        self._chain_key = chain.key_of(record.salt)
        self.trail = Trail(record.id, writer, chain.start(self._chain_key, writer))
        self._is_open = False
        self._close = weakref.finalize(self, _end, device, self.trail)

    def open(self) -> None:
        """Open the device.  Raises `InvalidRequest` when its options can't work."""
        self._device.open()
        self._is_open = True

    def reopen(self) -> None:
        """Go on after a log rotation.  Raises `InvalidRequest` when that can't be; the next entry tries again."""
        self._is_open = False
        self._device.reopen()
        self._is_open = True

    def look(self) -> None:
        """See whether entries still go where they should.  Raises `InvalidRequest`; the next entry tries again."""
        if self._is_open:
            try:
                self._device.look()
            except InvalidRequest:
                self._is_open = False
                raise

    def close(self) -> None:
        """Close the device for good."""
        self._close()

    def digest(self, text: str) -> str:
        """The digest that stands for a sensitive text, as `sys/audit-hash` tells it."""
        known = self._digests.get(text)
        if known is None:
            known = "hmac-sha256:" + hmac_sha256_hex(self.record.salt, text.encode("utf-8", "surrogateescape"))
            # Short texts recur: tokens, accessors, the values that are read again and again.
            if len(text) <= _SHORT:
                self._digests[text] = known
                if len(self._digests) > _DIGESTS_KEPT:
                    self._digests.popitem(last=False)
        return known

    def write(self, entry: dict[str, Any]) -> None:
        """Append an entry, chained to the one before.  Raises `Unavailable` when the device didn't take it."""
        if not self._is_open:
            # What failed when the server started, or at a rotation, is tried again with each entry.
            try:
                self.open()
            except InvalidRequest as error:
                raise Unavailable("the audit device cannot be opened", detail=error.text) from error
        body = json.dumps_unsorted(entry).replace(b"$", _DOLLAR).replace(b"`", _BACKQUOTE)
        line, link = chain.append(self._chain_key, self.trail.link, self.trail.writer, body)
        self._device.write(self._prefix + line + b"\n")
        self.trail.link = link


def _end(device: AuditDevice, trail: Trail) -> None:
    device.close()
    trail.over = True


class Sink:
    """A channel as one state of the configuration has it."""

    __slots__ = ("_asked", "_asking", "_notation", "channel")

    def __init__(self, channel: Channel, headers: Mapping[str, bool]) -> None:
        self.channel = channel
        self._asked: dict[int, Asked] = {}
        self._notation = Notation(channel.digest, channel.style, headers)
        self._asking = Asking(self._notation)

    @property
    def record(self) -> AuditRecord:
        """The device's configuration."""
        return self.channel.record

    def request(self, known: Exchange, error: str, now: float) -> None:
        """Write the entry of a request.  Raises `Unavailable`."""
        about = self._asking(known)
        if len(self._asked) >= _ASKED_KEPT:
            self._asked.clear()  # what never came to an answer
        self._asked[id(known)] = about
        self.channel.write(request_entry(about, error, now, self._notation))

    def response(self, known: Exchange, outcome: Outcome, now: float) -> None:
        """Write the entry of an answer.  Raises `Unavailable`."""
        about = self._asked.pop(id(known), None)
        if about is None or about.known is not known:
            about = self._asking(known)
        self.channel.write(response_entry(about, outcome, now, self._notation))
