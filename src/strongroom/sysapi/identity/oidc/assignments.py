"""`identity/oidc/assignment`: who may log in at a client.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/oidc-provider#create-or-update-an-assignment
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Annotated

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, apart
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.oidc import ALLOW_ALL, OidcAssignment, references, rows
from strongroom.storage.keys import is_key
from strongroom.sysapi.context import SystemEngine, SystemView, system

_MOST = 512
_PAGE = 32
_ID_CHARACTERS = 64


class AssignmentBody(Body, frozen=True):
    """Who is assigned.  Lists that aren't given stay."""

    entity_ids: Annotated[CommaList | None, Doc(description="Ids of entities.")] = None
    group_ids: Annotated[CommaList | None, Doc(description="Ids of groups, whose members are all assigned.")] = None


class AssignmentPaths(SystemEngine):
    """`oidc/assignment` and below."""

    @path.list_("oidc/assignment")
    async def list_oidc_assignments(self, request: Request) -> Response | None:
        """Lists the names of all assignments."""
        view = system(request)
        names = await view.txn.list(rows.folder(view.namespace.id, rows.ASSIGNMENTS))
        return Response(data={"keys": sorted({*names, ALLOW_ALL})})

    @path.read("oidc/assignment/{name}")
    async def read_oidc_assignment(self, request: Request, name: str) -> Response | None:
        """Reads an assignment."""
        view = system(request)
        found = await view.services.oidc.assignment(view.txn, view.namespace.id, name)
        if found is None:
            return None
        return Response(data={"entity_ids": list(found.entity_ids), "group_ids": list(found.group_ids)})

    async def oidc_assignment_exists(self, request: Request, name: str) -> bool:
        """Whether there is an assignment of that name."""
        view = system(request)
        return await view.services.oidc.assignment(view.txn, view.namespace.id, name) is not None

    @path.write("oidc/assignment/{name}", exists="oidc_assignment_exists")
    async def write_oidc_assignment(self, request: Request, name: str, body: AssignmentBody) -> Response | None:
        """Creates an assignment or changes the given lists. It counts at once, also for those who are logged in."""
        check_segment_name(name)
        if name == ALLOW_ALL:
            raise InvalidRequest(f'modification of assignment "{name}" not allowed')
        view = system(request)
        before = await view.services.oidc.assignment(view.txn, view.namespace.id, name) or OidcAssignment()
        changed = OidcAssignment(
            entity_ids=_ids("entity_ids", body.entity_ids, before.entity_ids),
            group_ids=_ids("group_ids", body.group_ids, before.group_ids),
        )
        new = sorted({*changed.entity_ids} - {*before.entity_ids})
        for start in range(0, len(new), _PAGE):
            page = partial(_keep, view, new[start : start + _PAGE])
            await apart(view.txn, f"keep {name} {start}", page)
        view.txn.write(rows.named(view.namespace.id, rows.ASSIGNMENTS, name), changed)
        return None

    @path.delete("oidc/assignment/{name}")
    async def delete_oidc_assignment(self, request: Request, name: str) -> Response | None:
        """Deletes an assignment that no client refers to."""
        if name == ALLOW_ALL:
            raise InvalidRequest(f'deletion of assignment "{name}" not allowed')
        view = system(request)
        await references.refuse(view.txn, view.namespace.id, rows.ASSIGNMENTS, name, rows.CLIENTS)
        view.txn.delete(rows.named(view.namespace.id, rows.ASSIGNMENTS, name))
        return None


async def _keep(view: SystemView, entity_ids: Sequence[str], txn: Transaction) -> None:
    """Have those who are assigned never cleared as unused.  Ids may be of nobody."""
    for id_ in entity_ids:
        if keys.namespace_of(id_) == view.namespace.id and is_key(id_):
            await view.services.identity.keep(txn, id_)


def _ids(what: str, given: Sequence[str] | None, before: tuple[str, ...]) -> tuple[str, ...]:
    if given is None:
        return before
    ids = tuple(sorted({*given} - {""}))
    if len(ids) > _MOST:
        raise InvalidRequest(f"{what} has more than {_MOST} items: assign a group instead")
    if any(len(id_) > _ID_CHARACTERS for id_ in ids):
        raise InvalidRequest(f"an item of {what} is longer than {_ID_CHARACTERS} characters")
    return ids
