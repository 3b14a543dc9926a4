"""Certificates as answers show them, in the format that a request names (p)."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from strongroom.crypto.issuing import certificates


def certificate(der: bytes, format_: str) -> str:
    """One certificate: PEM without a line end, or base64 of DER."""
    return base64.b64encode(der).decode() if format_ == "der" else certificates.in_pem(der).strip()


def chain(ders: Sequence[bytes]) -> str:
    """Certificates in PEM, one after the other, without a line end."""
    return "".join(map(certificates.in_pem, ders)).strip()
