"""What somebody can do about a refusal, said below it (p).

A server's text is the same for everybody, so that strangers learn nothing from it.  The command line knows besides
which request it was and whether a token went with it.  It doesn't ask the server for more: a further request would use
up a token with few uses.
"""

from __future__ import annotations

from strongroom.cli import PROGRAM
from strongroom.client.errors import BadRequest, Denied, Missing, ResponseError, Unsupported

_MOUNT_OF = "sys/internal/ui/mounts/"
_NAMESPACES = "sys/namespaces/"
_OF_NAMESPACES = frozenset({"seal", "unseal", "seal-status", "delete-sealed"})
"""Ends of paths below `_NAMESPACES` that are no part of a namespace's name."""
_LONGEST_ID = 64
_OWN_TOKEN = frozenset({"auth/token/lookup-self", "auth/token/renew-self", "auth/token/revoke-self"})


def advice(error: ResponseError) -> str:
    """A note for the person at the terminal; empty when there is nothing to say."""
    match error:
        case Denied():
            return _strayed(error) or _denied(error)
        case BadRequest() if error.path.startswith(_NAMESPACES):
            return _nested(error)
        case Missing() if "/v1/v1/" in error.url:
            return "Note: the address ends in /v1, and requests get another /v1. Leave it out of the address."
        case Missing() | Unsupported() if any("unsupported " in text for text in error.errors or ()):
            return _no_such_path(error)
        case _:
            return ""


def _no_such_path(error: ResponseError) -> str:
    """Where it is said what paths a mount has, or what can be done with one."""
    first, _, rest = error.path.partition("/")
    if isinstance(error, Unsupported):
        return f'Note: "{PROGRAM} path-help {error.path}" tells what can be done with that path.'
    mount = f"{first}/{rest.partition('/')[0]}" if first == "auth" else first
    return f'Note: "{PROGRAM} path-help {mount}" lists the paths that a mount there has.'


def _nested(error: ResponseError) -> str:
    """What to do about a namespace that was named by its whole path."""
    names = error.path.removeprefix(_NAMESPACES).strip("/").split("/")
    if names[0] == "api-lock":
        return ""
    if names[-1] in _OF_NAMESPACES:
        names.pop()
    if len(names) < 2:
        unsealed = any("not sealable" in text for text in error.errors or ())
        return "Note: it has no seal of its own, and is sealed with what is above it." if unsealed else ""
    parent = error.namespace.removeprefix("root/") + "/".join(names[:-1])
    return f"Note: for a namespace in another one, name that with -ns={parent}, and {names[-1]} alone as PATH."


def _strayed(error: ResponseError) -> str:
    """What to do about a token of a namespace in a request that names none."""
    if not error.with_tenants_token or error.namespace or error.path in _OWN_TOKEN:
        return ""
    return (
        f'Note: the token is of a namespace, which "{PROGRAM} token lookup" shows as namespace_path. Unless the path '
        "begins with it, name it with -ns or STRONGROOM_NAMESPACE."
    )


def _says_why(error: ResponseError) -> bool:
    """Whether a refusal says more than that it is one."""
    return not any(text.strip().endswith(("permission denied", "invalid token")) for text in error.errors or ("",))


def _denied(error: ResponseError) -> str:
    path, with_token = error.path, error.with_token
    section, _, rest = path.partition("/")
    mount, separator, _ = rest.partition("/login")
    if section == "auth" and separator and _says_why(error):
        return ""
    if section == "auth" and separator:
        return (
            f'Note: either nothing is mounted at auth/{mount}/, as "{PROGRAM} auth list" tells, or the user is locked '
            "out for a while after wrong passwords, or -mfa didn't prove the second factor, or nobody may log in from "
            "this address, of which the server's log tells."
            + ("" if error.namespace else " Who logs in at a namespace names it with -ns.")
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
    if path.startswith("sys/control-group/"):
        return (
            "Note: either the person is in none of the groups that the rule names, or the token has no policy for "
            "this path, or it has ended."
        )
    if path == "sys/wrapping/unwrap" and _says_why(error):
        return (
            f'Note: "{PROGRAM} write sys/control-group/request accessor=ACCESSOR", with the accessor that came with '
            "the wrapping token, shows who has approved. The wrapping token stays usable."
        )
    if _says_why(error):
        return ""
    return (
        f'Note: either the token has ended, or its policies don\'t allow this. "{PROGRAM} token lookup" tells which. '
        "The same command with -output-policy prints the rule that would allow it."
    ) + _by_id(error.request_id)


def _by_id(request_id: str) -> str:
    """How somebody who may look finds out why."""
    # The text is the server's, so it has to look like an id before anybody is asked to type it.
    if not request_id.replace("-", "").isalnum() or len(request_id) > _LONGEST_ID:
        return ""
    return f' Who administers the policies sees why by "{PROGRAM} policy explain -request-id={request_id}".'
