"""Says to the log why another system can't be reached (pure).

The texts of client libraries may repeat what was sent, so none of them is used: only the operating system's names of
errors, and OpenSSL's of what is wrong with a certificate.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

_DEEPEST = 16
"""How many causes are looked at.  A chain may be a ring."""


def why(error: BaseException, url: str) -> str:
    """Host and reason, as in `idp.example port 443: Connection refused`.

    Args:
        error: what the client library raised. url: what was asked; only its host and its port are shown.
    """
    try:
        parts = urlsplit(url)
        place = f"{parts.hostname} port {parts.port or {'http': 80}.get(parts.scheme, 443)}"
    except ValueError:
        place = "no valid address"
    return f"{place}: {_reason(error)}"


def _reason(error: BaseException) -> str:
    told = [text for each in _causes(error) if (text := _named(each))]
    return told[-1] if told else type(error).__name__


def _named(error: BaseException) -> str:
    """The meaning of one error; empty if it has none that is known to be free of secrets."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"the certificate isn't accepted: {error.verify_message}"
        case ssl.SSLError():
            return f"TLS failed: {error.reason}"
        case socket.gaierror():
            return "the name has no address"
        case OSError(errno=int(number)):
            return os.strerror(number)
        case _:
            return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what caused it, and so on.  Of several causes the first."""
    found: BaseException | None = error
    for _ in range(_DEEPEST):
        if found is None:
            return
        yield found
        cause = found.__cause__ or found.__context__
        found = found.exceptions[0] if isinstance(found, BaseExceptionGroup) else cause
