"""What the paths of all types of MFA methods share."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.rand import uuid4
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mfa import methods
from strongroom.services.mfa.records import MethodRecord
from strongroom.sysapi.context import system
from strongroom.sysapi.identity.mfa import shown

METHOD_NAME = Doc(description="A name by which clients may refer to the method.")
USERNAME_FORMAT = Doc(
    description="How the user's name at the other system is made, for example `{{alias.name}}@example.com`. "
    "Empty for the name of the entity's alias."
)


class NamedBody(Body, frozen=True):
    """What every method has."""

    method_name: Annotated[str | None, METHOD_NAME] = None


async def begun(request: Request, type_: str, body: NamedBody, method_id: str = "") -> MethodRecord:
    """The method to be written: the stored one, or a new one without settings.

    Args:
        method_id: empty for the one of the body's name, or else a new one.

    Raises: `InvalidRequest` if there is no method of that id, or it is of another type.
    """
    view = system(request)
    name = (body.method_name or "").strip()
    limits.check_name("method_name", name)
    if "," in name or ":" in name:
        raise InvalidRequest("method_name must not contain a comma or a colon, because the header X-Vault-MFA names it")
    namespace = view.namespace.id
    if method_id:
        before = await methods.read(view.txn, namespace, method_id)
        if before is None:
            raise InvalidRequest(f'configuration for method ID "{method_id}" does not exist')
        check_type(before, type_)
    else:
        before = await methods.by_name(view.txn, namespace, type_, name)
    if before is None:
        id_ = view.txn.once("mfa method id", lambda: uuid4(view.services.random))
        return MethodRecord(id=id_, namespace=namespace, type=type_, name=name)
    # The settings are given anew by every write.
    return MethodRecord(
        id=before.id,
        namespace=namespace,
        type=type_,
        name=name or before.name,
        username_format=before.username_format,
    )


async def stored(request: Request, record: MethodRecord, *, created: bool) -> Response | None:
    """Store a method.  Answers a creation with its id."""
    view = system(request)
    await methods.write(view.txn, view.namespace.id, record)
    return Response(data={"method_id": record.id}) if created else None


def check_type(record: MethodRecord, type_: str) -> None:
    """Raise `InvalidRequest` if a method is of another type."""
    if record.type != type_:
        raise InvalidRequest(f"failed to find the method ID under MFA type {type_}.")


async def read(request: Request, type_: str, method_id: str) -> Response | None:
    """A method of a type that is usable in the namespace."""
    view = system(request)
    record = await methods.usable(view.txn, view.namespace.lineage, method_id)
    if record is None:
        return None
    check_type(record, type_)
    return Response(data=shown.method(record, view.namespace))


async def delete(request: Request, type_: str, method_id: str) -> Response | None:
    """Delete a method, if there is one."""
    view = system(request)
    record = await methods.read(view.txn, view.namespace.id, method_id)
    if record is None:
        return None
    if record.type != type_:
        raise InvalidRequest("method type does not match the MFA config type")
    await methods.delete(view.txn, view.namespace.id, record)
    return None


async def listing(request: Request, type_: str = "") -> Response | None:
    """All methods that are usable in the namespace, or those of a type, with their settings."""
    view = system(request)
    info: dict[str, Any] = {}
    for namespace in view.namespace.lineage:
        for id_ in await methods.ids(view.txn, namespace):
            record = await methods.read(view.txn, namespace, id_)
            if record is not None and type_ in {"", record.type}:
                info[id_] = shown.method(record, view.namespace)
    if not info:
        raise NotFound
    ids = sorted(info)
    return Response(data={"key_info": {id_: info[id_] for id_ in ids}, "keys": ids})
