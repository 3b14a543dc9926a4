"""Logging in with a signed token.

Source: https://developer.hashicorp.com/vault/api-docs/auth/jwt#jwt-login
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from strongroom.auth.jwt import identity, roles, validation
from strongroom.auth.jwt.keys import KeySets
from strongroom.auth.jwt.paths_config import configuration
from strongroom.auth.jwt.paths_roles import role_of
from strongroom.auth.jwt.providers import Asked, Providers
from strongroom.auth.jwt.records import Config, Role
from strongroom.auth.jwt.validation import Expected
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import SECRET, Body, Doc, Request, Response, is_segment_name, path, token_fields


class LoginFields(Body, frozen=True):
    """A token, and what it is for."""

    role: Annotated[str, Doc(description="The role to log in with; the mount's `default_role` if none is given.")] = ""
    jwt: Annotated[str, Doc(description="The signed token.", extra=SECRET)] = ""


class LoginPaths:
    """`login`"""

    keys: KeySets
    providers: Providers

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a token that somebody else has signed."""
        config = await configuration(request)
        name, role = await chosen_role(request, config, body.role)
        if role.role_type == roles.OIDC:
            raise InvalidRequest("role with oidc role_type is not allowed")
        if not body.jwt:
            raise InvalidRequest("missing token")
        check_address(request, role)
        expected = Expected(
            issuer=config.bound_issuer,
            subject=role.bound_subject,
            audiences=role.bound_audiences or (),
            clock_skew_leeway_s=role.clock_skew_leeway_s,
            expiration_leeway_s=role.expiration_leeway_s,
            not_before_leeway_s=role.not_before_leeway_s,
        )
        claims = await proved_claims(request, self.keys, config, body.jwt, expected)
        provider = self.providers.of(config.provider_config)
        if provider is not None:
            asked = Asked(claims=claims, role=role, now=request.now)
            wanted = f"{body.jwt} {role.groups_claim} {role.user_claim} {role.user_claim_json_pointer}"
            claims = request.once.outside(
                f"claims {config.revision} {digest_of(wanted)}", lambda: self.providers.completed(config, asked)
            )
        return Response(auth=identity.login(name, role, claims))


async def proved_claims(
    request: Request, keys: KeySets, config: Config, text: str, expected: Expected
) -> Mapping[str, Any]:
    """What a token says, once a key of the configuration has proved it and it is as expected.

    Raises: `InvalidRequest` for any other token, `UpstreamFailed` if the keys can't be fetched.
    """
    if config.jwt_validation_pubkeys:
        claims = await keys.proved(config, text)
    else:
        name = f"token {config.revision} {digest_of(text)}"
        claims = request.once.outside(name, lambda: keys.proved(config, text))
    validation.check(claims, expected, request.now)
    return claims


async def chosen_role(request: Request, config: Config, given: str) -> tuple[str, Role]:
    """The name and the role of a login.  Raises `InvalidRequest` if there is none."""
    name = given.lower() or config.default_role
    if not name:
        raise InvalidRequest("missing role")
    role = await role_of(request, name) if is_segment_name(name) else None
    if role is None:
        raise InvalidRequest(f'role "{name[:200]}" could not be found')
    return name, role


def check_address(request: Request, role: Role) -> None:
    """Raise `PermissionDenied` for an address from which the role lets nobody in."""
    if not token_fields.address_allowed(request.address, role.token.bound_cidrs):
        raise PermissionDenied("permission denied")


def digest_of(text: str) -> str:
    """What stands for a secret text in names."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
