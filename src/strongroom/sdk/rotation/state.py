"""What is shown of an account (pure).  Nothing of it is secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from strongroom.sdk.rotation.account import Account
from strongroom.sdk.rotation.times import is_overdue


def timestamp(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def shown_state(account: Account, now: float) -> dict[str, Any]:
    """How the account's rotation is going, as data of a role or a configuration."""
    shown: dict[str, Any] = {}
    if account.rotated_at:
        shown["last_vault_rotation"] = timestamp(account.rotated_at)
    if account.next_rotation_at:
        shown["next_vault_rotation"] = timestamp(account.next_rotation_at)
        shown["overdue"] = is_overdue(account.next_rotation_at, now)
    if account.pending or account.attempts:
        shown["rotation_state"] = {
            "candidate": "pending" if account.pending else "none",
            "attempts": account.attempts,
            "last_error": account.last_error,
            "next_attempt_at": timestamp(account.next_attempt_at) if account.next_attempt_at else None,
        }
    return shown
