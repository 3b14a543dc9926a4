"""Accepting tickets by the Kerberos library, in threads of its own.

Nothing of it goes over the network: a ticket is opened with the key in the keytab.  The keytab is in memory that has no
name in any file system, and neither a configuration file nor the environment of the process has a part in it.
"""

from __future__ import annotations

import asyncio
import importlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.extras import install_command, requirements
from strongroom.lib.outgoing.slots import Slots

_AT_ONCE = 2
_TOTAL_S = 10.0

# Source: RFC 4120, section 7.5.9; `krb5_err.et` of MIT Kerberos
_KRB5_ERRORS = -1765328384
_MEANINGS = {
    31: "the ticket was made with another key than the keytab's: it is for another service, or the key has changed",
    32: "the ticket has expired",
    33: "the ticket is not valid yet",
    35: "the ticket is for another service than the keytab's",
    37: "the clocks of client and server differ by more than five minutes",
    41: "the token was altered",
    44: "the keytab has no key of the ticket's version",
    45: "the keytab has no key of the ticket's service",
    181: "the keytab has no key of the ticket's service",
}


class TicketRefused(Exception):
    """The library doesn't accept the ticket.  The text says why, and is for the client; `detail` is the library's."""

    def __init__(self, text: str, detail: str) -> None:
        super().__init__(text)
        self.detail = detail


class Accepted(NamedTuple):
    """Who showed a ticket."""

    principal: str
    """As the library writes it, with `\\` before what would be misread."""
    token: bytes
    """What the client is answered, so that it knows this server."""

    def __repr__(self) -> str:
        return f"Accepted({self.principal})"


def require_gssapi() -> Any:
    """The library.  Raises `InvalidRequest` naming the package if it isn't installed."""
    try:
        return importlib.import_module("gssapi")
    except (ImportError, OSError):
        text = f"kerberos needs a package that isn't installed on the server: pip install {requirements('kerberos')}"
        raise InvalidRequest(text, detail=install_command("kerberos")) from None


class Acceptor:
    """Opens the tickets of one process's mounts."""

    def __init__(self, slots: Slots | None = None) -> None:
        self.slots = slots or Slots("Kerberos", at_once=_AT_ONCE)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "kerberos")

    async def try_accept(self, keytab: bytes, token: bytes) -> Accepted | TicketRefused:
        """Who a ticket is of, or why it isn't accepted.

        Args:
            keytab: with the keys that may open it, and no others. token: of the Kerberos mechanism.

        Raises: `RateLimited` when too many wait.
        """
        async with self.slots.place("", total_s=_TOTAL_S):
            try:
                return await asyncio.get_running_loop().run_in_executor(self._threads, accept, keytab, token)
            except TicketRefused as refused:
                return refused


def accept(keytab: bytes, token: bytes) -> Accepted:
    """Who a ticket is of, decided in the caller's thread.  Raises `TicketRefused`."""
    gssapi = require_gssapi()
    file = os.memfd_create("keytab", os.MFD_CLOEXEC)
    try:
        with os.fdopen(file, "wb", closefd=False) as written:
            written.write(keytab)
        # A ticket's second use is found in the store, on whichever node it comes, and not by files of this one.
        store = {"keytab": f"FILE:/proc/self/fd/{file}", "rcache": "none:"}
        mechanism = gssapi.MechType.kerberos
        try:
            credentials = gssapi.Credentials(usage="accept", store=store, mechs=[mechanism])
            context = gssapi.SecurityContext(creds=credentials, usage="accept")
            answer = context.step(token) or b""
            if not context.complete or context.mech != mechanism:
                raise TicketRefused("the ticket alone does not suffice", "the context is not complete")
            return Accepted(str(context.initiator_name), bytes(answer))
        except gssapi.exceptions.GSSError as error:
            raise TicketRefused(_meaning(error.min_code), str(error)) from None
    finally:
        os.close(file)


def _meaning(code: int) -> str:
    signed = code - 2**32 if code >= 2**31 else code
    return _MEANINGS.get(signed - _KRB5_ERRORS, "the ticket is not accepted")
