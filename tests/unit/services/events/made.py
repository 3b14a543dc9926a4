"""An event for tests."""

from __future__ import annotations

from typing import Any

from strongroom.barrier.outbox import Event


def event(type_: str = "kv-v2/data-write", **fields: Any) -> Event:
    """One of a versioned secret, with what a test says."""
    usual: dict[str, Any] = {
        "type": type_,
        "at": 1.5,
        "namespace": "root",
        "path": "secret/data/a",
        "metadata": {"operation": "data-write", "path": "secret/data/a", "data_path": "secret/data/a"},
        "mount_class": "secret",
        "mount_accessor": "kv_1",
        "mount_path": "secret/",
        "plugin": "kv",
        "mount_version": "2",
    }
    return Event(**(usual | fields))
