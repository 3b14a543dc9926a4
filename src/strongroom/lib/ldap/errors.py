"""What can go wrong with a directory, by meaning."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.lib.errors import InvalidCredentials, StrongroomError, Unreachable, UpstreamFailed
from strongroom.lib.redaction import Redaction


class BindRefused(InvalidCredentials):
    """The directory doesn't take this name and password."""


class OutOfReach(Unreachable):
    """No address of the directory takes connections, or one that did has died.  Another one may do better."""


class TooSlow(Unreachable):
    """The directory took a request, and didn't answer in time."""


class Refused(UpstreamFailed):
    """The directory refuses what it is asked.

    Args:
        code: the name of the result, such as `ALREADY_EXISTS`; empty if there is none.
        reason: what RFC 4511 calls that result; never the directory's own text.
    """

    def __init__(self, text: str = "", *, code: str = "", reason: str = "", detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.code = code
        self.reason = reason


class Forbidden(Refused):
    """Whoever is bound may not ask for this."""


_MOST_SAID = 200
"""Characters of a directory's own text that go into the log."""
REFUSED = "the directory refuses this name and password"
_OF_A_BIND = frozenset(
    {
        "INVALID_CREDENTIALS",
        "INAPPROPRIATE_AUTH",
        "INVALID_DN_SYNTAX",
        "NO_SUCH_OBJECT",
        "CONSTRAINT_VIOLATION",
        "UNWILLING_TO_PERFORM",
        "INSUFFICIENT_ACCESS",
    }
)
"""The name, the password or the account isn't good, or not for now."""
_GONE = frozenset({"SERVER_DOWN", "CONNECT_ERROR", "UNAVAILABLE", "BUSY"})


def meaning(error: Exception, what: str, *, binds: bool, secrets: Iterable[str] = ()) -> StrongroomError | None:
    """What an error of the LDAP library means; None for that there is no such entry.  (p)

    Args:
        what: was asked, for the log. binds: whether it was a bind. secrets: were sent, and a directory may send back.

    Source: RFC 4511, appendix A
    """
    told = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
    said = Redaction(secrets).text(str(told.get("info", "")))[:_MOST_SAID]
    said = "".join(character if character.isprintable() else " " for character in said)
    reason = f"{told.get('desc', type(error).__name__)} {said}".strip()
    kinds = {each.__name__ for each in type(error).__mro__}
    if "TIMEOUT" in kinds:
        return TooSlow("the directory did not answer in time")
    if kinds & _GONE:
        return OutOfReach("the directory cannot be reached", detail=f"{what}: {reason}")
    if binds and kinds & _OF_A_BIND:
        return BindRefused(REFUSED, detail=reason)
    if "NO_SUCH_OBJECT" in kinds:
        return None
    kind = Forbidden if "INSUFFICIENT_ACCESS" in kinds else Refused
    code, described = type(error).__name__, str(told.get("desc", ""))
    return kind("the directory refuses what it is asked", code=code, reason=described, detail=f"{what}: {reason}")
