"""From meaning to status (p): the only place that knows which error is which status code."""

from __future__ import annotations

from strongroom.lib import errors
from strongroom.lib.errors import StrongroomError

STATUS: dict[type[StrongroomError], int] = {
    errors.InvalidRequest: 400,
    errors.InvalidCredentials: 400,
    errors.PermissionDenied: 403,
    errors.NotFound: 404,
    errors.UnsupportedPath: 404,
    errors.UnsupportedOperation: 405,
    errors.RequestTimeout: 408,
    errors.PreconditionFailed: 412,
    errors.RequestTooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.RateLimited: 429,
    errors.Internal: 500,
    errors.Tampered: 500,
    errors.StorageError: 503,
    errors.StorageFull: 507,
    errors.CommitUnknown: 503,
    errors.OutOfRange: 500,
    errors.Conflict: 503,
    errors.FeedTooOld: 503,
    errors.UpstreamFailed: 502,
    errors.NotInitialized: 400,
    errors.Sealed: 503,
    errors.Unavailable: 503,
}

_GENERAL = "internal error"
_STORE_RETRY_S = 2
"""A node looks at its store once a second: sooner than this there is seldom an answer."""
_PASSING = (errors.StorageError, errors.Unavailable, errors.Conflict, errors.FeedTooOld)
"""What may be over when the client asks again."""


def status_of(error: StrongroomError) -> int:
    """The status code that an error is answered with."""
    for type_ in type(error).__mro__:
        if type_ in STATUS:
            return STATUS[type_]
    return 500


def text_of(error: StrongroomError) -> str:
    """What the client reads; faults of ours say no more than that they are."""
    if isinstance(error, errors.StorageFull):
        return "the store is full: nothing was written"
    if isinstance(error, errors.CommitUnknown):
        return "the store does not answer; whether the request took effect is unknown"
    if isinstance(error, errors.StorageError):
        return "the store cannot be reached or failed: nothing was answered from it"
    return error.text or (_GENERAL if status_of(error) >= 500 else "")


def retry_after_s(error: StrongroomError) -> int | None:
    """When a client may ask again, in whole seconds; None when asking again is of no use.

    Source: RFC 9110, section 10.2.3
    """
    if isinstance(error, errors.RateLimited):
        return max(1, round(error.retry_after_s))
    return _STORE_RETRY_S if isinstance(error, _PASSING) else None
