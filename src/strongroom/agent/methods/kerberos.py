"""Logging in by a Kerberos ticket, got with a keytab.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/methods/kerberos/
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import flag, option, read, text
from strongroom.client.login.kerberos import Ticket, authorization
from strongroom.lib.outgoing.threads import in_thread


@dataclass(frozen=True, slots=True)
class KerberosOptions:
    """`config` of `method "kerberos"`.

    Attributes:
        disable_fast_negotiation: has no effect, as FAST is used only where it was set up.
    """

    krb5conf_path: str = option(text)
    keytab_path: str = option(text)
    username: str = option(text)
    service: str = option(text)
    realm: str = option(text)
    disable_fast_negotiation: bool = option(flag, False)


class Kerberos(Plain):
    """Logs in by a ticket for the server."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(KerberosOptions, basis.given)
        self._mount = basis.mount
        self._ticket = Ticket(
            options.service, options.username, options.realm, options.keytab_path, options.krb5conf_path
        )

    async def login(self) -> LoginRequest:
        """The request of a login, with a new ticket.  Raises `LoginError`."""
        header = await in_thread(lambda: authorization(self._ticket))
        return LoginRequest(f"{self._mount}/login", headers=(("Authorization", header),))
