"""Signs what is posted (pure).

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Final

from strongroom.crypto.mac import hmac_sha256
from strongroom.lib.errors import InvalidRequest

PREFIX: Final = "whsec_"
LEAST_BYTES: Final = 24
MOST_BYTES: Final = 64


def parse_secret(text: str) -> bytes:
    """The key in a secret.  Raises `InvalidRequest` if it has another form, or another length."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(PREFIX) or not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise InvalidRequest(f"secret must be {PREFIX} and then {LEAST_BYTES} to {MOST_BYTES} bytes in base64")
    return key


def shown_secret(key: bytes) -> str:
    """A key in the form that receivers take."""
    return PREFIX + base64.b64encode(key).decode()


def headers_of(key: bytes, id_: str, at: int, body: bytes) -> Mapping[str, str]:
    """The headers of a post.

    Args:
        id_: of the event, the same at each attempt.
        at: seconds since the epoch, by which receivers refuse what is old.
    """
    signature = base64.b64encode(hmac_sha256(key, b"%b.%d.%b" % (id_.encode(), at, body))).decode()
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
