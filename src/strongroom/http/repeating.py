"""The part of a connection that answers with responses that were kept.

The bytes of a request whose response is known go to the turn unread.  They are read if the response is no more.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Coroutine
from typing import Any, Final

from strongroom.http.answering import Answering
from strongroom.http.delivery import write_whole
from strongroom.http.forwarded import forwarded_request
from strongroom.http.message import HttpRequest, HttpResponse, Peer, Repeated
from strongroom.http.phases import Phase
from strongroom.http.response_head import OK_LINE
from strongroom.http.turns import Outcome
from strongroom.lib.errors import Internal

_LONGEST_KEPT: Final = 4096
"""The most bytes of a request whose response may be kept."""


class Repeating(Answering):
    """Serves one client with what was kept."""

    __slots__ = ()

    @abstractmethod
    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Have the application begin with the request."""

    @abstractmethod
    def served(self, outcome: Outcome) -> None:
        """Go on with what became of the request."""

    def _asks_again(self, data: bytes) -> bool:
        """Hand bytes to the turn unread, if they are a whole request whose response may be kept."""
        listening, source = self._listening, self._source
        self._known = None
        if source is None or len(data) > _LONGEST_KEPT or listening.draining or not self._parser.fresh:
            return False
        repeats = listening.application.repeats
        if repeats is None:
            return False
        self._known = name = repeats.name(listening.settings + source, data)
        if not repeats.knows(name):
            return False
        self._unparsed = data
        self._phase = Phase.ANSWERING
        self._deadline = math.inf
        listening.turns.add(self)
        return True

    def _parsed(self) -> HttpRequest:
        data, self._unparsed = self._unparsed, b""
        self._parser.put_back(data)  # more may have arrived while the store was asked
        request = self._parser.receive()
        assert request is not None, "the same bytes were a request before"
        rules = self._listening.config.forwarded
        return request if rules is None else forwarded_request(rules, request)

    @property
    def known(self) -> bytes | None:
        """The name of the response, if it was kept.  While the listener ends, each says that it is the last."""
        return self._known if self._unparsed and not self._listening.draining else None

    @property
    def port(self) -> int:
        """The client's port."""
        return self._parser.peer.port

    def _repeat(self, repeated: Repeated) -> None:
        """Send a response that was kept."""
        listening = self._listening
        listening.requests += 1
        if self._phase is not Phase.ANSWERING:
            self._settle()
            return
        try:
            repeated.check()
        except Internal as error:
            self._write(listening.application.malformed(500, error.text))
            listening.count(500)
        else:
            listening.count(200)
            self._wire.write(b"".join((OK_LINE, listening.fixed_headers, *repeated.parts)))
        if self._sent(keep_alive=True):
            if self._parser.idle and not self._eof:
                self._phase = Phase.IDLE
                self._deadline = listening.deadline(listening.config.limits.idle_timeout_s)
            else:
                self._continue()

    def _write(self, response: HttpResponse) -> None:
        write_whole(self._wire, response, None, self._listening.fixed_headers, keep_alive=True)


def source_of(peer: Peer) -> bytes | None:
    """Where requests come from, as far as it decides about responses.

    Returns: None for a client with a certificate, whose responses aren't kept.
    """
    if peer.certificates:
        return None
    # The audit entries are kept with a port or without one: a PROXY header may name none, a Unix socket has none.
    return f"{peer.address} {peer.in_clear:d} {bool(peer.port):d} ".encode()
