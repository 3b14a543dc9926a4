"""`sys/internal/counters/activity/export`: which clients were active.

Source: https://developer.hashicorp.com/vault/api-docs/system/internal-counters
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final

from strongroom.audit.entry import whole_timestamp
from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, NamespaceSealed
from strongroom.sdk import path
from strongroom.sdk.fields import Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.services.namespaces import survey
from strongroom.services.usage import reading
from strongroom.services.usage.counts import Client, Places
from strongroom.services.usage.records import ENTITY, ClientSeen
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.services import Services
from strongroom.sysapi.system.paths.usage.period import PeriodBody, months_asked, places_of

_FORMATS = ("json", "csv")
_MOST_OF_A_TABLE: Final = 50_000
"""Clients.  A table's first line names every column, so all of its lines are in memory."""


class ExportBody(PeriodBody, frozen=True):
    """The period of an export, and its form."""

    format: Annotated[str, Doc(description="`json`, one object a line, or `csv`.")] = "json"


class ExportPaths(SystemEngine):
    """The clients themselves."""

    @path.read("internal/counters/activity/export", sudo=True)
    async def export_clients(self, request: Request, body: ExportBody) -> Response | None:
        """Lists the clients of the namespace and those below that were active in a period, each once."""
        if body.format not in _FORMATS:
            raise InvalidRequest(f"format must be one of {', '.join(_FORMATS)}")
        view, wanted = system(request), await months_asked(request, body)
        ids = await request.once.wait("namespaces", partial(_namespaces, view))
        places = await places_of(view, ids | {keys.ROOT_NAMESPACE} if view.namespace.is_root else ids)
        clients = _clients(view.services, wanted, None if view.namespace.is_root else ids, places)
        if body.format == "json":
            lines = (b"".join(json.dumps(each) + b"\n" for each in page) async for page in clients)
            return Response(raw=RawBody(b"", "application/json", lines))
        table = await request.once.wait("table", partial(_table, clients))
        return Response(raw=RawBody(table, "text/csv"))


async def _namespaces(view: SystemView) -> set[str]:
    below = await survey.descendants(view.services.barrier, view.namespace)
    return {view.namespace.id, *(each.namespace.id for each in below)}


async def _clients(
    services: Services, months: list[str], namespaces: set[str] | None, places: Places
) -> AsyncIterator[list[dict[str, Any]]]:
    """The clients of these months in pages, each as it was in the earliest."""
    known: set[str] = set()
    for month in months:
        async for page in reading.records_of(services.barrier, month, namespaces):
            new = [(client, record) for client, record in page if client.client not in known]
            known.update(client.client for client, _ in new)
            yield await transact(services.barrier, partial(_described, services, new, places))


async def _described(
    services: Services, page: list[tuple[Client, ClientSeen]], places: Places, txn: Transaction
) -> list[dict[str, Any]]:
    return [await _client(services, txn, client, record, places) for client, record in page]


async def _client(
    services: Services, txn: Transaction, client: Client, record: ClientSeen, places: Places
) -> dict[str, Any]:
    kind, id_ = client.client[: len(ENTITY)], client.client[len(ENTITY) :]
    mount_path, mount_type = places.mount_of(client.mount)
    facts = await _entity(services, txn, client, id_) if kind == ENTITY else {}
    return {
        "entity_name": "",
        "entity_alias_name": "",
        "local_entity_alias": False,
        "client_id": id_,
        "client_type": "entity" if kind == ENTITY else "non-entity-token",
        "namespace_id": client.namespace,
        "namespace_path": places.path_of(client.namespace),
        "mount_accessor": client.mount,
        "mount_type": mount_type,
        "mount_path": mount_path,
        "timestamp": whole_timestamp(record.token_made_at),
        "token_creation_time": whole_timestamp(record.token_made_at),
        "client_first_usage_time": whole_timestamp(record.used_at),
        "policies": [],
        "entity_metadata": {},
        "entity_alias_metadata": {},
        "entity_alias_custom_metadata": {},
        "entity_group_ids": [],
    } | facts


async def _entity(services: Services, txn: Transaction, client: Client, id_: str) -> dict[str, Any]:
    """What is known now of an entity; nothing of one that is gone, or in a sealed namespace."""
    identity, home = services.identity, keys.namespace_of(id_)
    try:
        entity = await identity.entity(txn, home, id_)
        if entity is None:
            return {}
        groups = await identity.groups_of(txn, home, id_)
        aliases = [each for each in await identity.aliases(txn, home, entity) if each.mount_accessor == client.mount]
    except NamespaceSealed:
        return {}
    facts: dict[str, Any] = {
        "entity_name": entity.name,
        "policies": list(entity.policies),
        "entity_metadata": entity.metadata,
        "entity_group_ids": sorted(group.id for group in groups),
    }
    for alias in aliases[:1]:
        facts |= {
            "entity_alias_name": alias.name,
            "entity_alias_metadata": alias.metadata,
            "entity_alias_custom_metadata": alias.custom_metadata,
        }
    return facts


async def _table(clients: AsyncIterator[list[dict[str, Any]]]) -> bytes:
    """All clients as CSV.  Lists and maps have a column for each of their parts that some client has."""
    rows: list[dict[str, str]] = []
    async for page in clients:
        rows += [_flat(each) for each in page]
        if len(rows) > _MOST_OF_A_TABLE:
            raise InvalidRequest(f"a table has at most {_MOST_OF_A_TABLE} clients: ask for json, or for fewer months")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    plain = [name for name in columns if "." not in name]
    text = io.StringIO()
    writer = csv.DictWriter(text, [*plain, *sorted(set(columns) - set(plain))], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _flat(client: dict[str, Any]) -> dict[str, str]:
    out: dict[str, str] = {}
    for name, value in client.items():
        match value:
            case dict():
                out |= {f"{name}.{key}": str(each) for key, each in value.items()}
            case list():
                out |= {f"{name}.{number}": str(each) for number, each in enumerate(value)}
            case bool():
                out[name] = str(value).lower()
            case _:
                out[name] = str(value)
    return {name: _harmless(value) for name, value in out.items()}


def _harmless(text: str) -> str:
    """A cell that a spreadsheet doesn't take for a formula: users choose their metadata, administrators open it."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text
