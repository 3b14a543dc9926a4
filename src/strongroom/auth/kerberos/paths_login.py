"""Logging in with a Kerberos ticket, by SPNEGO.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kerberos#login-with-kerberos; RFC 4559
"""

from __future__ import annotations

from typing import Annotated

import structlog

from strongroom.auth.kerberos import keytab, negotiate, used
from strongroom.auth.kerberos.acceptor import Accepted, Acceptor, TicketRefused
from strongroom.auth.kerberos.logic import WrongRealm, principal_of, user_of
from strongroom.auth.kerberos.membership import membership
from strongroom.auth.kerberos.records import CONFIG, GROUPS, LDAP, KerberosConfig, KerberosGroup
from strongroom.auth.ldap import logins
from strongroom.auth.ldap.names import can_log_in, user_name
from strongroom.auth.ldap.records import LdapConfig
from strongroom.auth.ldap.settings import nobody_found
from strongroom.crypto.mac import sha256
from strongroom.lib.errors import Internal, InvalidRequest, Unauthenticated
from strongroom.lib.ldap import Directories
from strongroom.sdk import SECRET, Auth, Body, Doc, Request, Response, path, replace, token_fields

log = structlog.get_logger("kerberos")

AUTHORIZATION = "authorization"


class LoginFields(Body, frozen=True):
    """What a client shows."""

    authorization: Annotated[
        str,
        Doc(
            description="`Negotiate` and the SPNEGO token in base64, for clients that can't send the header "
            "`Authorization`.",
            extra=SECRET,
        ),
    ] = ""


class LoginPaths:
    """`login`"""

    acceptor: Acceptor
    directories: Directories

    @path.read("login", unauthenticated=True)
    async def challenge(self, request: Request) -> None:
        """Answers what a client of SPNEGO asks first: that it has to show a ticket."""
        raise Unauthenticated("authentication required", challenge=negotiate.SCHEME)

    @path.write("login", unauthenticated=True)
    async def log_in(self, request: Request, body: LoginFields) -> Response:
        """Logs in with a Kerberos ticket. The directory has to know its user."""
        config = await request.view.read(CONFIG, KerberosConfig)
        directory = await request.view.read(LDAP, LdapConfig)
        if config is None:
            raise InvalidRequest("backend kerberos not configured: write the config of the mount")
        if directory is None:
            raise InvalidRequest("ldap backend not configured: write config/ldap of the mount")
        token_fields.check_address(request.address, directory.token.bound_cidrs, request.source)
        shown = request.headers.get(AUTHORIZATION) or body.authorization
        if not negotiate.has_token(shown):
            raise Unauthenticated("authentication required", challenge=negotiate.SCHEME)
        ticket = _ticket(shown)
        accepted, entries = self._accepted(request, config, ticket)
        principal = principal_of(accepted.principal)
        realms = {directory.upndomain} if directory.upndomain else {entry.realm for entry in entries}
        try:
            user = user_of(principal, realms, remove_instance=config.remove_instance_name)
        except WrongRealm as error:
            raise _failed(str(error)) from error
        groups = self._groups(request, directory, user)
        await used.use(request, ticket.used_once)
        auth = replace(
            await _auth(request, directory, user, groups),
            metadata={"user": principal.name, "domain": principal.realm},
            group_aliases=groups if config.add_group_aliases else None,
        )
        answer = negotiate.answer(ticket, accepted.token)
        return Response(auth=auth, headers=(("WWW-Authenticate", answer),))

    def _accepted(
        self, request: Request, config: KerberosConfig, ticket: negotiate.Ticket
    ) -> tuple[Accepted, list[keytab.Entry]]:
        """Who the ticket is of, and the keys that may have opened it."""
        try:
            entries = keytab.of_service(
                config.keytab, config.service_account, remove_instance=config.remove_instance_name
            )
        except keytab.KeytabError as error:
            raise Internal(detail=f"the stored keytab can't be read: {error}") from error
        keys = keytab.written(entries)
        accepted = request.once.outside(
            f"kerberos {sha256(keys).hex()}", lambda: self.acceptor.try_accept(keys, ticket.token)
        )
        if isinstance(accepted, TicketRefused):
            log.info("a ticket is refused", mount=request.mount.path, reason=accepted.detail)
            raise _failed(str(accepted)) from accepted
        return accepted, entries

    def _groups(self, request: Request, config: LdapConfig, user: str) -> tuple[str, ...]:
        """What the directory says of the user.  Raises `InvalidRequest` when it doesn't know them."""
        name = user_name(user, config)
        known = None
        if can_log_in(user):
            known = logins.ask(
                request, self.directories, config, "membership", lambda session: membership(session, config, name)
            )
        if known is None:
            raise InvalidRequest(
                "the directory has no user of the ticket's name, or one who may not log in",
                detail=nobody_found(config),
            )
        return known.groups


async def _auth(request: Request, config: LdapConfig, user: str, groups: tuple[str, ...]) -> Auth:
    """The login, with everybody's policies and those of the user's groups."""
    found = [await request.view.read(GROUPS + name, KerberosGroup) for name in groups]
    matched = [group for group in found if group is not None]
    policies = {*config.token.policies, *(policy for group in matched for policy in group.policies)}
    settings = replace(config.token, policies=tuple(sorted(policies)))
    auth = token_fields.grant(settings, alias=user_name(user, config), metadata={})
    # Without a new ticket nobody knows whether the user still may log in.
    return replace(auth, renewable=False, group_required=config.require_group_match and not matched)


def _ticket(shown: str) -> negotiate.Ticket:
    try:
        return negotiate.ticket_of(shown)
    except negotiate.NegotiateError as error:
        raise _failed(str(error)) from error


def _failed(why: str) -> Unauthenticated:
    return Unauthenticated(f"Kerberos authentication failed: {why}", challenge=negotiate.SCHEME)
