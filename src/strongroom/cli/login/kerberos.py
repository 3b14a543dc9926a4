"""The login by a Kerberos ticket, from a keytab or from the tickets of who is logged in.

Source: https://developer.hashicorp.com/vault/docs/auth/kerberos#authentication
"""

from __future__ import annotations

import base64
import importlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from strongroom.cli.login.method import Answer, Attempt, Field, LoginError, Method
from strongroom.client.settings import parse_bool
from strongroom.lib.extras import install_command

_SPNEGO = "1.3.6.1.5.5.2"


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    service = attempt.text("service")
    if not service:
        raise LoginError('"service" is required')
    username, realm = attempt.text("username"), attempt.text("realm")
    if attempt.text("keytab_path"):
        for name, value in (("username", username), ("realm", realm)):
            if not value:
                raise LoginError(f'"{name}" is required')
    _check_switches(attempt)
    token = b"" if attempt.previews else _token(attempt, service, username, realm)
    header = f"Negotiate {base64.b64encode(token).decode('ascii') or '<ticket>'}"
    return replace(attempt, client=attempt.client.with_headers(("Authorization", header))).post("login", {})


def _check_switches(attempt: Attempt) -> None:
    """Refuse what the library of this program can't do.  Raises `LoginError`."""
    for name in ("remove_instance_name", "disable_fast_negotiation"):
        text = attempt.text(name)
        try:
            on = parse_bool(text) if text else False
        except ValueError:
            raise LoginError(f'invalid value "{text}" for {name}, must be "true" or "false"') from None
        if on and name == "remove_instance_name":
            raise LoginError("remove_instance_name: give the username as the keytab has it, with its instance")


def _token(attempt: Attempt, service: str, username: str, realm: str) -> bytes:
    """The token for the server.  Raises `LoginError`."""
    if configuration := attempt.text("krb5conf_path"):
        if not Path(configuration).is_file():
            raise LoginError(f"krb5conf_path: there is no file {configuration}")
        os.environ["KRB5_CONFIG"] = configuration  # the library has no other way; this process only logs in
    try:
        gssapi: Any = importlib.import_module("gssapi")
    except (ImportError, OSError) as error:
        raise LoginError(f"logging in by Kerberos needs a package: {install_command('kerberos')}") from error
    principal = gssapi.NameType.kerberos_principal
    try:
        credentials = None
        if keytab := attempt.text("keytab_path"):
            if not Path(keytab).is_file():
                raise LoginError(f"keytab_path: there is no file {keytab}")
            name = gssapi.Name(f"{username}@{realm}", principal)
            # Its tickets are of this login alone, and gone with it.
            store = {"client_keytab": f"FILE:{keytab}", "ccache": "MEMORY:strongroom-login"}
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


METHOD = Method(
    "Logs in by a Kerberos ticket: with a keytab, or with the tickets that `kinit` has got.",
    "username=grace service=HTTP/vault.example.com realm=EXAMPLE.COM keytab_path=/etc/krb5/grace.keytab "
    "krb5conf_path=/etc/krb5.conf",
    {
        "service": Field("The principal of the server's service."),
        "username": Field("Whose keys the keytab holds. Needed with one."),
        "realm": Field("The realm of user and service. Needed with a keytab; else that of the configuration counts."),
        "keytab_path": Field("The file of the user's keys. Without it the ticket cache counts (KRB5CCNAME)."),
        "krb5conf_path": Field("The file that describes the realms (default: /etc/krb5.conf)."),
        "disable_fast_negotiation": Field("Has no effect: FAST is used only where it was set up.", "bool"),
        "remove_instance_name": Field("Can't be true: the username is written as the keytab has it.", "bool"),
    },
    log_in,
    closed=True,
)
