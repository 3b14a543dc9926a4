"""Logging in with a service account's token.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#login
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec

from strongroom.auth.kubernetes import logic
from strongroom.auth.kubernetes.cluster import Cluster, Known, Question
from strongroom.auth.kubernetes.paths_config import CONFIG
from strongroom.auth.kubernetes.paths_roles import read_role
from strongroom.auth.kubernetes.records import Config, Role
from strongroom.crypto import public_keys
from strongroom.crypto.mac import sha256
from strongroom.lib.errors import InvalidRequest, PermissionDenied, Tampered
from strongroom.sdk import SECRET, Auth, Body, Doc, Request, Response, path, token_fields

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "ES256", "ES384", "ES512"})
"""Those that clusters sign with."""

_SHOWN = 128
"""How much of an unknown name is repeated."""


class LoginFields(Body, frozen=True):
    """What a service account shows."""

    role: Annotated[str, Doc(description="The name of the role to log in by.")] = ""
    jwt: Annotated[str, Doc(description="The service account's token.", extra=SECRET)] = ""


class LoginPaths:
    """`login`"""

    cluster: Cluster

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a service account's token, which the cluster reviews."""
        jwt = body.jwt.strip()  # what is read from a file has the end of a line behind it
        for name, value in (("role", body.role), ("jwt", jwt)):
            if not value:
                raise InvalidRequest(f"missing {name}")
        role_name = body.role.lower()
        role = await read_role(request.view, role_name)
        if role is None:
            raise InvalidRequest(f'invalid role name "{body.role[:_SHOWN]}"')
        token_fields.check_address(request.address, role.token.bound_cidrs, request.source)
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise InvalidRequest("could not load backend configuration: the mount has none yet, write its config")
        claims = _claims(jwt, config)
        account = logic.account_of(claims)
        logic.check_claims(claims, config, role, request.now)
        logic.check_account(account, role)
        question = Question(
            jwt=jwt,
            account=account,
            audiences=(role.audience,) if role.audience else logic.audiences_of(claims),
            labels=logic.needs_labels(account, role),
            annotations=config.use_annotations_as_alias_metadata,
        )
        known = request.once.outside(_name(config, question), partial(self.cluster.ask, config, question))
        if question.labels:
            logic.check_labels(known.labels, role)
        return Response(auth=_auth(role, role_name, account, known))


def _claims(jwt: str, config: Config) -> dict[str, Any]:
    """What the token says; proved by the mount's keys if there are any, and by the cluster later in any case."""
    try:
        token = public_keys.parse(jwt)
        if token.algorithm not in ALGORITHMS:
            raise Tampered("its algorithm isn't accepted here")
        if not config.pem_keys:
            return token.unproved_claims()
        return token.claims([public_keys.key_of_pem(pem) for pem in config.pem_keys], ALGORITHMS)
    except Tampered as error:
        raise PermissionDenied(
            f"permission denied: {error.text or 'the token is no JWS'}", detail=error.text
        ) from error


def _name(config: Config, question: Question) -> str:
    """The name of the cluster's answer: another configuration or another question is another answer."""
    return f"kubernetes: {sha256(msgspec.msgpack.encode((config, question))).hex()}"


def _auth(role: Role, role_name: str, account: logic.ServiceAccount, known: Known) -> Auth:
    metadata = logic.metadata_of(account)
    granted = token_fields.grant(
        role.token,
        alias=logic.alias_name(account, role.alias_name_source),
        metadata={**metadata, "role": role_name},
        internal={"role": role_name},
    )
    return msgspec.structs.replace(
        granted,
        display_name=f"{account.namespace}-{account.name}",
        alias_metadata={**known.metadata, **metadata},  # what the cluster vouches for counts, not an annotation
    )
