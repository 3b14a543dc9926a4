"""`identity/mfa/login-enforcement`: which logins need a second factor.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/login-enforcement
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.rand import uuid4
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.identity import GroupRecord
from strongroom.services.identity import rows as identity_rows
from strongroom.services.mfa import enforcements, methods
from strongroom.services.mfa.records import EnforcementRecord, MethodRecord
from strongroom.services.mounts import AUTH
from strongroom.sysapi.context import SystemEngine, SystemView, system
from strongroom.sysapi.identity.mfa import shown


class EnforcementBody(Body, frozen=True):
    """A login enforcement; None for the lists that the request doesn't name, which stay."""

    mfa_method_ids: Annotated[
        list[str] | None, Doc(description="Ids of the MFA methods. Any one of them satisfies the enforcement.")
    ] = None
    auth_method_accessors: Annotated[list[str] | None, Doc(description="Accessors of auth methods.")] = None
    auth_method_types: Annotated[list[str] | None, Doc(description="Types of auth methods.")] = None
    identity_group_ids: Annotated[
        list[str] | None, Doc(description="Ids of groups. Members of their subgroups count.")
    ] = None
    identity_entity_ids: Annotated[list[str] | None, Doc(description="Ids of entities.")] = None


class EnforcementPaths(SystemEngine):
    """Login enforcements."""

    @path.list_("mfa/login-enforcement")
    async def list_enforcements(self, request: Request) -> Response | None:
        """Lists the login enforcements with what they say."""
        view = system(request)
        index = await enforcements.index(view.txn, view.namespace.id)
        info = {record.name: shown.enforcement(record, view.namespace) for record in index.records}
        if not info:
            raise NotFound
        return Response(data={"key_info": info, "keys": list(info)})

    @path.read("mfa/login-enforcement/{name}")
    async def read_enforcement(self, request: Request, name: str) -> Response | None:
        """Reads a login enforcement."""
        view = system(request)
        record = await enforcements.read(view.txn, view.namespace.id, name)
        return Response(data=shown.enforcement(record, view.namespace)) if record is not None else None

    @path.write("mfa/login-enforcement/{name}")
    async def write_enforcement(self, request: Request, name: str, body: EnforcementBody) -> Response | None:
        """Creates or changes a login enforcement. It counts from the next login on."""
        view = system(request)
        limits.check_name("name", name)
        before = await enforcements.read(view.txn, view.namespace.id, name)
        if before is None:
            id_ = view.txn.once("enforcement", lambda: uuid4(view.services.random))
            before = EnforcementRecord(id=id_, name=name, method_ids=())
        record = msgspec.structs.replace(
            before,
            method_ids=_unique(body.mfa_method_ids, "mfa_method_ids", ()),
            accessors=_unique(body.auth_method_accessors, "auth_method_accessors", before.accessors),
            types=_unique(body.auth_method_types, "auth_method_types", before.types),
            group_ids=_unique(body.identity_group_ids, "identity_group_ids", before.group_ids),
            entity_ids=_unique(body.identity_entity_ids, "identity_entity_ids", before.entity_ids),
        )
        used = await _checked(view, record, body)
        await enforcements.write(view.txn, view.namespace.id, record, used)
        return None

    @path.delete("mfa/login-enforcement/{name}")
    async def delete_enforcement(self, request: Request, name: str) -> Response | None:
        """Deletes a login enforcement."""
        view = system(request)
        enforcements.delete(view.txn, view.namespace.id, name)
        return None


def _unique(given: list[Any] | None, what: str, otherwise: tuple[str, ...]) -> tuple[str, ...]:
    if given is None:
        return otherwise
    names = tuple(dict.fromkeys(str(name) for name in given if name))
    limits.check_names(what, names)
    return names


async def _checked(view: SystemView, record: EnforcementRecord, body: EnforcementBody) -> list[MethodRecord]:
    """The methods of an enforcement.  Raises `InvalidRequest` unless all exists that the request names.

    What the enforcement named before may be gone, and doesn't keep anybody from changing the rest.
    """
    txn, namespace = view.txn, view.namespace.id
    if not record.method_ids:
        raise InvalidRequest("missing method ids")
    used = []
    for id_ in record.method_ids:
        method = await methods.usable(txn, view.namespace.lineage, id_)
        if method is None:
            raise InvalidRequest("one of the provided method ids doesn't exist")
        used.append(method)
    for accessor in record.accessors if body.auth_method_accessors is not None else ():
        entry = view.router.by_accessor.get(accessor)
        if entry is None or entry.record.table != AUTH:
            raise InvalidRequest("one of the auth method accessors provided is invalid")
    mounted = {entry.record.type for entry in view.router.by_accessor.values() if entry.record.table == AUTH}
    if body.auth_method_types is not None and not mounted.issuperset(record.types):
        raise InvalidRequest("one of the auth method types provided is invalid")
    for group in record.group_ids if body.identity_group_ids is not None else ():
        if await txn.read(identity_rows.group(namespace, group), GroupRecord) is None:
            raise InvalidRequest("one of the provided group ids doesn't exist")
    for entity in record.entity_ids if body.identity_entity_ids is not None else ():
        if await view.services.identity.entity(txn, namespace, entity) is None:
            raise InvalidRequest("one of the provided entity ids doesn't exist")
        await view.services.identity.keep(txn, entity)
    if not (record.accessors or record.types or record.group_ids or record.entity_ids):
        raise InvalidRequest(
            "One of auth_method_accessors, auth_method_types, identity_group_ids, identity_entity_ids must be specified"
        )
    return used
