"""Events in the form of CloudEvents, as JSON (pure).

Source: https://developer.hashicorp.com/vault/docs/concepts/events#event-notification-format
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from strongroom.barrier.outbox import Event
from strongroom.lib import json

SOURCE: Final = "https://vaultproject.io/"
"""What clients were written for."""


def encode(id_: str, event: Event, namespace: str, cursor: str = "") -> bytes:
    """One event.

    Args:
        id_: its id.
        namespace: the path of its namespace.
        cursor: the place behind it, for a client that has asked for it.
    """
    data: dict[str, Any] = {"event": {"id": id_, "metadata": event.metadata}, "event_type": event.type}
    if namespace:
        data["namespace"] = namespace
    plugin = plugin_info(event)
    if plugin:
        data["plugin_info"] = plugin
    told: dict[str, Any] = {
        "id": id_,
        "source": SOURCE,
        "specversion": "1.0",
        "type": "*",
        "data": data,
        "datacontentype": "application/cloudevents",
        "time": datetime.fromtimestamp(event.at, UTC).isoformat().replace("+00:00", "Z"),
    }
    if cursor:
        told["cursor"] = cursor
    return json.dumps(told)


def plugin_info(event: Event) -> dict[str, str]:
    """The mount that an event came from; empty if it came from none."""
    given = {
        "mount_class": event.mount_class,
        "mount_accessor": event.mount_accessor,
        "mount_path": event.mount_path,
        "plugin": event.plugin,
        "version": event.mount_version,
    }
    return {name: value for name, value in given.items() if value}
