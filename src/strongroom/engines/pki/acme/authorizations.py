"""Authorizations: shown, proved by one of their challenges, deactivated.

Source: RFC 8555, sections 7.1.4 and 7.5
"""

from __future__ import annotations

from typing import Any, Final

from strongroom.engines.pki.acme import rows, states
from strongroom.engines.pki.acme.challenges import table
from strongroom.engines.pki.acme.directory import Directory
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import Authorization, Challenge, Identifier, Proved
from strongroom.engines.pki.acme.requests import encoded
from strongroom.engines.pki.acme.serving import POLL, Caller, Reply
from strongroom.engines.pki.issuing.rules import moments
from strongroom.sdk import Random, Request, replace

_TOKEN_BYTES: Final = 32


def new(caller: Caller, identifier: Identifier, expires_at: float, random: Random) -> Authorization:
    """An authorization of a new order, with a challenge of each type that can prove the identifier."""
    base = replace(identifier, value=identifier.base)
    name = f"acme token {identifier.value}"
    kinds = table.for_identifier(identifier)
    drawn = caller.request.once(name, lambda: random.bytes(_TOKEN_BYTES * len(kinds)))
    tokens = [drawn[at : at + _TOKEN_BYTES] for at in range(0, len(drawn), _TOKEN_BYTES)]
    return Authorization(
        account=caller.account_id,
        directory=caller.directory.path,
        identifier=base,
        expires_at=expires_at,
        wildcard=identifier.is_wildcard,
        challenges=tuple(Challenge(type=kind, token=encoded(token)) for kind, token in zip(kinds, tokens, strict=True)),
    )


async def of_caller(caller: Caller, authorization_id: str) -> Authorization:
    """The authorization of the account.  Raises `Problem`, also for that of another one."""
    found = await rows.authorization_of(caller.request.view, caller.account_id, authorization_id)
    if found is None or found.directory != caller.directory.path:
        raise Problem("malformed", "the account has no such authorization", status=404)
    return found


async def deactivate(caller: Caller, authorization_id: str) -> Reply:
    """Deactivate an authorization: it proves nothing any more.  Source: section 7.5.2"""
    payload = caller.payload()
    if payload.get("status") != "deactivated":
        raise malformed('the status of an authorization can only be set to "deactivated"')
    found = await of_caller(caller, authorization_id)
    status = states.authorization_at(found.status, found.expires_at, caller.request.now)
    try:
        changed = replace(found, status=states.moved(states.AUTHORIZATION, status, "deactivated"))
    except states.IllegalMove:
        raise malformed(f"the authorization is {status}") from None
    view = caller.request.view
    view.write(rows.authorizations_of(caller.account_id) + authorization_id, changed)
    view.delete(rows.proved_by(changed))
    return reply(caller, authorization_id, changed)


def settled(found: Authorization, changed: Challenge) -> Authorization:
    """The authorization with what became of one of its challenges.  (p)"""
    challenges = tuple(changed if each.type == changed.type else each for each in found.challenges)
    found = replace(found, challenges=challenges)
    event = {"valid": "proved", "invalid": "failed"}.get(changed.status)
    return found if event is None else replace(found, status=states.moved(states.AUTHORIZATION, found.status, event))


def keep(caller: Caller, authorization_id: str, changed: Authorization) -> None:
    """Store an authorization, and that the account has proved its identifier, if it has."""
    view = caller.request.view
    view.write(rows.authorizations_of(caller.account_id) + authorization_id, changed)
    if changed.status == "valid":
        view.write(rows.proved_by(changed), Proved(expires_at=changed.expires_at))


def challenge_shown(directory: Directory, authorization_id: str, challenge: Challenge) -> dict[str, Any]:
    """A challenge as the client sees it.  (p)"""
    shown: dict[str, Any] = {
        "type": challenge.type,
        "url": directory.of("challenge", authorization_id, challenge.type),
        "status": challenge.status,
        "token": challenge.token,
    }
    if challenge.validated_at:
        shown["validated"] = moments.shown(challenge.validated_at)
    if challenge.error:
        shown["error"] = challenge.error
    return shown


def shown(directory: Directory, authorization_id: str, found: Authorization, now: float) -> dict[str, Any]:
    """An authorization as the client sees it.  (p)

    Of one that was proved, only the challenge that proved it is shown; of one that failed, only the one that failed.
    """
    decided = [each for each in found.challenges if each.status in {"valid", "invalid"}]
    status = states.authorization_at(found.status, found.expires_at, now)
    document: dict[str, Any] = {
        "identifier": found.identifier.shown(),
        "status": status,
        "expires": moments.shown(found.expires_at),
        "challenges": [challenge_shown(directory, authorization_id, each) for each in (decided or found.challenges)],
    }
    return {**document, "wildcard": True} if found.wildcard else document


def reply(caller: Caller, authorization_id: str, found: Authorization) -> Reply:
    """The answer with an authorization."""
    waits = any(each.status == "processing" for each in found.challenges)
    headers = (POLL,) if waits else ()
    return Reply(shown(caller.directory, authorization_id, found, caller.request.now), headers=headers)


def challenge_reply(caller: Caller, authorization_id: str, found: Authorization, kind: str) -> Reply:
    """The answer with one challenge of an authorization."""
    directory = caller.directory
    challenge = next(each for each in found.challenges if each.type == kind)
    waits = (POLL,) if challenge.status == "processing" else ()
    up = ("Link", f'<{directory.of("authorization", authorization_id)}>;rel="up"')
    return Reply(challenge_shown(directory, authorization_id, challenge), headers=(up, *waits))


def is_open(request: Request, found: Authorization) -> bool:
    """Whether the authorization can still be proved."""
    return states.authorization_at(found.status, found.expires_at, request.now) == "pending"
