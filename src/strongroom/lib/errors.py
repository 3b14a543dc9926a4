"""Errors by meaning.

A layer raises what happened; `http/errors.py` alone knows which status code that is.  `text` goes to the client
and never holds a secret; `detail` goes to the log.
"""

from __future__ import annotations


class StrongroomError(Exception):
    """Base of every error that Strongroom raises on purpose.

    Args:
        text: what the client may read; one sentence, in the words of Vault's API where it has some.
        detail: what only the operator's log gets.
    """

    def __init__(self, text: str = "", *, detail: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail


class InvalidRequest(StrongroomError):
    """The request is malformed or breaks a rule of the endpoint."""


class InvalidCredentials(InvalidRequest):
    """A login with a wrong name, password or key; enough of these in a row lock the user out."""


class PermissionDenied(StrongroomError):
    """No valid token, or its policies don't allow this."""


class NotFound(StrongroomError):
    """Nothing is stored there; an empty text gives the API's empty list of errors."""


class UnsupportedPath(StrongroomError):
    """No mount, or no path of the mount, answers there."""


class UnsupportedOperation(StrongroomError):
    """The path exists, but not with this verb."""


class PreconditionFailed(StrongroomError):
    """A condition that the client set (an index, a state) isn't met."""


class RateLimited(StrongroomError):
    """A quota or a lockout refuses the request for now; `retry_after_s` says for how long."""

    def __init__(self, text: str = "", *, retry_after_s: float = 1.0, detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.retry_after_s = retry_after_s


class RequestTooLarge(StrongroomError):
    """A body or header is over its limit."""


class UnsupportedMedia(StrongroomError):
    """The body is of a type that this verb doesn't take."""


class RequestTimeout(StrongroomError):
    """The request took longer than it may."""


class Sealed(StrongroomError):
    """The barrier is sealed."""


class NotInitialized(StrongroomError):
    """The store holds no Strongroom yet."""


class Unavailable(StrongroomError):
    """For now no request of this kind can be served: stopping, or the store doesn't answer."""


class UpstreamFailed(StrongroomError):
    """Another system, which a mount stands for, refused or didn't answer."""


class Internal(StrongroomError):
    """A fault of ours, or of what is stored; the text stays general."""


class StorageError(StrongroomError):
    """The store failed: an I/O error, a full disk, a lost connection."""


class StorageFull(StorageError):
    """The store has no room left; nothing of the commit was kept."""


class CommitUnknown(StorageError):
    """The connection died during a commit; `revision_id` tells later whether it took place."""

    def __init__(self, text: str = "", *, revision_id: bytes, detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.revision_id = revision_id


class Conflict(StrongroomError):
    """Something that this commit had read has changed; nothing was written."""


class OutOfRange(StrongroomError):
    """A counter would leave its bounds; nothing was written.  `key` names it.

    Who moves a counter that clients can use up says what that means (`Transaction.add`); of any other it is a fault.
    """

    def __init__(self, key: str) -> None:
        super().__init__(detail=f"a counter would leave its bounds: {key}")
        self.key = key


class FeedTooOld(StrongroomError):
    """The change feed no longer reaches back to that revision: drop every cache."""


class Tampered(StrongroomError):
    """A stored record doesn't authenticate: altered, truncated, or moved from another key."""
