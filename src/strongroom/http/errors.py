"""Maps errors to status codes (pure).  Only this module knows the codes."""

from __future__ import annotations

from strongroom.lib import errors
from strongroom.lib.errors import StrongroomError

STATUS: dict[type[StrongroomError], int] = {
    errors.InvalidRequest: 400,
    errors.InvalidCredentials: 400,
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.NotFound: 404,
    errors.OtherRegionWrites: 400,
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
    errors.Unreachable: 502,
    errors.NotInitialized: 400,
    errors.Sealed: 503,
    errors.NamespaceSealed: 503,
    errors.Unavailable: 503,
}

_GENERAL = "internal error"
_STORE_RETRY_S = 2
"""When to retry after an error of the store.

A node checks its store once a second, so an earlier retry seldom helps.
"""
_PASSING = (errors.StorageError, errors.Unavailable, errors.Conflict, errors.FeedTooOld)
"""Errors that may be gone when the client tries again."""


def status_of(error: StrongroomError) -> int:
    """The status code of an error."""
    for type_ in type(error).__mro__:
        if type_ in STATUS:
            return STATUS[type_]
    return 500


def text_of(error: StrongroomError) -> str:
    """The text for the client.  For a bug of this server it is only a general text."""
    if isinstance(error, errors.StorageFull):
        return "the store is full: nothing was written"
    if isinstance(error, errors.CommitUnknown):
        return "the store does not answer; whether the request took effect is unknown"
    if isinstance(error, errors.StorageError):
        return "the store cannot be reached or failed: nothing was answered from it"
    return error.text or (_GENERAL if status_of(error) >= 500 else "")


def retry_after_s(error: StrongroomError) -> int | None:
    """When a client may try again, in whole seconds; None if that is useless.

    Source: RFC 9110, section 10.2.3
    """
    if isinstance(error, errors.RateLimited):
        return max(1, round(error.retry_after_s))
    return _STORE_RETRY_S if isinstance(error, _PASSING) else None
