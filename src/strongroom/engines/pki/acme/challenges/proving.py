"""Has a challenge proved: asks the client's host while no transaction is open.

The nonce is used, and the attempt noted, in a transaction of its own before anything is asked.  So a request that is
replayed, or sent many times at once, has the server ask once.
"""

from __future__ import annotations

from typing import Final

from strongroom.engines.pki.acme import authorizations, nonces, rows
from strongroom.engines.pki.acme.challenges import attempts, table
from strongroom.engines.pki.acme.challenges.outcome import Failed
from strongroom.engines.pki.acme.challenges.ports import Ports
from strongroom.engines.pki.acme.problems import Problem
from strongroom.engines.pki.acme.records import Authorization, Challenge
from strongroom.engines.pki.acme.serving import Caller
from strongroom.lib.errors import RateLimited, Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Slots
from strongroom.sdk import View

_TOTAL_S: Final = 15.0
_slots = Slots("challenges of one account", at_once=8, waiting=56)


class Attempt:
    """One attempt of a request, the same in all attempts of its transaction."""

    __slots__ = ("done", "failure")

    def __init__(self) -> None:
        self.done = False
        self.failure: Failed | None = None


async def proved(
    caller: Caller, authorization_id: str, found: Authorization, ports: Ports, *, answered: str = ""
) -> Authorization:
    """The authorization after an attempt to prove it, if one is due.

    Args:
        answered: the type of the challenge that the client says it is ready for; empty if it only asks.
    """
    request = caller.request
    attempt = request.once("acme attempt", Attempt)
    if not attempt.done:
        due = _due(caller, found, answered)
        if due is None:
            return found
        request.once.outside("acme proof", lambda: _prove(caller, authorization_id, due, ports, attempt))
        return found
    current = next((each for each in found.challenges if each.status == "processing"), None)
    if current is None or not authorizations.is_open(request, found):
        return found
    changed = authorizations.settled(found, attempts.ended(current, attempt.failure, request.now))
    authorizations.keep(caller, authorization_id, changed)
    return changed


def _due(caller: Caller, found: Authorization, answered: str) -> Challenge | None:
    if not authorizations.is_open(caller.request, found):
        return None
    processing = [each for each in found.challenges if each.status == "processing"]
    candidates = processing or [each for each in found.challenges if each.type == answered]
    now = caller.request.now
    return next((each for each in candidates if attempts.is_due(each, now, answered=bool(answered))), None)


async def _prove(caller: Caller, authorization_id: str, due: Challenge, ports: Ports, attempt: Attempt) -> None:
    found = await caller.request.view.apart(lambda view: _begin(caller, view, authorization_id, due))
    if found is None:
        return
    nonces.use_of(caller.request).done = True
    key_authorization = f"{due.token}.{caller.known.thumbprint}"
    try:
        async with _slots.place(caller.account_id, total_s=_TOTAL_S):
            await table.TYPES[due.type](found.identifier, due.token, key_authorization, caller.directory.config, ports)
    except Failed as error:
        attempt.failure = error
    except (RateLimited, Unreachable, TimeoutError) as error:
        text = error.text if isinstance(error, RateLimited) else "the attempt took too long"
        attempt.failure = Failed("connection", text)
    except UpstreamFailed as error:
        attempt.failure = Failed("serverInternal", error.text)
    attempt.done = True


async def _begin(caller: Caller, view: View, authorization_id: str, due: Challenge) -> Authorization | None:
    """Use the nonce and note the attempt; None if another request has done either."""
    found = await rows.authorization_of(view, caller.account_id, authorization_id)
    if found is None or due not in found.challenges:
        return None
    try:
        await nonces.use(caller.request, view, caller.signed.nonce)
    except Problem:
        return None
    begun = authorizations.settled(found, attempts.begun(due, caller.request.now))
    view.write(rows.authorizations_of(caller.account_id) + authorization_id, begun)
    return found
