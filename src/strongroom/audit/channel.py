"""Writes to one audit device from one process."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from strongroom.audit import chain
from strongroom.audit.chain import Chain, ChainLink
from strongroom.audit.encoding import EntryEncoder, escaped
from strongroom.audit.entry import Outcome
from strongroom.audit.file.lookback import Piece
from strongroom.audit.filtering import Rules, rules_of
from strongroom.audit.filtering.exclusion import without
from strongroom.audit.fragments import Fragments
from strongroom.audit.jsonx import to_xml
from strongroom.audit.notation import Notation
from strongroom.audit.records import AuditRecord
from strongroom.audit.style import style_of
from strongroom.crypto.mac import HmacSha256
from strongroom.lib.errors import InvalidRequest, Unavailable
from strongroom.services.exchange import Exchange

_DIGESTS_KEPT = 4096
_SHORT = 64


class AuditDevice(Protocol):
    """Where entries go."""

    @property
    def one_by_one(self) -> bool:
        """Whether lines that were written together may come to different files, or some of them come twice.

        It is asked when the device is open.
        """
        ...

    def open(self) -> None:
        """Open the device.  Raises `InvalidRequest` if its settings can't work."""
        ...

    def write(self, *lines: bytes) -> int:
        """Write whole lines without blocking, with one write if possible.

        Returns: how many were taken whole, from the first on; at least one.

        Raises: `Unavailable` if none was taken.
        """
        ...

    def reopen(self) -> None:
        """Open the settings' target again, after a log rotation."""
        ...

    def look(self) -> None:
        """Check that entries still reach their target.  Called about once a second, outside of requests.

        Raises: `InvalidRequest` if they don't, and the device can't repair that.
        """
        ...

    def close(self) -> None:
        """Close all files."""
        ...


@runtime_checkable
class Kept(Protocol):
    """A device that keeps its entries where this server can read them."""

    def piece(self, before: str) -> Piece:
        """The piece of the log that ends at a place; the last one if it is empty."""
        ...


class Trail:
    """The last line of one writer.  It outlives its channel until `Heads` has stored it."""

    __slots__ = ("__weakref__", "device", "link", "over", "writer")

    def __init__(self, device: str, writer: str, link: ChainLink) -> None:
        self.device = device
        """The device's id."""
        self.writer = writer
        self.link = link
        """The last line that the device took."""
        self.over = False
        """Whether the channel was closed, so that no more lines follow."""


class Channel:
    """A device with its digest key and this process's chain.

    It is closed when the last request that may write to it has ended, not when the device is disabled, because the
    request that disables a device is written to that device.
    """

    def __init__(self, record: AuditRecord, device: AuditDevice, writer: str) -> None:
        self.record = record
        self.style = style_of(record.options)
        self.rules = rules_of(record.options)
        self._device = device
        self._prefix = record.options.get("prefix", "").encode()
        self._digest = HmacSha256(record.salt)
        self._digests: OrderedDict[str, str] = OrderedDict()
        self._chain = Chain(chain.key_of(record.salt), writer)
        self.trail = Trail(record.id, writer, self._chain.link)
        self._is_open = False
        self._close = weakref.finalize(self, _end, device, self.trail)

    def open(self) -> None:
        """Open the device.  Raises `InvalidRequest` when its options can't work."""
        self._device.open()
        self._is_open = True

    def reopen(self) -> None:
        """Reopen the device after a log rotation.

        Raises `InvalidRequest` if that fails; the next entry tries again.
        """
        self._is_open = False
        self._device.reopen()
        self._is_open = True

    def look(self) -> None:
        """Check that entries still reach their target.  Raises `InvalidRequest` if not; the next entry tries again."""
        if self._is_open:
            try:
                self._device.look()
            except InvalidRequest:
                self._is_open = False
                raise

    def piece(self, before: str) -> Piece:
        """The piece of the log that ends at a place; the last one if it is empty.

        Raises: `InvalidRequest` if it isn't kept where this server can read it, or the place is gone; `Unavailable`.
        """
        if not isinstance(self._device, Kept):
            raise InvalidRequest(f'the entries of "{self.record.path}" go elsewhere: only files can be searched')
        return self._device.piece(before)

    def close(self) -> None:
        """Close the device for good."""
        self._close()

    def digest(self, text: str) -> str:
        """The digest of a sensitive text, as `sys/audit-hash` returns it."""
        return "hmac-sha256:" + self._digest(text.encode("utf-8", "surrogateescape")).hex()

    def digest_of_token(self, text: str) -> str:
        """The same for tokens and accessors, which come often.

        Texts of other kinds aren't kept: they are passwords and values of secrets.
        """
        known = self._digests.get(text)
        if known is None:
            known = self.digest(text)
            if len(text) <= _SHORT:
                self._digests[text] = known
                if len(self._digests) > _DIGESTS_KEPT:
                    self._digests.popitem(last=False)
        return known

    def write(self, entries: Sequence[bytes]) -> int:
        """Append encoded entries to the chain.

        Returns: how many the device took, from the first on; at least one.

        Raises: `Unavailable` if it took none.
        """
        if not self._is_open:
            # If opening failed at the server's start or at a rotation, each entry tries again.
            try:
                self.open()
            except InvalidRequest as error:
                raise Unavailable("the audit device cannot be opened", detail=error.text) from error
        linked, prefix = self._chain, self._prefix
        # The reader of a pipe may put these lines into different files.  So each of them needs a MAC of its own.
        batch = linked.apart(entries) if self._device.one_by_one else linked.together(entries)
        made = [to_xml(line) + b"\n" for line in batch.lines] if self.style.jsonx else batch.lines
        lines = [prefix + line for line in made] if prefix else made
        taken = self._device.write(*lines)
        linked.take(batch, taken)
        self.trail.link = linked.link
        return taken


def _end(device: AuditDevice, trail: Trail) -> None:
    device.close()
    trail.over = True


class Sink:
    """A channel with the device's settings of one moment."""

    __slots__ = ("__weakref__", "_encoder", "channel", "notation", "rules")

    def __init__(self, channel: Channel, headers: Mapping[str, bool]) -> None:
        self.channel = channel
        self.rules: Rules = channel.rules
        """Which entries it gets."""
        self.notation = Notation(channel.digest, channel.style, headers, channel.digest_of_token)
        self._encoder = EntryEncoder(self.notation)

    @property
    def record(self) -> AuditRecord:
        """The device's configuration."""
        return self.channel.record

    def request(self, exchange: Exchange, error: str, now: float) -> bytes:
        """The entry of a request, encoded."""
        return self._shortened(self._encoder.request(exchange, error, now))

    def response(self, exchange: Exchange, outcome: Outcome, now: float) -> bytes:
        """The entry of a response, encoded."""
        return self._shortened(self._encoder.response(exchange, outcome, now))

    def _shortened(self, entry: bytes) -> bytes:
        """An entry without the fields that the device excludes.  The chain is made of what is left."""
        excluded = self.channel.rules.exclude
        return escaped(without(entry, excluded)) if excluded else entry

    def fragments(self, exchange: Exchange, outcome: Outcome) -> Fragments | None:
        """Both entries in pieces; None if they may not stay in memory, or must be looked at each time."""
        return None if self.channel.rules.exclude else self._encoder.fragments(exchange, outcome)
