"""Reading and writing secret ids within a request."""

from __future__ import annotations

import msgspec

from strongroom.auth.approle import expiry
from strongroom.auth.approle.logic import USED_STEP_S, is_expired
from strongroom.auth.approle.records import Accessor, Role, SecretId
from strongroom.sdk import Request

SECRET_IDS = "secret-id/"  # noqa: S105 - a folder of rows
ACCESSORS = "accessor/"


async def find(request: Request, role: Role, digest: str) -> SecretId | None:
    """What is known of a secret id of the role, unless it has expired: one point read."""
    secret = await stored(request, role, digest)
    return None if secret is None or is_expired(secret, request.now) else secret


async def stored(request: Request, role: Role, digest: str) -> SecretId | None:
    """The same, even if it has expired and waits to be cleared."""
    return await request.view.read(_row(role.id, digest), SecretId)


async def by_accessor(request: Request, role: Role, accessor: str) -> tuple[str, SecretId] | None:
    """The digest of a secret id of the role, and what is known of it; None if there is none, or it has expired."""
    if not accessor or "/" in accessor:
        return None
    found = await request.view.read(f"{ACCESSORS}{role.id}/{accessor}", Accessor)
    if found is None:
        return None
    secret = await find(request, role, found.digest)
    return (found.digest, secret) if secret is not None else None


async def add(request: Request, role: Role, digest: str, secret: SecretId) -> None:
    """Store a new secret id."""
    request.view.write(_row(role.id, digest), secret)
    request.view.write(f"{ACCESSORS}{role.id}/{secret.accessor}", Accessor(digest=digest))
    if secret.expires_at:
        await expiry.note(request, digest, secret)


def remove(request: Request, digest: str, secret: SecretId) -> None:
    """Remove a secret id."""
    request.view.delete(_row(secret.role, digest))
    request.view.delete(f"{ACCESSORS}{secret.role}/{secret.accessor}")
    if secret.expires_at:
        request.view.delete(expiry.row(secret))


def use(request: Request, digest: str, secret: SecretId) -> None:
    """Count a login by a secret id.

    The row is in the read set of the login, so that of two logins at once one runs again and finds what is left.
    """
    if secret.num_uses == 1:
        remove(request, digest, secret)
    elif secret.num_uses or request.now - secret.used_at >= USED_STEP_S:
        left = secret.num_uses - 1 if secret.num_uses else 0
        changed_at = request.now if secret.num_uses else secret.changed_at
        used = msgspec.structs.replace(secret, num_uses=left, used_at=request.now, changed_at=changed_at)
        request.view.write(_row(secret.role, digest), used)


def _row(role: str, digest: str) -> str:
    return f"{SECRET_IDS}{role}/{digest}"
