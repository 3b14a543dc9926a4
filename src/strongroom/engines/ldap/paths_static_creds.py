"""`static-cred`: the password of a static role.

Source: https://developer.hashicorp.com/vault/api-docs/secret/ldap#static-role-passwords
"""

from __future__ import annotations

from strongroom.engines.ldap.names import check_name
from strongroom.engines.ldap.reaching import Reached, configured
from strongroom.engines.ldap.records import STATIC_ROLES, StaticRole
from strongroom.engines.ldap.static_roles import credentials
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.ldap import Directories
from strongroom.sdk import Request, Response, path
from strongroom.sdk.rotation import Credential, find

NONE_YET = "no password is known yet: it comes with the first rotation"
UNSETTLED = "the password is just being changed, and the directory doesn't tell which one counts: "


class StaticCredPaths:
    """`static-cred/<name>`"""

    directories: Directories

    @path.read("static-cred/{name*:lower}")
    async def read_static_cred(self, request: Request, name: str) -> Response:
        """Reads the password of a static role, which is the same until the next rotation."""
        role = await request.view.read(STATIC_ROLES + check_name(name), StaticRole)
        if role is None:
            raise InvalidRequest(f"unknown role: {name}")
        account, warnings = role.account, list[str]()
        current, previous = account.current, account.previous
        if account.pending:
            try:
                counts = await self._counting(request, role)
            except UpstreamFailed as error:
                warnings.append(UNSETTLED + error.text)
            else:
                current, previous = (counts, current) if counts and counts != current else (current, previous)
        if not current:
            # An empty one would be sent to the directory, which takes that for a login without a name.
            raise InvalidRequest(NONE_YET)
        data = credentials(role, current["password"], previous.get("password", ""), request.now)
        return Response(data=data, warnings=warnings)

    async def _counting(self, request: Request, role: StaticRole) -> Credential | None:
        """The password that the directory takes while a rotation isn't finished."""
        reached = Reached(request, self.directories, await configured(request.view))
        system, account = reached.system(role.username, role.dn, account=role.account), role.account
        # The candidate may become the current one meanwhile, which is the same answer.
        return request.once.outside("find", lambda: find(account, system))
