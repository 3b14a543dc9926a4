"""When a challenge is tried, and what becomes of it (pure)."""

from __future__ import annotations

from typing import Any, Final

from strongroom.engines.pki.acme import states
from strongroom.engines.pki.acme.challenges.outcome import Failed
from strongroom.engines.pki.acme.records import Challenge
from strongroom.sdk import replace

MOST: Final = 5
"""Attempts of one challenge."""
UNDER_WAY_S: Final = 30.0
"""How long an attempt may take.  Another one begins after that, if the process of the first has died."""
_FIRST_PAUSE_S: Final = 2.0


def is_due(challenge: Challenge, now: float, *, answered: bool) -> bool:
    """Whether an attempt is made now.

    Args:
        answered: whether the client says that it is ready.  Later attempts are made when it asks what became of it.
    """
    if challenge.status == "pending":
        return answered
    return challenge.status == "processing" and now >= challenge.next_at


def begun(challenge: Challenge, now: float) -> Challenge:
    """The challenge during an attempt."""
    return replace(
        challenge,
        status=states.moved(states.CHALLENGE, challenge.status, "answered"),
        attempts=challenge.attempts + 1,
        next_at=now + UNDER_WAY_S,
    )


def ended(challenge: Challenge, failure: Failed | None, now: float) -> Challenge:
    """The challenge after an attempt."""
    if failure is None:
        status = states.moved(states.CHALLENGE, challenge.status, "proved")
        return replace(challenge, status=status, validated_at=now, error={})
    error: dict[str, Any] = failure.document()
    if failure.final or challenge.attempts >= MOST:
        return replace(challenge, status=states.moved(states.CHALLENGE, challenge.status, "failed"), error=error)
    pause_s = _FIRST_PAUSE_S * 2.0 ** (challenge.attempts - 1)
    status = states.moved(states.CHALLENGE, challenge.status, "failed for now")
    return replace(challenge, status=status, error=error, next_at=now + pause_s)
