"""Rotates the credential of an account in another system.

The candidate is stored first, then the other system is told, then a login proves it, then it is stored as the current
one.  No transaction is open while the other system is asked: all of this runs in `request.once.outside`.  Two who do
this at the same time use the same candidate.

Source: docs/adr/0024
"""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from msgspec.structs import replace

from strongroom.lib.errors import InvalidRequest, StrongroomError, Unreachable, UpstreamFailed
from strongroom.sdk.rotation import account as steps
from strongroom.sdk.rotation.account import Account, Credential
from strongroom.sdk.rotation.settings import RotationSettings
from strongroom.sdk.rotation.times import in_window

log = structlog.get_logger("rotation")

NOT_TAKEN = "the new credential was accepted, but the one before it is still in force"
NO_LOGIN = "the new credential was accepted, but can't log in"

Step = Callable[[Account, RotationSettings], Account]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of an account."""

    account: Account
    settings: RotationSettings


class Keep(Protocol):
    """Stores what a step makes of an account, in a transaction of its own.  Returns None if the account is gone."""

    async def __call__(self, step: Step, /) -> Kept | None: ...


@dataclass(frozen=True, slots=True)
class System:
    """What one account needs of the other system.  All functions raise `Unreachable` if that doesn't respond."""

    change: Callable[[Credential, Account], Awaitable[Credential | None]]
    """Makes the candidate the account's credential.  Bears being called twice with the same one.

    Returns the credential if the other system has made it itself.  Raises `UpstreamFailed` if it refuses the candidate.
    """
    proves: Callable[[Credential], Awaitable[bool]]
    """Whether a credential logs in; waits as long as the other system usually needs until it does."""
    end: Callable[[Credential], Awaitable[None]] | None = None
    """Ends the previous credential, where `change` leaves it valid.  Bears being called twice."""
    grace_s: int = 0
    """With `end`: how long the previous credential stays valid."""
    cuts: bool = True
    """Whether `change` ends the current credential: they are passwords of the same user."""
    has_to_log_in: bool = False
    """Whether a credential that can't log in is useless: the server's own one."""
    admits_any: Callable[[Credential], Awaitable[bool]] | None = None
    """Whether a wrong credential of that account logs in, too: the other system trusts this machine."""

    async def tells(self, credential: Credential) -> bool:
        """Whether a login tells that a credential is in force, where nobody has said that it was taken."""
        return await self.proves(credential) and not await self.is_blind(credential)

    async def is_blind(self, credential: Credential) -> bool:
        """Whether a login of that account tells nothing."""
        return self.admits_any is not None and await self.admits_any(credential)


async def rotate(keep: Keep, system: System, version: int, made: Credential, now: float) -> Account | None:
    """Rotate an account.

    Args:
        version: of the account that is to be rotated; if it has been meanwhile, that is enough. made: the candidate, if
            none is stored yet.

    Returns: the account as it is now; None if it is gone.
    Raises: `Unreachable` if the other system doesn't respond; `UpstreamFailed`, `InvalidRequest` if it refuses. All is
        stored then, and somebody tries again.
    """
    kept = await keep(lambda account, _: steps.begun(account, version, made, now))
    if kept is None or kept.account.version != version:
        return kept.account if kept is not None else None
    candidate = kept.account.candidate
    attempt = _Attempt(keep, system, kept.account, now)
    try:
        if candidate == made or not await system.tells(candidate):
            candidate = await attempt.changed(candidate)
    except _Refusal as refusal:
        reason = refusal.reason
        log.warning("a new credential was refused", reason=reason.text)
        await keep(lambda account, settings: steps.refused(account, candidate, reason.text, settings, now))
        await _recover(keep, system, kept.account)
        raise reason from refusal
    except StrongroomError as error:
        reason = error
        log.warning("a rotation isn't finished", reason=reason.text)
        await keep(lambda account, _: steps.silent(account, attempt.candidate or candidate, reason.text, now))
        raise
    kept = await keep(lambda account, settings: steps.proven(account, candidate, settings, now, system.grace_s))
    return kept.account if kept is not None else None


async def _recover(keep: Keep, system: System, account: Account) -> None:
    """See that clients get what is in force, which an attempt that broke off may have changed."""
    if not system.cuts:
        return
    try:
        found = await find(replace(account, sent=False), system)
    except StrongroomError:
        return  # the next attempt looks again
    if found is not None and found != account.current:
        log.warning("an earlier credential is in force, and is taken for the current one")
        await keep(lambda stored, _: steps.recovered(stored, account.current, found))


class _Refusal(Exception):  # no error of its own: it carries one
    """The other system has the credential from before, and will not get this candidate."""

    def __init__(self, reason: StrongroomError) -> None:
        super().__init__()
        self.reason = reason


