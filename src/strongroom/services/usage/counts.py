"""What is told of the clients of some months (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from strongroom.services.usage.months import first_second
from strongroom.services.usage.records import ENTITY


class Client(NamedTuple):
    """A client in a month, as its row's key tells."""

    client: str
    namespace: str
    mount: str


class Places(Protocol):
    """What namespaces and mounts are called now."""

    def path_of(self, namespace: str) -> str:
        """The path of a namespace."""
        ...

    def mount_of(self, mount: str) -> tuple[str, str]:
        """The path and type of a mount, by its accessor."""
        ...


Months = Mapping[str, list[Client]]
"""The clients of each month, in order; a month without any is left out."""


def parse(name: str) -> Client | None:
    """The client of a row's key below its month; None for a key of another form."""
    parts = name.split("/")
    return Client(*parts) if len(parts) == 3 else None


def once(clients: Iterable[Client]) -> dict[str, Client]:
    """Each client once.  Two processes may have written one by different mounts; the first of them counts."""
    found: dict[str, Client] = {}
    for each in clients:
        found.setdefault(each.client, each)
    return found


def counted(clients: Iterable[Client]) -> dict[str, int]:
    """How many there are of each kind, under the names of Vault's newer and older releases."""
    entities = others = 0
    for each in clients:
        if each.client.startswith(ENTITY):
            entities += 1
        else:
            others += 1
    return {
        "acme_clients": 0,
        "clients": entities + others,
        "distinct_entities": entities,
        "entity_clients": entities,
        "non_entity_clients": others,
        "non_entity_tokens": others,
        "secret_syncs": 0,
    }


def by_namespace(clients: Iterable[Client], places: Places, limit: int = 0) -> list[dict[str, Any]]:
    """The counts of each namespace and of its mounts, those with the most clients first.

    Args:
        limit: the most namespaces; 0 for all.
    """
    tree: dict[str, dict[str, list[Client]]] = {}
    for each in clients:
        tree.setdefault(each.namespace, {}).setdefault(each.mount, []).append(each)
    found = [
        {
            "namespace_id": namespace,
            "namespace_path": places.path_of(namespace),
            "counts": counted(each for some in mounts.values() for each in some),
            "mounts": _largest([_mount(mount, some, places) for mount, some in mounts.items()]),
        }
        for namespace, mounts in tree.items()
    ]
    return _largest(found)[: limit or None]


def _mount(mount: str, clients: list[Client], places: Places) -> dict[str, Any]:
    path, type_ = places.mount_of(mount)
    return {"path": path, "mount_path": path, "mount_type": type_, "counts": counted(clients)}


def _largest(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(found, key=lambda each: (-each["counts"]["clients"], each.get("namespace_path", each.get("path"))))


def by_month(wanted: list[str], months: Months, places: Places) -> list[dict[str, Any]]:
    """What each month had, and which of its clients weren't there in an earlier one of these months."""
    out: list[dict[str, Any]] = []
    known: set[str] = set()
    for month in wanted:
        clients = once(months.get(month, ()))
        shown: dict[str, Any] = {"timestamp": first_second(month)}
        if clients:
            new = [each for name, each in clients.items() if name not in known]
            shown |= _shown(clients.values(), places) | {"new_clients": _shown(new, places)}
        else:
            shown |= {"counts": None, "namespaces": None, "new_clients": None}
        known |= clients.keys()
        out.append(shown)
    return out


def _shown(clients: Iterable[Client], places: Places) -> dict[str, Any]:
    clients = list(clients)
    return {"counts": counted(clients), "namespaces": by_namespace(clients, places)}


def all_of(months: Months) -> dict[str, Client]:
    """Each client of these months once, as it was in the earliest."""
    return once(each for month in sorted(months) for each in months[month])
