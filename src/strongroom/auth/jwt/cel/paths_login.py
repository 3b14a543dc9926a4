"""Logging in with a signed token by a role that is a program.

Source: https://openbao.org/api-docs/auth/jwt/#cel-login
"""

from __future__ import annotations

from strongroom.auth.jwt.cel import grants, programs
from strongroom.auth.jwt.cel.paths_role import cel_role_of
from strongroom.auth.jwt.cel.records import CelRole
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.paths_config import configuration
from strongroom.auth.jwt.paths_login import LoginFields, proved_claims
from strongroom.auth.jwt.records import Config
from strongroom.auth.jwt.validation import Expected
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import Auth, Request, Response, is_segment_name, path, token_fields


class CelLoginPaths:
    """`cel/login`"""

    keys: KeySets

    @path.write("cel/login", unauthenticated=True)
    async def log_in_by_program(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a token that somebody else has signed, by a role that is a program."""
        config = await configuration(request)
        name, role = await _chosen(request, config, body.role)
        if not body.jwt:
            raise InvalidRequest("missing token")
        expected = Expected(
            issuer=config.bound_issuer,
            audiences=role.bound_audiences,
            # The program can read the audience itself.
            unbound_audience=True,
            clock_skew_leeway_s=role.clock_skew_leeway_s,
            expiration_leeway_s=role.expiration_leeway_s,
            not_before_leeway_s=role.not_before_leeway_s,
        )
        claims = await proved_claims(request, self.keys, config, body.jwt, expected)
        auth = grants.login(name, role, programs.decide(name, role, claims, request.now))
        if not token_fields.address_allowed(request.address, auth.token.bound_cidrs):
            raise PermissionDenied("permission denied")
        return Response(auth=auth)


async def _chosen(request: Request, config: Config, given: str) -> tuple[str, CelRole]:
    name = given.lower() or config.default_role
    if not name:
        raise InvalidRequest("missing role")
    role = await cel_role_of(request, name) if is_segment_name(name) else None
    if role is None:
        raise InvalidRequest(f'role "{name[:200]}" could not be found')
    return name, role


def is_by_program(auth: Auth) -> bool:
    """Whether a token was given by a program."""
    return grants.ROLE in auth.internal


async def renewed(request: Request, auth: Auth) -> Auth:
    """The token's own times again: without the token that was logged in with, the program can't run.

    Raises: `InvalidRequest` when the role is gone or was written since.
    """
    name = auth.internal[grants.ROLE]
    role = await cel_role_of(request, name)
    if role is None:
        raise InvalidRequest(f'role "{name}" does not exist any more, not renewing')
    if role.revision != auth.internal.get(grants.REVISION):
        raise InvalidRequest(f'role "{name}" changed; log in again')
    return auth
