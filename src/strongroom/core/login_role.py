"""Asks an auth method for the role of a login, for quotas that are for one role."""

from __future__ import annotations

from strongroom.core.attempt import Attempt
from strongroom.core.dispatch import engine_request
from strongroom.lib.errors import StrongroomError
from strongroom.sdk.engine import AuthMethod


async def role_of(attempt: Attempt) -> str:
    """The role of a login; empty if it names none."""
    entry, match = attempt.entry, attempt.match
    if entry is None or match is None or not attempt.needs_no_token or not isinstance(entry.engine, AuthMethod):
        return ""
    try:
        return await entry.engine.login_role(engine_request(attempt, entry, ""), match)
    except StrongroomError:
        return ""  # the login itself tells what is wrong
