"""The mounts that every namespace has from its beginning, and that nobody can remove."""

from __future__ import annotations

from collections.abc import Callable

from strongroom.services.mounts.records import MountConfig, MountRecord

_PASSED_HEADERS = {"identity/": ("Authorization",), "sys/": ("Accept",)}
_MOUNTS = (
    ("secret", "cubbyhole/", "cubbyhole", "cubbyhole", "per-token private secret storage"),
    ("secret", "identity/", "identity", "identity", "identity store"),
    ("secret", "sys/", "system", "system", "system endpoints used for control, policy and debugging"),
    ("auth", "token/", "token", "auth_token", "token based credentials"),
)

Unique = Callable[[str], tuple[str, str]]
"""Returns a new UUID and eight hexadecimal digits for a path."""


def built_in_mounts(namespace: str, unique: Unique, now: float) -> list[MountRecord]:
    """The built-in mounts of a new namespace.

    Args:
        namespace: its id.
        now: seconds since the epoch.
    """
    records = []
    for table, path, type_, prefix, description in _MOUNTS:
        id_, digits = unique(path)
        records.append(
            MountRecord(
                id=id_,
                table=table,
                path=path,
                type=type_,
                accessor=f"{prefix}_{digits}",
                description=description,
                local=path == "cubbyhole/",
                seal_wrap=path == "sys/",
                config=MountConfig(passthrough_request_headers=_PASSED_HEADERS.get(path)),
                created_at=now,
                namespace=namespace,
            )
        )
    return records
