"""`sys/mfa/validate`: the second phase of a login.

Source: https://developer.hashicorp.com/vault/api-docs/system/mfa/validate
"""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import SECRET, Body, Doc, JsonMap
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response, SecondFactor
from strongroom.services.mfa import credentials, pending, rows
from strongroom.sysapi.context import SystemEngine, system


class ValidateBody(Body, frozen=True):
    """A login that waits, and what proves its second factor."""

    mfa_request_id: Annotated[str, Doc(description="The id of the login, from its answer.")] = ""
    mfa_payload: Annotated[
        JsonMap,
        Doc(
            description="Passcodes by the id of the MFA method: a list with one, or an empty list for a push.",
            extra=SECRET,
        ),
    ] = JsonMap({})


class MfaPaths(SystemEngine):
    """`mfa/validate`."""

    @path.write("mfa/validate", unauthenticated=True)
    async def validate_login(self, request: Request, body: ValidateBody) -> Response | None:
        """Completes a login by its second factor. The answer has the token."""
        view = system(request)
        if not body.mfa_request_id:
            raise InvalidRequest("missing request ID")
        digest = rows.digest(body.mfa_request_id)
        if await pending.read(view.txn, view.namespace.id, digest, request.now) is None:
            raise InvalidRequest("invalid request ID")
        given = credentials.from_payload(body.mfa_payload)
        return Response(second_factor=SecondFactor(login=digest, by_method=given.by_method))
