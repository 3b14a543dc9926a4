"""Logging in with the certificate of the connection.

Source: https://developer.hashicorp.com/vault/api-docs/auth/cert#login-with-tls-certificate-method
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import structlog

from strongroom.auth.cert import identity
from strongroom.auth.cert.paths_config import config_of
from strongroom.auth.cert.records import ROLES, Config, Role
from strongroom.auth.cert.responders import REVOKED, Inquiry, Responders, issuer_of
from strongroom.auth.cert.revocation import checker
from strongroom.auth.cert.trust import Candidate, Search, Shown, roles_of, shown_in
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk import Auth, Body, Doc, Request, Response, path, token_fields

log = structlog.get_logger("cert")

_MOST_INQUIRIES = 8
"""Roles whose revocation check one login may wait for."""


class LoginFields(Body, frozen=True):
    """What a client may say beside its certificate."""

    name: Annotated[str, Doc(description="The role to log in by. Default: the first one that fits.")] = ""


class LoginPaths:
    """`login`, and renewals"""

    responders: Responders

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with the certificate of the TLS connection, or the one that a trusted proxy passes on."""
        config = await config_of(request)
        shown = shown_in(request)
        try:
            return Response(auth=await self._granted(request, config, shown, body.name))
        except InvalidRequest as error:
            if not config.enable_metadata_on_failures:
                raise
            told = ", ".join(f"{name}={value!r}" for name, value in identity.described(shown.leaf).items())
            raise type(error)(f"{error.text} ({told})") from error

    async def _granted(self, request: Request, config: Config, shown: Shown, name: str) -> Auth:
        found = await self._matched(request, config, shown, name)
        cidrs = found.role.token.bound_cidrs
        if not token_fields.address_allowed(request.address, cidrs):
            raise PermissionDenied(
                f"permission denied: source address {request.address or 'of a Unix socket'} is outside "
                f'token_bound_cidrs of "{found.name}"'
            )
        metadata = identity.metadata_of(found.role, found.name, shown.leaf)
        alias = identity.alias_of(found.role, found.name, shown.leaf)
        auth = token_fields.grant(
            found.role.token,
            alias=alias,
            metadata=metadata,
            internal=identity.internal_of(found.name, shown.leaf, alias),
        )
        return msgspec.structs.replace(
            auth,
            display_name=found.role.display_name,
            alias_metadata=metadata if config.enable_identity_alias_metadata else {},
        )

    async def _matched(self, request: Request, config: Config, shown: Shown, name: str) -> Candidate:
        """The first role that lets the client in.  Raises `InvalidRequest` if none does."""
        roles = await roles_of(request, name)
        search = Search(shown, roles, await checker(request), request.now)
        fault = ""
        for number, candidate in enumerate(search.candidates()):
            if not candidate.role.ocsp_enabled:
                return candidate
            if number == _MOST_INQUIRIES:
                fault = f"more than {_MOST_INQUIRIES} roles would have to ask OCSP responders; name the role"
                break
            fault = self._standing(request, config, shown, candidate)
            if not fault:
                return candidate
        raise search.refusal(fault)

    def _standing(self, request: Request, config: Config, shown: Shown, candidate: Candidate) -> str:
        """Why the certificate's standing keeps the client out; empty if it doesn't."""
        issuer = issuer_of(candidate.path, shown.others, candidate.role)
        if issuer is None:
            fault = "OCSP: the certificate of the issuer isn't known"
        else:
            inquiry = Inquiry(request.mount.id, shown.leaf, issuer, candidate.role, config.ocsp_cache_size)
            fault = request.once.outside(inquiry.name, lambda: self.responders.fault(inquiry))
        if fault and fault != REVOKED and candidate.role.ocsp_fail_open:
            log.warning("a certificate was let in whose standing is unknown", role=candidate.name, reason=fault)
            return ""
        return fault

    async def renew_token(self, request: Request, auth: Auth) -> Auth:
        """The role's present times.

        Raises: `InvalidRequest` when the role is gone or has other policies than the token, or when the client doesn't
            show what the token is bound to.
        """
        name = auth.internal.get("role", "")
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise InvalidRequest("the role no longer exists, not renewing")
        await self._check_binding(request, name, role, auth)
        # Not before: what it raises leaves the decision to the mount, which may renew nevertheless.
        return token_fields.renewed(role.token, auth)

    async def _check_binding(self, request: Request, name: str, role: Role, auth: Auth) -> None:
        """Raise `InvalidRequest` unless the client shows what the token is bound to, and the role still lets it in."""
        config = await config_of(request)
        binding = identity.binding_of(config, role)
        if not binding:
            return
        shown = shown_in(request)
        await self._matched(request, config, shown, name)
        present = identity.internal_of(name, shown.leaf, _alias(role, name, shown, binding))
        if present[binding] != auth.internal.get(binding):
            raise InvalidRequest(
                f"client identity during renewal not matching client identity used during login: another {binding}"
            )


def _alias(role: Role, name: str, shown: Shown, binding: str) -> str:
    return identity.alias_of(role, name, shown.leaf) if binding == "alias" else ""
