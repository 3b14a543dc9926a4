"""`config/zeroaddress`: roles whose passwords are for any address.

Source: https://openbao.org/api-docs/secret/ssh/#configure-zero-address
"""

from __future__ import annotations

from typing import Annotated

from strongroom.engines.ssh.roles import rows
from strongroom.engines.ssh.roles.records import ZeroAddress
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, CommaList, Doc, Request, Response, path


class ZeroAddressFields(Body, frozen=True):
    """The roles."""

    roles: Annotated[
        CommaList, Doc(description="Names of roles. Their `cidr_list` and `exclude_cidr_list` count no more.")
    ] = CommaList([])


class ZeroAddressPaths:
    """`config/zeroaddress`"""

    @path.read("config/zeroaddress")
    async def read_zero_address(self, request: Request) -> Response:
        """Reads which roles make passwords for any address."""
        setting = await rows.zero_address_of(request.view)
        if setting is None:
            raise NotFound
        return Response(data={"roles": list(setting.roles)})

    @path.write("config/zeroaddress")
    async def write_zero_address(self, request: Request, body: ZeroAddressFields) -> None:
        """Lets roles make passwords for any address."""
        if not body.roles:
            raise InvalidRequest("Missing roles")
        for name in body.roles:
            if await rows.role_of(request.view, name) is None:
                raise InvalidRequest(f'Role "{name}" does not exist')
        rows.keep_zero_address(request.view, ZeroAddress(roles=tuple(body.roles)))

    @path.delete("config/zeroaddress")
    async def delete_zero_address(self, request: Request) -> None:
        """Has every role make passwords only for the addresses in its `cidr_list`."""
        rows.keep_zero_address(request.view, None)
