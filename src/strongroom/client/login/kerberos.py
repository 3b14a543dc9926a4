"""The proof of a Kerberos identity: a ticket for the server, from a keytab or from the tickets of who is logged in.

Source: https://developer.hashicorp.com/vault/docs/auth/kerberos#authentication
"""

from __future__ import annotations

import base64
import importlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strongroom.client.login.error import LoginError
from strongroom.lib.extras import install_command

_SPNEGO = "1.3.6.1.5.5.2"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket is for, and whose.

    Args:
        service: the principal of the server's service.
        username, realm, keytab_path: whose, and the file of the keys; without it the ticket cache counts.
        krb5conf_path: describes the realms; empty for the system's.
    """

    service: str
    username: str = ""
    realm: str = ""
    keytab_path: str = ""
    krb5conf_path: str = ""


def authorization(ticket: Ticket) -> str:
    """The value of the header `Authorization`.  Gets the ticket.  Raises `LoginError`."""
    return f"Negotiate {base64.b64encode(_token(ticket)).decode('ascii')}"


def _token(ticket: Ticket) -> bytes:
    """The token for the server."""
    if ticket.krb5conf_path:
        if not Path(ticket.krb5conf_path).is_file():
            raise LoginError(f"krb5conf_path: there is no file {ticket.krb5conf_path}")
        os.environ["KRB5_CONFIG"] = ticket.krb5conf_path  # the library has no other way; a process has one realm's file
    try:
        gssapi: Any = importlib.import_module("gssapi")
    except (ImportError, OSError) as error:
        raise LoginError(f"logging in by Kerberos needs a package: {install_command('kerberos')}") from error
    principal = gssapi.NameType.kerberos_principal
    service, realm = ticket.service, ticket.realm
    try:
        credentials = None
        if ticket.keytab_path:
            if not Path(ticket.keytab_path).is_file():
                raise LoginError(f"keytab_path: there is no file {ticket.keytab_path}")
            name = gssapi.Name(f"{ticket.username}@{realm}", principal)
            # Its tickets are of this login alone, and gone with it.
            store = {"client_keytab": f"FILE:{ticket.keytab_path}", "ccache": "MEMORY:strongroom-login"}
            credentials = gssapi.Credentials(usage="initiate", name=name, store=store)
        wanted = f"{service}@{realm}" if realm and "@" not in service else service
        context = gssapi.SecurityContext(
            name=gssapi.Name(wanted, principal),
            creds=credentials,
            usage="initiate",
            mech=gssapi.OID.from_int_seq(_SPNEGO),
        )
        return context.step() or b""
    except gssapi.exceptions.GSSError as error:
        raise LoginError(f"couldn't get a ticket for {service}: {error}") from error
