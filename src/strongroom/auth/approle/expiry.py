"""Clears secret ids that have expired, and those of deleted roles, in batches of scheduled work.

One call is scheduled for all secret ids of a mount.  It is moved to an earlier time only by a secret id that expires
well before it, so that requests for secret ids don't wait for each other.
"""

from __future__ import annotations

import math

from strongroom.auth.approle.records import Accessor, Expiring, Expiry, SecretId
from strongroom.sdk import Request

EXPIRY = "expiry/"
EXPIRING = "expiring"
WORK = "expired secret ids"
OF_ROLE = "secret ids of "
GRAIN_S = 600
"""Expired secret ids stay for so long at the most.  Nobody can log in by them meanwhile."""
BATCH = 64


def row(secret: SecretId) -> str:
    """The key of a secret id's time of expiry; keys sort by time."""
    return f"{EXPIRY}{int(secret.expires_at * 1000):015d}/{secret.accessor}"


async def note(request: Request, digest: str, secret: SecretId) -> None:
    """Have a secret id cleared when it has expired."""
    request.view.write(row(secret), Expiry(role=secret.role, digest=digest))
    await _wake(request, _grain_after(secret.expires_at))


async def _wake(request: Request, at: float) -> None:
    planned = await request.view.read(EXPIRING, Expiring)
    if planned is None or at < planned.at:
        request.view.write(EXPIRING, Expiring(at=at))
        await request.schedule(at, WORK)


async def tidy(request: Request) -> None:
    """Have what has expired cleared now."""
    request.view.write(EXPIRING, Expiring(at=request.now))
    await request.schedule(request.now, WORK)


async def clear_expired(request: Request) -> None:
    """Clear one batch, and schedule the next one."""
    times = await request.view.scan(EXPIRY, limit=BATCH + 1)
    request.view.delete(EXPIRING)
    for name in times[:BATCH]:
        if _time_of(name) > request.now:
            await _wake(request, _grain_after(_time_of(name)))
            return
        found = await request.view.read(EXPIRY + name, Expiry)
        accessor = name.partition("/")[2]
        request.view.delete(EXPIRY + name)
        if found is not None:
            await _clear(request, found.role, found.digest, accessor)
    if len(times) > BATCH:
        await _wake(request, request.now)


async def clear_role(request: Request, role: str) -> None:
    """Clear one batch of a deleted role's secret ids, and schedule the next one.

    Args:
        role: the role's `id`.
    """
    folder = f"accessor/{role}/"
    accessors = await request.view.list(folder, limit=BATCH + 1)
    for accessor in accessors[:BATCH]:
        found = await request.view.read(folder + accessor, Accessor)
        if found is not None:
            await _clear(request, role, found.digest, accessor)
    if len(accessors) > BATCH:
        await request.schedule(request.now, OF_ROLE + role)


async def _clear(request: Request, role: str, digest: str, accessor: str) -> None:
    """Remove the rows of a secret id."""
    secret = await request.view.read(f"secret-id/{role}/{digest}", SecretId)
    request.view.delete(f"secret-id/{role}/{digest}")
    request.view.delete(f"accessor/{role}/{accessor}")
    if secret is not None and secret.expires_at:
        request.view.delete(row(secret))


def _time_of(name: str) -> float:
    return int(name.partition("/")[0]) / 1000


def _grain_after(at: float) -> float:
    return math.ceil(at / GRAIN_S) * GRAIN_S
