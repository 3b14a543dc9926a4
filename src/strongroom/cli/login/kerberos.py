"""The login by a Kerberos ticket, from a keytab or from the tickets of who is logged in.

Source: https://developer.hashicorp.com/vault/docs/auth/kerberos#authentication
"""

from __future__ import annotations

from dataclasses import replace

from strongroom.cli.login.method import Answer, Attempt, Field, Method
from strongroom.client.login.error import LoginError
from strongroom.client.login.kerberos import Ticket, authorization
from strongroom.client.settings import parse_bool


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    ticket = Ticket(**{name: attempt.text(name) for name in Ticket.__slots__})
    if not ticket.service:
        raise LoginError('"service" is required')
    if ticket.keytab_path:
        for name, value in (("username", ticket.username), ("realm", ticket.realm)):
            if not value:
                raise LoginError(f'"{name}" is required')
    _check_switches(attempt)
    header = "Negotiate <ticket>" if attempt.previews else authorization(ticket)
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
