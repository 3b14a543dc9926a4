"""`creds`: an account of a dynamic role, which lives as long as its lease.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#dynamic-role-passwords
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.engines.ldap import asking, executing, templates
from strongroom.engines.ldap.lives import ended
from strongroom.engines.ldap.names import account_key, check_name
from strongroom.engines.ldap.passwords import ldif_password
from strongroom.engines.ldap.reaching import Reached, configured, configured_for_end
from strongroom.engines.ldap.records import CONFIG, LIVE, ROLES, DynamicRole, LdapConfig, Live
from strongroom.engines.ldap.templates import Account
from strongroom.lib.errors import Internal, InvalidRequest, NotFound, UpstreamFailed
from strongroom.lib.ldap import Change, Directories, Session
from strongroom.sdk import Lease, Made, Request, Response, SystemRandom, View, path

KIND = "creds"
ENDED = "the account ended while it was being made"


class CredsPaths:
    """`creds/<name>`"""

    directories: Directories

    @path.read("creds/{name*:lower}")
    async def read_creds(self, request: Request, name: str) -> Response:
        """Makes an account by a dynamic role. It is removed when the lease ends."""
        role = await request.view.read(ROLES + check_name(name), DynamicRole)
        if role is None:
            raise NotFound
        config = await configured(request.view)
        Reached(request, self.directories, config).check()
        ttl_s, max_ttl_s = _times(request, role, config)
        password = await ldif_password(request, config.password_policy)
        account = request.once(f"account of {role!r}", lambda: _made(request, role, name, password, ttl_s))
        creation = templates.read("creation_ldif", account.creation)
        key = LIVE + account_key(account.username)
        if await request.view.read(key, Live) is not None:
            raise InvalidRequest(
                f'there is an account "{account.username}" already: username_template needs {{{{random}}}}'
            )
        request.view.write(key, Live())
        data = {
            "username": account.username,
            "password": account.password,
            "distinguished_names": [change.dn for change in creation],
        }
        internal = {"kind": KIND, "role": name, **msgspec.structs.asdict(account)}
        lease = Lease(
            ttl_s=ttl_s,
            max_ttl_s=max_ttl_s,
            internal=internal,
            planned=True,
            group=f"role/{name}",
            ceiling=role.max_leases,
            owner=role.lease_owner,
            account=account.username[: Lease.GROUP_CHARACTERS],
        )
        return Response(data=data, lease=lease)

    async def make_creds(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make a planned account.  Raises `UpstreamFailed`."""
        config = await configured(request.view)
        changes = templates.read("creation_ldif", lease["creation"])
        key = LIVE + account_key(lease["username"])
        # Once, also if the configuration changes meanwhile: a second time would find the account of the first.
        reached = Reached(request, self.directories, config)
        request.once.outside("make", lambda: self._make(request.view, reached, key, changes, lease))
        return Made(internal={"made": True, "creation": "", "password": ""})

    async def _make(
        self, view: View, reached: Reached, key: str, changes: tuple[Change, ...], lease: dict[str, Any]
    ) -> None:
        secrets, config = (lease["password"],), reached.config

        def check(session: Session) -> None:
            asking.bind_as_root(session, config)
            executing.check_free(session, changes)

        def execute(session: Session) -> None:
            asking.bind_as_root(session, config)
            executing.execute(session, changes, secrets)

        # Until this note nothing is undone: not an entry of that name which somebody else has made.
        await reached.use(check, repeats=True)
        await view.apart(lambda apart: _begin(apart, key))
        try:
            await reached.use(execute)
        except executing.Taken as error:
            dn = error.dn
            await view.apart(lambda apart: _spare(apart, key, dn))
            raise

    async def revoke_creds(self, request: Request, lease: dict[str, Any]) -> None:
        """Remove an account, or what is left of one that broke off.  Raises `UpstreamFailed`."""
        key = LIVE + account_key(lease["username"])
        live = await request.view.read(key, Live)
        if live is not None and live.begun:
            await self._undo(request, lease, live)
        if live is None or live.undone or lease.get("made"):
            await ended(request.view, key)
        else:
            request.view.write(key, msgspec.structs.replace(live, undone=True))

    async def _undo(self, request: Request, lease: dict[str, Any], live: Live) -> None:
        config = await configured_for_end(request.view)
        name = "deletion" if lease.get("made") or not lease["rollback"] else "rollback"
        changes = templates.read(f"{name}_ldif", lease[name])

        def undo(session: Session) -> None:
            asking.bind_as_root(session, config)
            executing.undo(session, changes, (lease["password"],), live.foreign)

        reached = Reached(request, self.directories, config)
        reached.ask(f"undo {lease['username']} {live.foreign!r}", undo, repeats=True)

    async def renew_creds(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The seconds to grant.  Raises `InvalidRequest` if the role is gone."""
        role = await request.view.read(ROLES + lease["role"], DynamicRole)
        if role is None:
            raise InvalidRequest("unable to renew: role does not exist")
        config = await request.view.read(CONFIG, LdapConfig) or LdapConfig()
        return increment_s or role.default_ttl or config.ttl


def _times(request: Request, role: DynamicRole, config: LdapConfig) -> tuple[int, int]:
    """How long an account lives at first, and at the most; in seconds."""
    max_ttl_s = role.max_ttl or config.max_ttl
    longest_s = min(max_ttl_s or request.mount.max_lease_ttl_s, request.mount.max_lease_ttl_s)
    return min(role.default_ttl or config.ttl or request.mount.default_lease_ttl_s, longest_s), max_ttl_s


def _made(request: Request, role: DynamicRole, name: str, password: str, ttl_s: int) -> Account:
    return templates.made(
        role,
        role_name=name,
        display_name=request.client.display_name if request.client is not None else "",
        password=password,
        now=request.now,
        ttl_s=ttl_s,
        random=SystemRandom().bytes,
    )


async def _begin(view: View, key: str) -> None:
    live = await view.read(key, Live)
    if live is None or live.undone:
        raise UpstreamFailed(ENDED)
    view.write(key, msgspec.structs.replace(live, begun=True))


async def _spare(view: View, key: str, dn: str) -> None:
    live = await view.read(key, Live)
    if live is None:
        raise Internal(detail="an account ended while it was being made")
    view.write(key, msgspec.structs.replace(live, foreign=(*live.foreign, dn)))
