"""Whether an instance may log in once more (pure).

An identity document is no secret and doesn't expire.  So the first who logs in with it has it: later logins need the
nonce of the first.

Source: https://developer.hashicorp.com/vault/docs/auth/aws#client-nonce
"""

from __future__ import annotations

import hmac

from strongroom.auth.aws.documents import Document, instant
from strongroom.auth.aws.records import Accessed
from strongroom.lib.errors import InvalidRequest


def check_again(before: Accessed, document: Document, nonce: str | None, *, allow_migration: bool) -> None:
    """Raise `InvalidRequest` unless the instance may log in again.

    Args:
        before: its earlier login. nonce: that it shows; None or empty for none. allow_migration: whether an instance
            that was started since then needs none.
    """
    if before.disallow_reauthentication:
        raise InvalidRequest(
            "reauthentication is disabled: the instance has logged in already; delete its entry from "
            "identity-accesslist to let it log in again"
        )
    if document.pending_at < instant(before.pending_time):
        raise InvalidRequest("the identity document is older than that of an earlier login")
    if nonce and hmac.compare_digest(nonce.encode("utf-8", "replace"), before.nonce.encode("utf-8", "replace")):
        return
    if not allow_migration:
        raise InvalidRequest("client nonce mismatch")
    if not document.pending_at > instant(before.pending_time):
        raise InvalidRequest("client nonce mismatch and instance meta-data incorrect: it wasn't started anew")
