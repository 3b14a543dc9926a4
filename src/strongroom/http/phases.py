"""What a connection can be doing."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Phase(Enum):
    """What a connection is doing."""

    PREFACE = auto()
    """A PROXY header or a TLS handshake is awaited."""
    IDLE = auto()
    """Nothing of a request has arrived."""
    HEAD = auto()
    BODY = auto()
    VETTING = auto()
    """The application is asked whether this client may send a large body."""
    ANSWERING = auto()
    """The application works."""
    DELIVERING = auto()
    """A stream is being sent, or something is to be done once an answer is out."""
    BLOCKED = auto()
    """An answer waits for the client, or the next pipelined request for its turn."""
    CLOSING = auto()
    """The last answer was written; what the client still sends is thrown away."""
    CLOSED = auto()


RECEIVING: Final = frozenset({Phase.IDLE, Phase.HEAD, Phase.BODY})
"""A request is awaited, or its rest."""

OWES_ANSWER: Final = frozenset({Phase.ANSWERING, Phase.DELIVERING, Phase.BLOCKED})
"""A request was taken and its answer isn't out yet."""

OVER: Final = frozenset({Phase.CLOSING, Phase.CLOSED})
"""Nothing is read or written any more."""
