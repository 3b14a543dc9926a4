"""The service that tickets are for.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kerberos#configure-vault-kerberos
"""

from __future__ import annotations

from typing import Annotated

from strongroom.auth.kerberos import keytab
from strongroom.auth.kerberos.acceptor import require_gssapi
from strongroom.auth.kerberos.records import CONFIG, KerberosConfig
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path


class ConfigFields(Body, frozen=True):
    """The whole configuration: what isn't given gets its default."""

    keytab: Annotated[str, Doc(description="The keytab in base64.", extra=SECRET)] = ""
    service_account: Annotated[
        str, Doc(description="The principal in the keytab whose keys open tickets, with or without `@REALM`.")
    ] = ""
    add_group_aliases: Annotated[bool, Doc(description="Whether the groups of the directory become group aliases.")] = (
        False
    )
    remove_instance_name: Annotated[
        bool,
        Doc(description="Whether `name/instance` means `name`, in the keytab and in tickets."),
    ] = False
    decode_pac: Annotated[
        bool, Doc(description="Has no effect: what a ticket itself says of groups is never read.")
    ] = True


class ConfigPaths:
    """`config`"""

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the keytab."""
        config = await request.view.read(CONFIG, KerberosConfig)
        if config is None:
            raise NotFound
        return Response(
            data={
                "service_account": config.service_account,
                "add_group_aliases": config.add_group_aliases,
                "remove_instance_name": config.remove_instance_name,
                "decode_pac": config.decode_pac,
            }
        )

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> None:
        """Configures the keytab and the service account that tickets are for."""
        require_gssapi()
        if not body.service_account:
            raise InvalidRequest("data does not contain service_account")
        if not body.keytab:
            raise InvalidRequest("data does not contain keytab")
        limits.check_name("service_account", body.service_account)
        data = keytab.of_base64(body.keytab)
        try:
            keytab.of_service(data, body.service_account, remove_instance=body.remove_instance_name)
        except keytab.KeytabError as error:
            raise InvalidRequest(f"invalid keytab: {error}") from error
        request.view.write(
            CONFIG,
            KerberosConfig(
                keytab=data,
                service_account=body.service_account,
                add_group_aliases=body.add_group_aliases,
                remove_instance_name=body.remove_instance_name,
                decode_pac=body.decode_pac,
            ),
        )
