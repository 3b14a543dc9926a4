"""`library`: accounts that are lent to one borrower at a time.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#library-set-management
"""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.engines.ldap import asking, libraries, owners
from strongroom.engines.ldap.libraries import LibraryFields
from strongroom.engines.ldap.names import account_key, check_library_name, listing
from strongroom.engines.ldap.reaching import Reached, configured
from strongroom.engines.ldap.records import CONFIG, LIBRARIES, SERVICES, LdapConfig, Library, ServiceAccount
from strongroom.lib.errors import Internal, InvalidRequest, NotFound
from strongroom.lib.ldap import Directories
from strongroom.sdk import Page, Request, Response, View, path

SERVICE = "service/"
"""What names of their scheduled work begin with; the key of the account follows."""


class LibraryPaths:
    """`library/<name>`"""

    directories: Directories

    async def library_known(self, request: Request, name: str) -> bool:
        """Whether there is a library of that name."""
        return await request.view.read(LIBRARIES + check_library_name(name), Library) is not None

    @path.list_("library")
    async def list_libraries(self, request: Request, body: Page) -> Response:
        """Lists the libraries."""
        return await listing(request, LIBRARIES, "", body)

    @path.list_("library/{name*:lower}")
    async def list_libraries_below(self, request: Request, name: str, body: Page) -> Response:
        """Lists the libraries of a folder."""
        return await listing(request, LIBRARIES, name, body)

    @path.read("library/{name*:lower}")
    async def read_library(self, request: Request, name: str) -> Response:
        """Reads a library."""
        library = await request.view.read(LIBRARIES + check_library_name(name), Library)
        if library is None:
            raise NotFound
        return Response(data={field: getattr(library, field) for field in LibraryFields.__struct_fields__})

    @path.write("library/{name*:lower}", exists="library_known")
    async def write_library(self, request: Request, name: str, body: LibraryFields) -> None:
        """Creates a library, or changes it. Passwords of accounts that come to it are changed in the background."""
        before = await request.view.read(LIBRARIES + check_library_name(name), Library)
        if await request.view.read(CONFIG, LdapConfig) is None:
            raise InvalidRequest(f"config must exist to {'update' if before else 'create'} a library")
        library = libraries.merged(before, body)
        had = before.service_account_names if before is not None else ()
        for username in had:
            if username not in library.service_account_names:
                await _leave(request, username)
        await self._join(request, name, [each for each in library.service_account_names if each not in had])
        request.view.write(LIBRARIES + name, library)

    @path.delete("library/{name*:lower}")
    async def delete_library(self, request: Request, name: str) -> None:
        """Deletes a library, if none of its accounts is lent. They stay as they are."""
        library = await request.view.read(LIBRARIES + check_library_name(name), Library)
        if library is None:
            return
        for username in library.service_account_names:
            await _leave(request, username)
        request.view.delete(LIBRARIES + name)

    async def _join(self, request: Request, name: str, usernames: Sequence[str]) -> None:
        if not usernames:
            return
        for username in usernames:
            await owners.hold(request.view, LIBRARIES + name, username, owners.owned(username, ""))
        reached = Reached(request, self.directories, await configured(request.view))
        accounts = dict.fromkeys(usernames, "")
        found = reached.ask(
            f"find {usernames!r}", lambda s: asking.owned_dns(s, reached.config, accounts), repeats=True
        )
        for username, dn in found.items():
            owned = owners.owned(username, dn)
            await owners.hold(request.view, LIBRARIES + name, username, owned)
            account = ServiceAccount(library=name, username=username, dn=dn, owned=owned)
            request.view.write(SERVICES + account_key(username), account)
            # Whoever knows its password shall not go on. It is lent with a new one whatever becomes of this.
            await request.schedule(request.now, SERVICE + account_key(username))


async def _leave(request: Request, username: str) -> None:
    account = await service_account(request.view, username)
    if account.check_out:
        raise InvalidRequest(f'"{username}" can\'t be deleted because it is currently checked out')
    request.view.delete(SERVICES + account_key(username))
    owners.release(request.view, account.owned)
    await request.unschedule(SERVICE + account_key(username))


async def service_account(view: View, username: str) -> ServiceAccount:
    """An account of a library."""
    account = await view.read(SERVICES + account_key(username), ServiceAccount)
    if account is None:
        raise Internal(detail="an account of a library has no row")
    return account
