"""The lease id of a token, which is its own lease (pure)."""

from __future__ import annotations

import base64
import binascii
import re

from strongroom.services.tokens.records import TokenRecord

_MARK = "h"
_SUFFIX = re.compile(r"h([0-9a-f]{64})(\.[0-9A-Za-z]+)?")


def lease_id(record: TokenRecord) -> str:
    """The token's lease id: the path that made it, and its key in hexadecimal digits with the key's namespace."""
    digest, dot, namespace = record.key.partition(".")
    return f"{record.path.rstrip('/')}/{_MARK}{base64.urlsafe_b64decode(digest + '=').hex()}{dot}{namespace}"


def token_key(lease: str) -> str:
    """The key of the token that a lease id names; empty for an id of another form."""
    suffix = _SUFFIX.fullmatch(lease.rpartition("/")[2])
    if suffix is None:
        return ""
    return base64.urlsafe_b64encode(binascii.unhexlify(suffix[1])).rstrip(b"=").decode() + (suffix[2] or "")
