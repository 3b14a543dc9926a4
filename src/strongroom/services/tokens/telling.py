"""What others are told of tokens, never the token itself.

Who may read or list at `auth/token/accessors/<accessor>` may know of a token.  Of a login, the path that was logged in
at decides.
"""

from __future__ import annotations

from typing import Any

from strongroom.barrier.outbox import Event
from strongroom.barrier.transaction import Transaction
from strongroom.services.tokens.records import TokenRecord

_OWN_MOUNT = "auth/token/"


def created(txn: Transaction, record: TokenRecord) -> None:
    """Tell of a token that was made by the token mount.  Logins and wrapping tokens aren't told of here."""
    if record.path.startswith(_OWN_MOUNT):
        _told(txn, record, "token/create", record.created_at, f"{_OWN_MOUNT}accessors/{record.accessor}")


def ended(txn: Transaction, record: TokenRecord, now: float) -> None:
    """Tell that a token was revoked, or has come to its end.  Those that it has made end with it untold."""
    if record.path.startswith("auth/"):
        _told(txn, record, "token/revoke", now, f"{_OWN_MOUNT}accessors/{record.accessor}")


def logged_in(txn: Transaction, record: TokenRecord, mount_path: str, accessor: str, type_: str) -> None:
    """Tell of a login.

    Args:
        mount_path, accessor, type_: of the auth mount.
    """
    plugin = {"mount_path": mount_path, "mount_accessor": accessor, "plugin": type_}
    _told(txn, record, "auth/login", record.created_at, record.path, mount_class="auth", **plugin)


def _told(txn: Transaction, record: TokenRecord, type_: str, now: float, path: str, **plugin: Any) -> None:
    metadata = {
        "modified": "true",
        "operation": type_.rpartition("/")[2],
        "path": path,
        "accessor": record.accessor,
        "entity_id": record.entity_id,
        "display_name": record.display_name,
        "policies": ",".join(record.policies),
    }
    kept = {name: value for name, value in metadata.items() if value}
    txn.emit(Event(type=type_, at=now, namespace=record.namespace, path=path, metadata=kept, **plugin))
