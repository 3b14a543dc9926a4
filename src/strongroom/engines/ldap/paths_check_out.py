"""`check-out`, `check-in`, `status`: lends accounts of a library.

An account gets a new password when it comes back, before anybody else can have it.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#library-set-check-out
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec.structs import replace

from strongroom.engines.ldap import libraries
from strongroom.engines.ldap.lives import ended
from strongroom.engines.ldap.names import account_key, check_name
from strongroom.engines.ldap.paths_library import service_account
from strongroom.engines.ldap.reaching import Reached, configured, configured_for_end
from strongroom.engines.ldap.records import CONFIG, LIBRARIES, LIVE, SERVICES, LdapConfig, Library, Live, ServiceAccount
from strongroom.engines.ldap.returning import fresh_for, rotate_service, row_of, system_of, take_back
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.ldap import Directories
from strongroom.sdk import Body, CommaList, Doc, Duration, Lease, Made, Request, Response, SystemRandom, base62, path
from strongroom.sdk.rotation import Account, do_what_is_due

KIND = "check-out"
NONE_FREE = "No service accounts available for check-out."
WHICH = 'when multiple service accounts are checked out, the "service_account_names" to check in must be provided'
ENDED = "the account was checked in while it was being checked out"
_ID_CHARACTERS = 20


class CheckOutFields(Body, frozen=True):
    """How an account is lent."""

    ttl: Annotated[Duration | None, Doc(description="For how long, if that is shorter than the library's time.")] = None


class CheckInFields(Body, frozen=True):
    """What comes back."""

    service_account_names: Annotated[
        CommaList | None, Doc(description="The accounts' names. Not needed if one is checked out.")
    ] = None


class CheckOutPaths:
    """`library/<name>/check-out`, `…/check-in`, `…/status`, and `library/manage/<name>/check-in`"""

    directories: Directories

    @path.write("library/manage/{name*:lower}/check-in")
    async def force_check_in(self, request: Request, name: str, body: CheckInFields) -> Response:
        """Checks accounts in, whoever has them."""
        library = await _library(request, name)
        return await self._check_in(request, library, body, enforced=False)

    @path.write("library/{name*:lower}/check-in")
    async def check_in(self, request: Request, name: str, body: CheckInFields) -> Response:
        """Checks accounts in that the client has. Their passwords are changed."""
        library = await _library(request, name)
        return await self._check_in(request, library, body, enforced=not library.disable_check_in_enforcement)

    @path.write("library/{name*:lower}/check-out")
    async def check_out(self, request: Request, name: str, body: CheckOutFields) -> Response:
        """Checks an account out. It comes back when the lease ends."""
        library = await _library(request, name)
        await configured(request.view)
        account = await _free(request, library)
        id_ = request.once("check-out", lambda: base62(SystemRandom(), _ID_CHARACTERS))
        client = request.client
        lent = replace(
            account,
            check_out=id_,
            entity=client.entity_id if client is not None else "",
            token=client.token_key if client is not None else "",
        )
        request.view.write(SERVICES + account_key(account.username), lent)
        request.view.write(LIVE + id_, Live())
        lease = Lease(
            ttl_s=libraries.lent_s(library, body.ttl) or request.mount.default_lease_ttl_s,
            max_ttl_s=library.max_ttl,
            internal={"kind": KIND, "library": name, "username": account.username, "id": id_},
            planned=True,
            group=LIBRARIES + name,
            account=account.username[: Lease.GROUP_CHARACTERS],
        )
        return Response(data={"service_account_name": account.username}, lease=lease)

    @path.read("library/{name*:lower}/status")
    async def read_status(self, request: Request, name: str) -> Response:
        """Shows which accounts are checked out, and who has them."""
        library = await _library(request, name)
        names = library.service_account_names
        return Response(data={each: libraries.status(await service_account(request.view, each)) for each in names})

    async def make_check_out(self, request: Request, lease: dict[str, Any]) -> Made:
        """The password of an account that was just checked out.  Raises `UpstreamFailed`, `InvalidRequest`."""
        row = await request.view.read(SERVICES + account_key(lease["username"]), ServiceAccount)
        if row is None or row.check_out != lease["id"]:
            raise InvalidRequest(ENDED)
        account: Account | None = row.account
        if not row.account.version or row.account.pending:
            config = await configured(request.view)
            fresh = await fresh_for(request, config.password_policy)
            version = request.once("version", lambda: row.account.version)
            reached = Reached(request, self.directories, config)
            account = request.once.outside("check out", lambda: rotate_service(reached, row, version, fresh))
        if account is None or not account.current:
            raise UpstreamFailed("the account has no password that is known")
        return Made(data={"password": account.current["password"]})

    async def renew_check_out(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The seconds to grant.  Raises `InvalidRequest` if the account isn't the borrower's any more."""
        library = await _library(request, lease["library"])
        row = await request.view.read(SERVICES + account_key(lease["username"]), ServiceAccount)
        if row is None or row.check_out != lease["id"]:
            raise InvalidRequest(f"{lease['username']} is already checked in, please call check-out to regain it")
        return libraries.lent_s(library, increment_s or None)

    async def revoke_check_out(self, request: Request, lease: dict[str, Any]) -> None:
        """Check an account in, unless that was done.  Raises `UpstreamFailed`."""
        row = await request.view.read(SERVICES + account_key(lease["username"]), ServiceAccount)
        if row is not None and row.check_out == lease["id"]:
            await take_back(Reached(request, self.directories, await configured_for_end(request.view)), [row])
        await ended(request.view, LIVE + lease["id"])

    async def service_due(self, request: Request, key: str) -> None:
        """Change the password of an account that has come to a library, or finish what has begun."""
        row = await request.view.read(SERVICES + key, ServiceAccount)
        config = await request.view.read(CONFIG, LdapConfig)
        if row is None or config is None:
            return
        fresh = await fresh_for(request, config.password_policy)
        reached = Reached(request, self.directories, config)
        if request.once("first", lambda: not row.account.version and not row.check_out):
            request.once.outside("due", lambda: rotate_service(reached, row, 0, fresh))
            return
        system, made = system_of(reached, row, fresh.between), {"password": fresh.password}
        request.once.outside("due", lambda: do_what_is_due(row_of(reached, row.username), system, made, request.now))

    async def _check_in(self, request: Request, library: Library, body: CheckInFields, *, enforced: bool) -> Response:
        named = tuple(dict.fromkeys(body.service_account_names or ()))
        for username in named:
            if username not in library.service_account_names:
                raise InvalidRequest(f'"{username}" is not in the library')
        rows: list[ServiceAccount] = []
        for username in named or library.service_account_names:
            row = await service_account(request.view, username)
            if not row.check_out:
                continue
            if not enforced or libraries.is_borrower(row, request.client):
                rows.append(row)
            elif named:
                raise InvalidRequest(f"\"{username}\" can't be checked in because it wasn't checked out by the caller")
        if len(rows) > 1 and not named:
            raise InvalidRequest(WHICH)
        if not rows:
            return Response(data={"check_ins": []})
        warnings = await take_back(Reached(request, self.directories, await configured(request.view)), rows)
        for row in rows:
            await ended(request.view, LIVE + row.check_out)
        return Response(data={"check_ins": [row.username for row in rows]}, warnings=warnings)


async def _library(request: Request, name: str) -> Library:
    library = await request.view.read(LIBRARIES + check_name(name), Library)
    if library is None:
        raise InvalidRequest(f'"{name}" doesn\'t exist')
    return library


async def _free(request: Request, library: Library) -> ServiceAccount:
    """A free account, rather one whose password could be changed the last time.  Raises `InvalidRequest`."""
    troubled: ServiceAccount | None = None
    for username in library.service_account_names:
        row = await service_account(request.view, username)
        if row.check_out:
            continue
        if not row.account.attempts:
            return row
        troubled = troubled or row
    if troubled is None:
        raise InvalidRequest(NONE_FREE)
    return troubled
