"""The phases of a connection."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Phase(Enum):
    """The phase of a connection."""

    PREFACE = auto()
    """Waits for a PROXY header or a TLS handshake."""
    IDLE = auto()
    """Nothing of a request has arrived."""
    HEAD = auto()
    BODY = auto()
    VETTING = auto()
    """The application decides whether this client may send a large body."""
    ANSWERING = auto()
    """The application serves the request."""
    DELIVERING = auto()
    """A stream is being sent, or an action after the response runs."""
    BLOCKED = auto()
    """A response waits for the client, or the next pipelined request waits for its turn."""
    CLOSING = auto()
    """The last response was written.  Bytes from the client are dropped."""
    CLOSED = auto()

    # The inherited one is a Python function and slow; every request asks several times whether its phase is in a set.
    __hash__ = object.__hash__


RECEIVING: Final = frozenset({Phase.IDLE, Phase.HEAD, Phase.BODY})
"""Waits for a request or its rest."""

OWES_ANSWER: Final = frozenset({Phase.ANSWERING, Phase.DELIVERING, Phase.BLOCKED})
"""A request was received, and its response isn't sent yet."""

OVER: Final = frozenset({Phase.CLOSING, Phase.CLOSED})
"""No more requests are read, and no more responses written."""
