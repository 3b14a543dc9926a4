"""Reading and writing the rows of what was revoked."""

from __future__ import annotations

from typing import Final

from strongroom.engines.ssh.revocation.records import Revoked
from strongroom.sdk import View

KEYS: Final = "revoked-key/"
PARTS: Final = 64
"""Parts of the list, by the first six bits of a serial number."""
_SHIFT = 58


def part_folder(part: int) -> str:
    """Where the revoked serial numbers of one part are."""
    return f"revoked/{part:02x}/"


def _row(serial: int) -> str:
    return f"{part_folder(serial >> _SHIFT)}{serial:016x}"


async def revoked_at(view: View, serial: int) -> float | None:
    """When a certificate was revoked by its number; None if it wasn't."""
    found = await view.read(_row(serial), Revoked)
    return found.at if found is not None else None


def revoke(view: View, serial: int, now: float) -> None:
    """Revoke a certificate."""
    view.write(_row(serial), Revoked(at=now))


def forget(view: View, serial: int) -> None:
    """Forget that a certificate was revoked: it has expired."""
    view.delete(_row(serial))


async def key_revoked_at(view: View, digest: str) -> float | None:
    """When a key was revoked; None if it wasn't."""
    found = await view.read(KEYS + digest, Revoked)
    return found.at if found is not None else None


def revoke_key(view: View, digest: str, now: float) -> None:
    """Revoke a key."""
    view.write(KEYS + digest, Revoked(at=now))


def restore_key(view: View, digest: str) -> None:
    """Take back the revocation of a key."""
    view.delete(KEYS + digest)
