"""Which events a subscriber wants (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from strongroom.barrier.outbox import Event
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.globs import matches

Filter = Callable[[Mapping[str, str]], bool]
"""Says of the selectors' values whether an event is wanted."""

MOST_CHARACTERS: Final = 256
MOST_NAMESPACES: Final = 64


class Selection(msgspec.Struct, frozen=True):
    """What a subscriber has asked for."""

    types: tuple[str, ...]
    """Patterns of types.  One has to match."""
    home: str
    """The path of the namespace that it has asked in."""
    namespaces: tuple[str, ...] = ()
    """Patterns of other namespaces, by their paths from root on."""
    filter: Filter | None = None

    def takes(self, event: Event, namespace: str) -> bool:
        """Whether an event is wanted.

        Args:
            namespace: the path of the event's namespace: empty, or ending in `/`.
        """
        if not any(matches(pattern, event.type) for pattern in self.types):
            return False
        if namespace != self.home and not any(_covers(pattern, namespace) for pattern in self.namespaces):
            return False
        return self.filter is None or self.filter(values_of(event, namespace))


def values_of(event: Event, namespace: str) -> Mapping[str, str]:
    """What a filter may ask for.

    Source: https://developer.hashicorp.com/vault/docs/commands/events
    """
    return {
        "event_type": event.type,
        "operation": event.metadata.get("operation", ""),
        "source_plugin_mount": event.mount_path,
        "data_path": event.metadata.get("data_path", ""),
        "namespace": namespace,
    }


def _covers(pattern: str, namespace: str) -> bool:
    return matches(pattern, namespace) or matches(pattern, namespace.removesuffix("/"))


def checked_type(pattern: str) -> str:
    """A pattern of types.  Raises `InvalidRequest` for one that can't match any."""
    if not pattern or len(pattern) > MOST_CHARACTERS or not pattern.isprintable():
        raise InvalidRequest(f"an event type has 1 to {MOST_CHARACTERS} printable characters; * stands for any text")
    return pattern


def checked_namespaces(given: tuple[str, ...], home: str) -> tuple[str, ...]:
    """Patterns of namespaces below the one that was asked in.  Raises `InvalidRequest`."""
    if len(given) > MOST_NAMESPACES or any(len(pattern) > MOST_CHARACTERS for pattern in given):
        raise InvalidRequest(f"at most {MOST_NAMESPACES} namespaces of {MOST_CHARACTERS} characters")
    return tuple(home + pattern.lstrip("/") for pattern in given)
