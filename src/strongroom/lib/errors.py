"""Errors by meaning.

A layer raises an error by its meaning.  Only `http/errors.py` knows the status code.  `text` goes to the client and
never contains a secret; `detail` goes to the log.
"""

from __future__ import annotations


class StrongroomError(Exception):
    """Base of every error that Strongroom raises on purpose.

    Args:
        text: the text for the client; one sentence, in Vault's words if Vault has any. detail: the text for the
            operator's log only.
    """

    def __init__(self, text: str = "", *, detail: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.detail = detail


class InvalidRequest(StrongroomError):
    """The request is malformed or breaks a rule of the endpoint."""


class InvalidCredentials(InvalidRequest):
    """A login with a wrong name, password or key.  Too many in a row lock the user out."""


class Unauthenticated(StrongroomError):
    """The client has to authenticate by a scheme of HTTP, as in RFC 4559.

    Args:
        challenge: what `WWW-Authenticate` says: the scheme, and a token that is no secret.
    """

    def __init__(self, text: str = "", *, challenge: str = "", detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.challenge = challenge


class PermissionDenied(StrongroomError):
    """No valid token, or its policies don't allow this."""


class NotFound(StrongroomError):
    """Nothing is stored there.  An empty text gives the API's empty list of errors."""


class UnsupportedPath(StrongroomError):
    """No mount, or no path of a mount, has this path."""


class UnsupportedOperation(StrongroomError):
    """The path exists, but doesn't support this operation."""


class PreconditionFailed(StrongroomError):
    """A condition that the client set (an index, a state) isn't met."""


class RateLimited(StrongroomError):
    """A quota or a lockout refuses the request for `retry_after_s` seconds."""

    def __init__(self, text: str = "", *, retry_after_s: float = 1.0, detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.retry_after_s = retry_after_s


class RequestTooLarge(StrongroomError):
    """A body or header is over its limit."""


class UnsupportedMedia(StrongroomError):
    """The body has a type that this operation doesn't accept."""


class RequestTimeout(StrongroomError):
    """The request took too long."""


class Sealed(StrongroomError):
    """The barrier is sealed."""


class NamespaceSealed(Sealed):
    """The namespace has a seal of its own, and this process doesn't have its keyring.

    Args:
        namespace: the id of the namespace whose seal it is, if it is known.
    """

    def __init__(self, text: str = "namespace is sealed", *, namespace: str = "", detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.namespace = namespace


class NotInitialized(StrongroomError):
    """The store isn't initialized yet."""


class Unavailable(StrongroomError):
    """Such requests can't be served now: the server stops, or the store doesn't respond."""


class OtherRegionWrites(StrongroomError):
    """The region follows another one, and only that one writes."""


class UpstreamFailed(StrongroomError):
    """The system of a mount refused, or didn't respond."""


class Unreachable(UpstreamFailed):
    """The system of a mount didn't respond, so whether it would have refused isn't known."""


class Internal(StrongroomError):
    """A bug of this server, or bad stored data.  The text stays general."""


class StorageError(StrongroomError):
    """The store failed: an I/O error, a full disk, a lost connection."""


class StorageFull(StorageError):
    """The store is full; nothing was written."""


class CommitUnknown(StorageError):
    """The connection died during a commit.  `revision_id` can tell later whether it took place."""

    def __init__(self, text: str = "", *, revision_id: bytes, detail: str = "") -> None:
        super().__init__(text, detail=detail)
        self.revision_id = revision_id


class Conflict(StrongroomError):
    """A row that this commit had read has changed; nothing was written."""


class OutOfRange(StrongroomError):
    """A counter would leave its bounds; nothing was written.  `key` names it.

    For a counter that clients can use up, `Transaction.add` gets the error for the client.  For any other counter, this
    is a bug.
    """

    def __init__(self, key: str) -> None:
        super().__init__(detail=f"a counter would leave its bounds: {key}")
        self.key = key


class FeedTooOld(StrongroomError):
    """The change feed no longer reaches back to that revision.  Every cache must be dropped."""


class Tampered(StrongroomError):
    """A stored record doesn't authenticate: it was altered, truncated, or moved from another key."""
