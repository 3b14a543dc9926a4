"""Why a request, or one item of a batch, is refused (p).

The code of a refusal never changes, so that programs decide by it.  The texts may get better.
"""

from __future__ import annotations

import enum

from strongroom.lib.errors import InvalidRequest


class Code(enum.StrEnum):
    """The `error_code` of an item of a batch."""

    INVALID_REQUEST = "invalid_request"
    """Anything that has no code of its own."""
    INVALID_FIELD = "invalid_field"
    """A value has a type or a spelling that its field doesn't take."""
    INVALID_BASE64 = "invalid_base64"
    MISSING_INPUT = "missing_input"
    """The plaintext, the ciphertext or the input isn't there."""
    MISSING_CONTEXT = "missing_context"
    """The key is derived, and needs a context."""
    INVALID_VERSION = "invalid_version"
    """The key doesn't have the version that the client asks for, or makes nothing new with it."""
    INVALID_CIPHERTEXT = "invalid_ciphertext"
    """The text isn't of the form of ciphertexts."""
    INVALID_SIGNATURE = "invalid_signature"
    """The text isn't of the form of signatures or codes."""
    VERSION_TOO_NEW = "version_too_new"
    VERSION_TOO_OLD = "version_too_old"
    AUTHENTICATION_FAILED = "authentication_failed"
    """The ciphertext was altered, or belongs to another key, context or associated data."""
    TOO_LONG = "too_long"
    UNSUPPORTED = "unsupported"
    """Keys of this type don't do this."""
    KEY_DELETED = "key_deleted"
    """The key is marked as deleted."""


class Refused(InvalidRequest):
    """A refusal with a code.

    Args:
        code: for programs. text: for people.
    """

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code


def code_of(error: InvalidRequest) -> Code:
    """The code of an item's error."""
    return error.code if isinstance(error, Refused) else Code.INVALID_REQUEST
