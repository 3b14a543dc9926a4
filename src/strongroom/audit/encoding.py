"""Encodes entries.  What stays the same from request to request is encoded once (pure).

An entry is put together from pieces of JSON, in the order of Vault's fields:

    {"time":…,"type":…,"auth":{…},"request":{"id":…,who asks for what,"data":{…},where it came from},"response":{…}}
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any, Final

from strongroom.audit import entry
from strongroom.audit.entry import Outcome, timestamp
from strongroom.audit.fragments import Fragments, Pieces
from strongroom.audit.notation import Notation
from strongroom.lib import json
from strongroom.services.exchange import Exchange
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens import TokenRecord

_ASKED_KEPT: Final = 1024
_PIECES_KEPT: Final = 2048
_PIECE_BYTES: Final = 4096
"""The largest piece that is kept.  Larger ones are encoded for each request."""
_ID: Final = b',"request":{"id":"'
_DOLLAR, _BACKQUOTE = b"\\u0024", b"\\u0060"
"""In JSON these characters occur only in strings, where they may be escaped.

If somebody runs the file as a script, the shell must not execute text from clients.
"""


def escaped(line: bytes) -> bytes:
    """An entry without what a shell would execute."""
    return line.replace(b"$", _DOLLAR).replace(b"`", _BACKQUOTE)


def _inner(fields: Mapping[str, Any]) -> bytes:
    """The fields of an object, each with a comma in front."""
    return b"," + json.dumps_unsorted(fields)[1:-1] if fields else b""


class _Asked:
    """The pieces that both entries of a request share.

    It has only a weak reference to the request.  An attempt that ran again gets no response entry, and a strong
    reference would keep its body, of any size, in memory.
    """

    __slots__ = ("_exchange", "auth", "request")

    def __init__(self, exchange: Exchange, auth: bytes, request: bytes) -> None:
        self.auth = auth
        self.request = request
        self._exchange = weakref.ref(exchange, self._forget)

    def is_of(self, exchange: Exchange) -> bool:
        """Whether they are of this request."""
        return self._exchange() is exchange

    def _forget(self, _: weakref.ref[Exchange]) -> None:
        self.auth = self.request = b""


class EntryEncoder:
    """The entries of one device.

    Args:
        notation: how the device writes values.
    """

    def __init__(self, notation: Notation) -> None:
        self._notation = notation
        self._asked: dict[int, _Asked] = {}
        self._auths: dict[int, tuple[TokenRecord, tuple[str, ...] | None, bytes]] = {}
        self._who: dict[tuple[int, str, str, str], tuple[TokenRecord, MountEntry, bytes]] = {}
        self._where: dict[tuple[str, int], bytes] = {}
        self._mounts: dict[int, tuple[MountEntry, bytes]] = {}

    def request(self, exchange: Exchange, error: str, now: float) -> bytes:
        """The entry that is written before the request is served."""
        if len(self._asked) >= _ASKED_KEPT:
            self._asked.clear()  # requests without a response
        asked = self._asked[id(exchange)] = self._of(exchange)
        time, failed = timestamp(now).encode(), self._error(error)
        line = b'{"time":"%b","type":"request","auth":%b,"request":%b%b}' % (time, asked.auth, asked.request, failed)
        return escaped(line)

    def response(self, exchange: Exchange, outcome: Outcome, now: float) -> bytes:
        """The entry that is written after the commit, before the response is sent."""
        asked = self._asked.pop(id(exchange), None)
        if asked is None or not asked.is_of(exchange):
            asked = self._of(exchange)
        auth, granted = asked.auth, {}
        if outcome.auth is not None:
            block = entry.granted_block(exchange, outcome, self._notation)
            granted = {"auth": block}
            if exchange.bearer is None:
                auth = json.dumps_unsorted(block)
        mount = self._mount(exchange.entry) if exchange.entry is not None else b""
        fields = _inner(granted) + mount + _inner(entry.answered_fields(exchange, outcome, self._notation))
        return escaped(
            b'{"time":"%b","type":"response","auth":%b,"request":%b,"response":{%b}%b}'
            % (timestamp(now).encode(), auth, asked.request, fields[1:], self._error(outcome.error))
        )

    def fragments(self, exchange: Exchange, outcome: Outcome) -> Fragments | None:
        """Both entries of a request that was allowed and answered, for those that are answered so again.

        Returns: None if the device writes in clear what must not stay in memory.
        """
        if self._notation.style.log_raw or entry.shows_in_clear(exchange, outcome):
            return None
        request = exchange.request
        data = b',"data":' + json.dumps_unsorted(entry.asked_data(exchange, self._notation)) if request.data else b""
        sent = entry.sent_fields(exchange, self._notation)
        address, further = {"remote_address": sent.pop("remote_address")}, {**sent}
        further.pop("remote_port", None)
        about = tuple(map(escaped, (b'"', self._who_asks(exchange), data, _inner(address))))
        end = escaped(_inner(further)) + b"}"
        auth = escaped(self._auth(exchange))
        mount = escaped(self._mount(exchange.entry)) if exchange.entry is not None else b""
        answered = escaped(_inner(entry.answered_fields(exchange, outcome, self._notation)))
        fields = (mount[1:], answered) if mount else (answered[1:],)
        return Fragments(
            Pieces((b'","type":"request","auth":', auth, _ID), about, (end + b"}",)),
            Pieces((b'","type":"response","auth":', auth, _ID), about, (end + b',"response":{', *fields, b"}}")),
        )

    def _error(self, text: str) -> bytes:
        return _inner({"error": entry.error_text(text, self._notation)}) if text else b""

    def _of(self, exchange: Exchange) -> _Asked:
        request = exchange.request
        data = b',"data":' + json.dumps_unsorted(entry.asked_data(exchange, self._notation)) if request.data else b""
        pieces = (json.dumps_unsorted(request.id), self._who_asks(exchange), data, self._came_from(exchange))
        return _Asked(exchange, self._auth(exchange), b'{"id":%b%b%b%b}' % pieces)

    def _auth(self, exchange: Exchange) -> bytes:
        """The `auth` block of a token, which is encoded once."""
        bearer = exchange.bearer
        if bearer is None or bearer.record.num_uses:
            return json.dumps_unsorted(entry.bearer_block(exchange, self._notation))
        record, granted = bearer.record, exchange.grant.policies if exchange.grant is not None else None
        kept = self._auths.get(id(record))
        # What is kept holds the record, so the same object is the same token in the same state.
        if kept is not None and kept[0] is record and kept[1] == granted:
            return kept[2]
        piece = json.dumps_unsorted(entry.bearer_block(exchange, self._notation))
        if len(piece) <= _PIECE_BYTES:
            _make_room(self._auths)
            self._auths[id(record)] = (record, granted, piece)
        return piece

    def _who_asks(self, exchange: Exchange) -> bytes:
        """The fields between id and data, of a token that asks for the same again."""
        request, bearer, mount = exchange.request, exchange.bearer, exchange.entry
        if bearer is None or mount is None or bearer.token != request.token:
            return _inner(entry.asked_fields(exchange, self._notation))
        name = (id(bearer.record), request.operation.value, request.path, exchange.namespace.id)
        kept = self._who.get(name)
        if kept is not None and kept[0] is bearer.record and kept[1] is mount:
            return kept[2]
        fields = entry.asked_fields(exchange, self._notation)
        piece = _inner(fields)
        # A path that is shown otherwise has a secret in it, which isn't kept.
        if len(piece) <= _PIECE_BYTES and fields["path"] == request.path:
            _make_room(self._who)
            self._who[name] = (bearer.record, mount, piece)
        return piece

    def _came_from(self, exchange: Exchange) -> bytes:
        """The fields after the data.  Of a connection they are always the same, unless the request says more."""
        request = exchange.request
        if request.wrap_ttl_s or self._notation.headers or exchange.resumed is not None:
            return _inner(entry.sent_fields(exchange, self._notation))
        name = (request.address, request.port)
        piece = self._where.get(name)
        if piece is None:
            _make_room(self._where)
            piece = self._where[name] = _inner(entry.sent_fields(exchange, self._notation))
        return piece

    def _mount(self, mount: MountEntry) -> bytes:
        kept = self._mounts.get(id(mount))
        if kept is not None and kept[0] is mount:
            return kept[1]
        piece = _inner(entry.mount_fields(mount, "mount_running_plugin_version"))
        _make_room(self._mounts)
        self._mounts[id(mount)] = (mount, piece)
        return piece


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= _PIECES_KEPT:
        kept.clear()
