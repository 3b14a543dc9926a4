"""What somebody can do about a refusal, said below it (p).

A server's text is the same for everybody, so that strangers learn nothing from it.  The command line knows besides
which request it was and whether a token went with it.  It doesn't ask the server for more: a further request would use
up a token with few uses.
"""

from __future__ import annotations

from strongroom.cli import PROGRAM
from strongroom.client.errors import Denied, Missing, ResponseError

_MOUNT_OF = "sys/internal/ui/mounts/"
_OWN_TOKEN = frozenset({"auth/token/lookup-self", "auth/token/renew-self", "auth/token/revoke-self"})


def advice(error: ResponseError) -> str:
    """A note for the person at the terminal; empty when there is nothing to say."""
    match error:
        case Denied():
            return _denied(error.path, with_token=error.with_token)
        case Missing() if "/v1/v1/" in error.url:
            return "Note: the address ends in /v1, and requests get another /v1. Leave it out of the address."
        case _:
            return ""


def _denied(path: str, *, with_token: bool) -> str:
    section, _, rest = path.partition("/")
    mount, separator, _ = rest.partition("/login")
    if section == "auth" and separator:
        return (
            f'Note: either nothing is mounted at auth/{mount}/, as "{PROGRAM} auth list" tells, or the user is locked '
            "out for a while after wrong passwords, or -mfa didn't prove the second factor."
        )
    if path == "sys/mfa/validate":
        return ""  # the server says what is wrong
    if not with_token:
        return f'Note: no token went with the request. "{PROGRAM} login" keeps one; STRONGROOM_TOKEN holds one.'
    if path in _OWN_TOKEN:
        return "Note: the server doesn't know the token, or the token has ended. Log in again."
    if path.startswith("auth/token/lookup") and with_token:
        return ""  # it is the token that was asked for
    if path.startswith(_MOUNT_OF):
        mount = path.removeprefix(_MOUNT_OF)
        return (
            f"Note: either nothing is mounted at {mount}/, or the token may not use it, or the token has ended. "
            f'"{PROGRAM} secrets list" shows what is mounted, "{PROGRAM} token lookup" whether the token lives.'
        )
    return (
        f'Note: either the token has ended, or its policies don\'t allow this. "{PROGRAM} token lookup" tells which. '
        "The same command with -output-policy prints the rule that would allow it."
    )
