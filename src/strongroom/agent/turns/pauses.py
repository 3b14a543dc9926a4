"""How long to wait: before a restart, between questions, between renewals (p).

All waits have chance in them, so that instances which were started together don't stay together.
"""

from __future__ import annotations

import hashlib
from typing import Final

from strongroom.agent.turns.answers import Kind, Refusal

_LONGEST_WAIT_S: Final = 10.0
"""Between two questions of somebody who waits.  The server forgets him after 20 seconds of silence."""
_SHORTEST_S: Final = 0.2
_LONGEST_AWAY_S: Final = 15.0
_FIRST_WRONG_S, _LONGEST_WRONG_S = 5.0, 60.0
"""Of what only a person can put right."""
LONGEST_ANSWER_S: Final = 15.0
"""How long an answer may take."""
_SHORTEST_ANSWER_S: Final = 2.0
_TRIES_BEFORE_END: Final = 4
_LONGEST_BETWEEN_CHECKS_S: Final = 15.0


def share(host: str, path: str, drawn: bytes) -> float:
    """A share of 1: from 0, and less than 1.

    Args:
        host, path: part instances whose sources of randomness are equal: copies of one virtual machine.
        drawn: random bytes.
    """
    digest = hashlib.sha256(f"{host}\0{path}\0".encode("utf-8", "surrogateescape") + drawn).digest()
    return int.from_bytes(digest[:6], "big") / (1 << 48)


def ask_again_s(refusal: Refusal, failures: int, chance: float) -> float:
    """How long to wait before a turn is asked for again.

    Args:
        failures: how often in a row it wasn't only that others have a turn.
        chance: a share of 1.
    """
    match refusal.kind:
        case Kind.WAIT:
            wait_s = min(refusal.after_s or 1.0, _LONGEST_WAIT_S / 1.25)
        case Kind.AWAY:
            wait_s = min(_doubled(1.0, failures), _LONGEST_AWAY_S)
        case Kind.DENIED | Kind.WRONG:
            wait_s = min(_doubled(_FIRST_WRONG_S, failures), _LONGEST_WRONG_S)
    return max(wait_s * (0.75 + chance / 2), _SHORTEST_S)


def renew_after_s(left_s: float, failures: int, chance: float) -> float:
    """How long to wait before a lease is renewed: half of what is left, or some tries before its end.

    Args:
        left_s: until it ends; negative if it has.
        failures: how often in a row it couldn't be renewed.
    """
    if not failures:
        return max(left_s * (0.4 + chance / 5), _SHORTEST_S)
    wait_s = min(_doubled(1.0, failures), _LONGEST_WAIT_S)
    if left_s > 0:
        wait_s = min(wait_s, left_s / _TRIES_BEFORE_END)
    return max(wait_s * (0.75 + chance / 2), _SHORTEST_S)


def answer_within_s(left_s: float) -> float:
    """How long a renewal may take, so that a server which hangs leaves time for others before the lease ends.

    Args:
        left_s: until it ends; negative if it has.
    """
    return min(max(left_s / _TRIES_BEFORE_END, _SHORTEST_ANSWER_S), LONGEST_ANSWER_S)


def check_again_s(tries: int) -> float:
    """How long to wait before the instance's health is looked at again."""
    return min(0.5 * 1.5 ** min(tries, 16), _LONGEST_BETWEEN_CHECKS_S)


def _doubled(first_s: float, failures: int) -> float:
    return first_s * 2.0 ** min(max(failures, 1) - 1, 16)
