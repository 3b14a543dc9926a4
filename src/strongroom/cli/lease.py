"""The commands `lease lookup`, `renew` and `revoke`."""

from __future__ import annotations

import re
from typing import Any

from strongroom.cli.command import FORCE, FORMAT_ONLY, Arity, Command
from strongroom.cli.failure import Failure
from strongroom.cli.flags import Flag, Group
from strongroom.cli.invocation import Invocation
from strongroom.cli.paths import clean
from strongroom.cli.render import SecretAnswer
from strongroom.client.client import NOTHING

_SECOND_NS = 10**9
_USER = re.compile(r"(auth/.+/)users/([^/]+)")


def _lease_id(call: Invocation) -> str:
    if not call.arguments:
        raise Failure("Missing ID!")
    return call.arguments[0].strip()


def _lookup(call: Invocation) -> int:
    lease = _lease_id(call)
    with call.doing(f"error looking up lease id {lease}: "):
        answer = call.client().write("sys/leases/lookup", {"lease_id": lease})
    return call.answer(answer)


def _renew(call: Invocation) -> int:
    lease = _lease_id(call)
    increment = call.flags.number("increment") // _SECOND_NS
    with call.doing(f"Error renewing {lease}: "):
        answer = call.client().write("sys/leases/renew", {"increment": increment, "lease_id": lease})
    return call.answer(answer)


def revoke_prefix(call: Invocation, prefix: str, complaint: str, body: Any = NOTHING) -> None:
    """Revoke everything made below a path.  If it is a user's path, revoke everything that the user's logins made.

    In 2016 accounts named the user, as in `auth/userpass/users/web`.  Leases and tokens are kept by the path that made
    them, which is that of the login, so the path of the user alone revoked nothing, then as now.

    Args:
        complaint: how a failure's text begins.
        body: of the request.
    """
    user = _USER.fullmatch(prefix)
    logins = f"{user[1]}login/{user[2]}" if user else ""
    if logins:
        call.terminal.warn(f"Note: {prefix} makes no tokens. Those of the user's logins are revoked, below {logins}")
    with call.doing(complaint):
        answer = call.client().request("PUT", f"sys/leases/revoke-prefix/{logins or prefix}", body=body).json()
    call.warnings(SecretAnswer(answer).warnings)


def _revoke(call: Invocation) -> int:
    flags = call.flags
    force, prefix, sync = flags.on("force"), flags.on("prefix"), flags.on("sync")
    lease = clean(call.arguments[0])
    if force and not prefix:
        raise Failure("Specifying -force requires also specifying -prefix")
    client = call.client()
    if force:
        call.terminal.warn(
            "Warning! Force-removing leases can cause Strongroom to become out of sync with\nsecret engines!"
        )
        with call.doing(f"Error force revoking leases with prefix {lease}: "):
            answer = client.request("PUT", f"sys/leases/revoke-force/{lease}").json()
        call.warnings(SecretAnswer(answer).warnings)
        call.terminal.out(f"Success! Force revoked any leases with prefix: {lease}")
        return 0
    if prefix:
        revoke_prefix(call, lease, f"Error revoking leases with prefix {lease}: ", {"sync": sync})
        done = f"Success! Revoked any leases with prefix: {lease}"
    else:
        with call.doing(f"Error revoking lease {lease}: "):
            client.write(f"sys/leases/revoke/{lease}", {"sync": sync})
        done = f"Success! Revoked lease: {lease}"
    call.terminal.out(done if sync else "All revocation operations queued successfully!")
    return 0


COMMANDS = {
    "lease lookup": Command(
        "lease lookup ID",
        "Shows a lease's properties.\n\n$ strongroom lease lookup database/creds/readonly/2f6a614c",
        _lookup,
        (FORMAT_ONLY,),
        Arity(0, None),
    ),
    "lease renew": Command(
        "lease renew [options] ID",
        "Renews a lease.\n\n$ strongroom lease renew -increment=1h database/creds/readonly/2f6a614c",
        _renew,
        (
            FORMAT_ONLY,
            Group("Command Options", (Flag("increment", "For how long; the server may give less.", "duration"),)),
        ),
        Arity(0, None),
    ),
    "lease revoke": Command(
        "lease revoke [options] ID",
        "Revokes a lease, or with -prefix all below a path.\n\n$ strongroom lease revoke -prefix database/creds",
        _revoke,
        (
            Group(
                "Command Options",
                (
                    FORCE,
                    Flag("prefix", "The argument is a path; every lease below it is meant.", "bool"),
                    Flag("sync", "Answer only when all is revoked.", "bool"),
                ),
            ),
        ),
        Arity(1, 1),
    ),
}
