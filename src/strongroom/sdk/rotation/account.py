"""The credentials of one account of another system, and how each event changes what is kept of them (pure).

A credential is a map of names to texts, whatever the system needs: a password, an access key, a pair of keys.  The
candidate is stored before the other system hears of it.  It becomes the current one when a login has proved it, and is
given up only when the other system has refused it.  So whichever one the other system has is among those known here.

Source: docs/adr/0024
"""

from __future__ import annotations

from msgspec.structs import replace

from strongroom.barrier.due import retry_wait_s
from strongroom.barrier.record import Part
from strongroom.sdk.rotation.settings import RotationSettings
from strongroom.sdk.rotation.times import in_window, next_time

Credential = dict[str, str]

RESUME_S = 30
"""After this time somebody looks what has become of a rotation that has begun, also if it still goes on."""
_MOST_DOUBLINGS = 5
"""Of the wait after a failure, which then is five minutes: clients wait, and a window may be an hour."""
_FORMER = 16
_ERROR_CHARACTERS = 1000


class Account(Part, frozen=True):
    """What is known of one account.  Times are in seconds since the epoch; an empty credential is none."""

    current: Credential = {}
    """What clients get."""
    previous: Credential = {}
    previous_until: float = 0.0
    """When the previous one is ended, where the other system takes both; 0 if nothing has to end it."""
    candidate: Credential = {}
    """What is being made the current one."""
    sent: bool = False
    """Whether the other system may have the candidate."""
    former: tuple[Credential, ...] = ()
    """Earlier ones, and candidates that were refused; newest first.

    A change that was under way may still bring one into force, and so does a backup that is restored there.
    """
    version: int = 0
    """The number of rotations that have succeeded."""
    rotated_at: float = 0.0
    next_rotation_at: float = 0.0
    """0 if it is rotated only when that is asked for."""
    attempts: int = 0
    """Attempts that failed since the last success."""
    next_attempt_at: float = 0.0
    last_error: str = ""

    @property
    def pending(self) -> bool:
        """Whether it isn't known yet which credential the other system has."""
        return self.sent and bool(self.candidate)

    @property
    def known(self) -> tuple[Credential, ...]:
        """Every credential that the other system may have, the likeliest first."""
        likely = (self.candidate, self.current) if self.pending else (self.current, self.candidate)
        return tuple(credential for credential in (*likely, self.previous, *self.former) if credential)

    def __repr__(self) -> str:
        return f"Account(version={self.version}, attempts={self.attempts})"


def imported(credential: Credential, settings: RotationSettings, now: float) -> Account:
    """An account whose credential stays as it is until the first time of its settings."""
    return Account(current=credential, next_rotation_at=next_time(settings, now, now))


def rescheduled(account: Account, settings: RotationSettings, now: float) -> Account:
    """The account after a change of its settings.  A rotation that has begun is still finished."""
    return replace(account, next_rotation_at=next_time(settings, account.rotated_at or now, now))


def begun(account: Account, version: int, made: Credential, now: float) -> Account:
    """Store the candidate, or keep the one that is there.  Nothing changes for who comes too late.

    Args:
        version: the version that is to be followed by another. made: the new candidate, if one is needed.
    """
    if account.version != version:
        return account
    candidate = account.candidate or made
    return replace(account, candidate=candidate, sent=True, next_attempt_at=now + RESUME_S)


def replaced(account: Account, candidate: Credential, made: Credential) -> Account:
    """The other system has made the credential itself, such as an access key."""
    return replace(account, candidate=made) if account.candidate == candidate else account


def silent(account: Account, candidate: Credential, error: str, now: float) -> Account:
    """Whether the change took place isn't known.  The same candidate is tried again.

    Somebody else may have been refused with it, and given it up.
    """
    if account.current == candidate or account.candidate not in (candidate, {}):
        return account
    return replace(failed(account, error, now), candidate=candidate, sent=True)


def refused(account: Account, candidate: Credential, error: str, settings: RotationSettings, now: float) -> Account:
    """The candidate was refused, and doesn't log in.  The next attempt has another one.

    There is one if the rotation was due, and the window of the schedule isn't over by then.
    """
    if account.candidate != candidate:
        return account
    after = replace(failed(account, error, now), candidate={}, sent=False, former=_former(account, candidate))
    if not settings.automated or not 0 < after.next_rotation_at <= now:
        return replace(after, next_attempt_at=0.0)  # asked for by a client, who gets the error
    if in_window(settings, after.next_rotation_at, after.next_attempt_at):
        return after
    return skipped(after, settings, now)


def proven(
    account: Account, candidate: Credential, settings: RotationSettings, now: float, grace_s: int = 0
) -> Account:
    """A login has proved a credential, so it is the current one.

    Args:
        grace_s: how long the previous one may be used, if the other system takes both and it has to be ended.
    """
    if account.current == candidate:
        if account.candidate != candidate:
            return account
        return replace(account, candidate={}, sent=False, attempts=0, next_attempt_at=0.0, last_error="")
    proved = replace(
        account,
        current=candidate,
        previous=account.current,
        previous_until=now + grace_s if grace_s and account.current else 0.0,
        former=_former(account, account.previous, without=candidate),
        version=account.version + 1,
        rotated_at=now,
        next_rotation_at=next_time(settings, now, now),
        attempts=0,
        last_error="",
    )
    if account.candidate not in (candidate, {}):
        return proved  # of somebody else, who is about to bring it into force
    return replace(proved, candidate={}, sent=False, next_attempt_at=0.0)


def recovered(account: Account, seen: Credential, credential: Credential) -> Account:
    """A credential from before logs in, and the one that was seen as the current one doesn't."""
    if account.current != seen or account.current == credential:
        return account
    return replace(account, current=credential, former=_former(account, account.current, without=credential))


def set_aside(account: Account, candidate: Credential, settings: RotationSettings, now: float) -> Account:
    """The candidate isn't in force, and the window is over: it waits for the next time of the schedule."""
    if account.candidate != candidate:
        return account
    return skipped(replace(account, sent=False), settings, now)


def skipped(account: Account, settings: RotationSettings, now: float) -> Account:
    """The window was missed: the next time counts."""
    return replace(account, next_attempt_at=0.0, next_rotation_at=next_time(settings, now, now))


def ended(account: Account, previous: Credential, now: float) -> Account:
    """The previous credential isn't valid any more.

    If a rotation came in between, it may have been that of the same user: then the current one is looked at again.
    """
    if account.previous == previous:
        return replace(account, previous={}, previous_until=0.0, former=_former(account, previous))
    if account.candidate or not account.current:
        return account
    return replace(account, candidate=account.current, sent=True, next_attempt_at=now)


def not_ended(account: Account, previous: Credential, now: float) -> Account:
    """The previous credential could not be ended.  That is tried again."""
    return replace(account, previous_until=now + RESUME_S) if account.previous == previous else account


def failed(account: Account, error: str, now: float) -> Account:
    """An attempt that failed, and when there is another."""
    return replace(
        account,
        attempts=account.attempts + 1,
        last_error=error[:_ERROR_CHARACTERS],
        # Accounts that were rotated at different times don't come back at the same one.
        next_attempt_at=now + retry_wait_s(min(account.attempts, _MOST_DOUBLINGS), str(account.rotated_at)),
    )


def _former(account: Account, newest: Credential, without: Credential | None = None) -> tuple[Credential, ...]:
    former = (newest, *(each for each in account.former if each not in (newest, without)))
    return former[:_FORMER] if newest else former[1:]
