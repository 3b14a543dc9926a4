"""The lease id of a token, which is its own lease (pure)."""

from __future__ import annotations

import base64
import binascii
import re

from strongroom.services.tokens.records import TokenRecord

_MARK = "h"
_SUFFIX = re.compile(r"h[0-9a-f]{64}")


def lease_id(record: TokenRecord) -> str:
    """The token's lease id: the path that made it, and its key in hexadecimal digits."""
    digest = base64.urlsafe_b64decode(record.key + "=")
    return f"{record.path.rstrip('/')}/{_MARK}{digest.hex()}"


def token_key(lease: str) -> str:
    """The key of the token that a lease id names; empty for an id of another form."""
    suffix = lease.rpartition("/")[2]
    if _SUFFIX.fullmatch(suffix) is None:
        return ""
    return base64.urlsafe_b64encode(binascii.unhexlify(suffix[1:])).rstrip(b"=").decode()
