"""Logging in with a role id and a secret id.

Source: https://developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from strongroom.auth.approle import roles, secret_ids
from strongroom.auth.approle.logic import (
    RESERVED,
    WRONG,
    check_login,
    plain_role_id,
    plain_secret_id,
    secret_digest,
    token_cidrs,
)
from strongroom.auth.approle.records import ROLE_ID, Role, SecretId
from strongroom.sdk import (
    SECRET,
    Auth,
    Body,
    Doc,
    InvalidCredentials,
    InvalidRequest,
    Request,
    Response,
    path,
    token_fields,
)


class LoginFields(Body, frozen=True):
    """What a client knows."""

    role_id: Annotated[str, Doc(description="The role's id.")] = ""
    secret_id: Annotated[str, Doc(description="A secret id of the role, if the role asks for one.", extra=SECRET)] = ""


class LoginPaths:
    """`login`"""

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a role id and a secret id. An unknown role id and a wrong secret id get the same answer."""
        role_id = plain_role_id(body.role_id)
        if not role_id:
            raise InvalidRequest("missing role_id")
        secret_id = plain_secret_id(body.secret_id)
        role = await roles.by_role_id(request, role_id)
        # Of an unknown role too: what is missing must not tell which role ids there are.
        if not secret_id and (role is None or role.bind_secret_id):
            raise InvalidRequest("missing secret_id")
        if role is None:
            raise InvalidCredentials(WRONG)
        digest, secret = "", None
        if role.bind_secret_id:
            digest = secret_digest(role, secret_id)
            secret = await secret_ids.find(request, role, digest)
        check_login(role, secret, request, request.now)
        if secret is not None:
            secret_ids.use(request, digest, secret)
        return Response(auth=granted(role, secret))


def granted(role: Role, secret: SecretId | None) -> Auth:
    """The login by a role and a secret id that let the client in."""
    known = {name: text for name, text in (secret.metadata if secret else {}).items() if name not in RESERVED}
    by_role = secret is None or role.alias_name_source == ROLE_ID
    of_alias = {**known, "role_name": role.name}
    # Not in the alias's metadata: every login by another secret id would write the alias anew.
    of_token = of_alias if secret is None else {**of_alias, "secret_id_accessor": secret.accessor}
    auth = token_fields.grant(
        msgspec.structs.replace(role.token, bound_cidrs=token_cidrs(role, secret)),
        alias=role.role_id if by_role or secret is None else secret.accessor,
        metadata=of_token,
        internal={"role_name": role.name, "role": role.id},
    )
    return msgspec.structs.replace(auth, display_name="", alias_metadata=of_alias)
