"""Keeps an account in a row of a mount, and the time at which it has to be looked at again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from strongroom.barrier.outbox import Event
from strongroom.barrier.record import Record
from strongroom.sdk.request import Request
from strongroom.sdk.rotation.account import Account
from strongroom.sdk.rotation.rotating import Kept, Step
from strongroom.sdk.rotation.settings import RotationSettings
from strongroom.sdk.view import View

R = TypeVar("R", bound=Record)


def wake_at(account: Account, settings: RotationSettings) -> float:
    """When an account has to be looked at: seconds since the epoch; 0 for never.  (p)"""
    times = [account.previous_until]
    if account.pending:
        times.append(account.next_attempt_at)
    elif settings.automated and account.next_rotation_at:
        times.append(max(account.next_rotation_at, account.next_attempt_at))
    return min((time for time in times if time), default=0.0)


async def wake(request: Request, view: View, work: str, account: Account, settings: RotationSettings) -> None:
    """Have `Engine.due` called under this name when the account has to be looked at, or not at all.

    Args:
        view: of the transaction in which the account is stored.
    """
    schedule = view.schedule(request.mount.id)
    at = wake_at(account, settings)
    before = await schedule.read(work)
    if at:
        await schedule.put(at, work, {})
    elif before is not None:
        schedule.remove(before)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record may be."""

    key: str
    """In the mount's view."""
    work: str
    """The name under which `Engine.due` is called for the record there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[R]):
    """A `Keep` of an account in a record."""

    request: Request
    places: tuple[Place, ...]
    """Where the record may be; the first that has the account counts.  It may move while the other system is asked."""
    type: type[R]
    read: Callable[[R], Kept | None]
    """Account and settings of a record; None if the account is no part of it any more."""
    write: Callable[[R, Account], R]
    """The record with another account."""
    event: Event | None = None
    """What others are told when the account has another credential."""

    @property
    def about(self) -> dict[str, str]:
        """Which account it is, for the log."""
        return {"mount": self.request.mount.path, "mount_id": self.request.mount.id, "name": self.places[0].work}

    async def __call__(self, step: Step, /) -> Kept | None:
        """Store what a step makes of the account.  Returns None if it is gone."""

        async def store(view: View) -> Kept | None:
            for place in self.places:
                record = await view.read(place.key, self.type)
                kept = self.read(record) if record is not None else None
                if record is None or kept is None:
                    continue
                account = step(kept.account, kept.settings)
                if account != kept.account:
                    view.write(place.key, self.write(record, account))
                if account.version != kept.account.version and self.event is not None:
                    view.emit(self.event)
                await wake(self.request, view, place.work, account, kept.settings)
                return Kept(account, kept.settings)
            return None

        return await self.request.view.apart(store)
