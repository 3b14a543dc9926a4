"""What the server says to a token that it doesn't know (p)."""

from __future__ import annotations

from typing import Final

from strongroom.client.errors import ClientError, Denied

_OF_NO_TOKEN: Final = ("permission denied",)
"""What servers say to an unknown token, and nothing besides: a policy's denial is a list of errors in one text."""
_OF_VAULT: Final = "invalid token"


def may_be_unknown_token(error: ClientError) -> bool:
    """Whether the server may not know the token any more, as opposed to what policies deny to it.

    An engine may deny something in the same words, so only the token's own look-up tells.
    """
    if not isinstance(error, Denied):
        return False
    return error.errors == _OF_NO_TOKEN or any(_OF_VAULT in text for text in error.errors or ())
