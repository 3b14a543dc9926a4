"""`identity/mfa/method/totp/generate` and its relatives: the secrets of entities.

Source: https://developer.hashicorp.com/vault/api-docs/secret/identity/mfa/totp
"""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.mfa import enrollment, methods, pending, rows
from strongroom.services.mfa.records import MethodRecord
from strongroom.services.mounts import AUTH
from strongroom.sysapi.context import SystemEngine, SystemView, system

_METHOD_ID = Doc(description="The id of the TOTP method.")
_ENTITY_ID = Doc(description="The id of the entity.")


class GenerateBody(Body, frozen=True):
    """A method."""

    method_id: Annotated[str, _METHOD_ID] = ""


class DestroyBody(GenerateBody, frozen=True):
    """An entity's secret for a method."""

    entity_id: Annotated[str, _ENTITY_ID] = ""


class AdminGenerateBody(DestroyBody, frozen=True):
    """A method, and an entity by its id or by an alias."""

    mount_accessor: Annotated[
        str, Doc(description="Instead of `entity_id`, with `alias_name`: the accessor of an auth method.")
    ] = ""
    alias_name: Annotated[
        str,
        Doc(description="The name of somebody there. The entity is created if this somebody has never logged in."),
    ] = ""


class SelfEnrollBody(Body, frozen=True):
    """A login that waits for its second factor, and a method."""

    mfa_request_id: Annotated[str, Doc(description="The id of the login, from its answer.")] = ""
    mfa_method_id: Annotated[str, _METHOD_ID] = ""


class SecretPaths(SystemEngine):
    """Secrets for TOTP."""

    @path.write("mfa/method/totp/generate")
    async def generate(self, request: Request, body: GenerateBody) -> Response | None:
        """Generates a secret for the entity of the token, unless it has one."""
        view = system(request)
        entity_id = request.client.entity_id if request.client is not None else ""
        method = await _method(view, body.method_id)
        if not entity_id:
            raise InvalidRequest("missing entityID")
        return await _generated(view, method, entity_id)

    @path.write("mfa/method/totp/admin-generate")
    async def admin_generate(self, request: Request, body: AdminGenerateBody) -> Response | None:
        """Generates a secret for any entity, unless it has one."""
        view = system(request)
        method = await _method(view, body.method_id)
        if body.mount_accessor or body.alias_name:
            entity_id = await _entity_of_alias(view, request.now, body)
        elif not body.entity_id:
            raise InvalidRequest("missing entityID")
        else:
            entity_id = await _entity(view, body.entity_id)
        return await _generated(view, method, entity_id)

    @path.write("mfa/method/totp/admin-destroy")
    async def admin_destroy(self, request: Request, body: DestroyBody) -> Response | None:
        """Destroys an entity's secret. Then it can't use the method until it gets a new one."""
        view = system(request)
        if not body.method_id:
            raise InvalidRequest("missing method ID")
        if not body.entity_id:
            raise InvalidRequest("missing entity ID")
        method = await _method(view, body.method_id)
        enrollment.destroy(view.txn, method, await _entity(view, body.entity_id))
        return None

    @path.write("mfa/method/totp/self-enroll", unauthenticated=True)
    async def self_enroll(self, request: Request, body: SelfEnrollBody) -> Response | None:
        """Generates a secret for a login that waits for its second factor.

        The method has to allow it (`enable_self_enrollment`), the entity has no secret yet, and no other method could
        prove the same. The secret counts when a valid code has completed the login.
        """
        view, namespace = system(request), system(request).namespace.id
        if not body.mfa_request_id:
            raise InvalidRequest("missing request ID")
        digest = rows.digest(body.mfa_request_id)
        held = await pending.read(view.txn, namespace, digest, request.now)
        if held is None:
            raise InvalidRequest("invalid request ID")
        method = await _method(view, body.mfa_method_id)
        if not await enrollment.is_open(view.txn, view.namespace.lineage, held.demands, method, held.entity_id):
            raise InvalidRequest("the MFA method doesn't allow self-enrollment for this login")
        return await _generated(view, method, held.entity_id, login=digest)


async def _method(view: SystemView, method_id: str) -> MethodRecord:
    if not method_id:
        raise InvalidRequest("missing method ID")
    method = await methods.usable(view.txn, view.namespace.lineage, method_id)
    if method is None:
        raise InvalidRequest(f'configuration for method ID "{method_id}" does not exist')
    enrollment.settings_of(method)
    return method


async def _entity(view: SystemView, entity_id: str) -> str:
    if await view.services.identity.entity(view.txn, view.namespace.id, entity_id) is None:
        raise InvalidRequest("invalid entity ID")
    return entity_id


async def _entity_of_alias(view: SystemView, now: float, body: AdminGenerateBody) -> str:
    if body.entity_id or not (body.mount_accessor and body.alias_name):
        raise InvalidRequest("give either entity_id, or both mount_accessor and alias_name")
    entry = view.router.by_accessor.get(body.mount_accessor)
    if entry is None or entry.record.table != AUTH:
        raise InvalidRequest("invalid mount accessor")
    return await view.services.identity.entity_of(
        view.txn, view.namespace.id, body.mount_accessor, body.alias_name, metadata={}, now=now
    )


async def _generated(view: SystemView, method: MethodRecord, entity_id: str, login: str = "") -> Response:
    shown = await enrollment.generate(view.txn, method, entity_id, view.services.random.bytes, login=login)
    if shown is None:
        return Response(warnings=[f'Entity already has a secret for MFA method "{method.name}"'])
    await view.services.identity.keep(view.txn, entity_id)
    return Response(data=shown)