class _Attempt:
    """One attempt to bring a candidate into force."""

    def __init__(self, keep: Keep, system: System, account: Account, now: float) -> None:
        self._keep = keep
        self._system = system
        self._account = account
        self._now = now
        self.candidate: Credential = {}
        """What the other system made instead of the candidate."""

    async def changed(self, candidate: Credential) -> Credential:
        """The credential that is in force now.  Raises `_Refusal` if it is the one from before."""
        system = self._system
        try:
            made = await system.change(candidate, self._account)
        except Unreachable:
            raise
        except (UpstreamFailed, InvalidRequest) as error:
            # It may have been told of a change that another attempt had made.
            if await system.tells(candidate):
                return candidate
            raise _Refusal(error) from error
        if made is not None and made != candidate:
            await self._keep(lambda account, _: steps.replaced(account, candidate, made))
            candidate = self.candidate = made
        if not await system.proves(candidate):
            await self._explain()
        return candidate

    async def _explain(self) -> None:
        """Find out why a credential that was accepted doesn't log in; return if it is in force all the same."""
        system, current = self._system, self._account.current
        if system.cuts and current and await system.proves(current):
            raise _Refusal(UpstreamFailed(NOT_TAKEN))
        if system.has_to_log_in:
            raise UpstreamFailed(NO_LOGIN)
        # An account that isn't allowed to log in, or not from here.  The other system has said that it changed it.
        log.warning("a credential that was changed could not be proved by a login")


class Verdict(enum.Enum):
    """What is to be done with an account."""

    ROTATE = "rotate"
    SETTLE = "settle"
    """Find out which credential is in force, and change nothing: the window is over."""
    SKIP = "skip"
    WAIT = "wait"


def verdict_of(account: Account, settings: RotationSettings, now: float) -> Verdict:
    """What is to be done with an account at a time.  (p)"""
    if account.next_attempt_at > now:
        return Verdict.WAIT
    inside = in_window(settings, account.next_rotation_at, now)
    if account.pending:
        return Verdict.ROTATE if inside else Verdict.SETTLE
    if not settings.automated or not 0 < account.next_rotation_at <= now:
        return Verdict.WAIT
    return Verdict.ROTATE if inside else Verdict.SKIP


async def do_what_is_due(keep: Keep, system: System, made: Credential, now: float) -> None:
    """End the previous credential if its grace is over; rotate if that is due, or finish what has begun.

    Raises: as `rotate`; the time of the next attempt is stored then.
    """
    kept = await keep(lambda account, _: account)
    if kept is None:
        return
    if 0 < kept.account.previous_until <= now:
        await _end(keep, system, kept.account.previous, now)
    match verdict_of(kept.account, kept.settings, now):
        case Verdict.ROTATE:
            await rotate(keep, system, kept.account.version, made, now)
        case Verdict.SETTLE:
            await _set_aside(keep, system, kept.account, now)
        case Verdict.SKIP:
            await keep(lambda account, settings: steps.skipped(account, settings, now))
        case Verdict.WAIT:
            pass


async def _end(keep: Keep, system: System, previous: Credential, now: float) -> None:
    try:
        if system.end is not None:
            await system.end(previous)
    except StrongroomError as error:
        log.warning("a previous credential could not be ended", reason=error.text)
        await keep(lambda account, _: steps.not_ended(account, previous, now))
    else:
        await keep(lambda account, _: steps.ended(account, previous, now))


async def _set_aside(keep: Keep, system: System, account: Account, now: float) -> None:
    candidate = account.candidate
    try:
        in_force = await system.tells(candidate)
    except StrongroomError as error:
        reason = error.text
        await keep(lambda account, _: steps.silent(account, candidate, reason, now))
        raise
    if in_force:
        await keep(lambda account, settings: steps.proven(account, candidate, settings, now, system.grace_s))
    else:
        await keep(lambda account, settings: steps.set_aside(account, candidate, settings, now))


async def note(keep: Keep, error: StrongroomError, now: float) -> None:
    """Store why what is due could not even be begun, and try again later."""
    await keep(lambda account, _: steps.failed(account, error.text, now))


async def settle(keep: Keep, system: System, now: float) -> None:
    """Find out which credential is in force while a rotation isn't finished, for who needs it now.

    Raises: `Unreachable` if the other system doesn't respond.
    """
    kept = await keep(lambda account, _: account)
    if kept is None or not kept.account.pending:
        return
    seen = kept.account
    found = await find(seen, system)
    if found == seen.candidate:
        await keep(lambda account, settings: steps.proven(account, seen.candidate, settings, now, system.grace_s))
    elif found is not None:
        await keep(lambda account, _: steps.recovered(account, seen.current, found))


async def find(account: Account, system: System) -> Credential | None:
    """The credential that logs in, of all that are known; None if none does, or if a login tells nothing."""
    for credential in account.known:
        if await system.proves(credential):
            return None if await system.is_blind(credential) else credential
    return None
