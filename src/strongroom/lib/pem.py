"""Certificates in PEM, as files have them."""

from __future__ import annotations


def ascii_pem(text: str) -> str:
    """The text for who takes ASCII only, as `ssl` does.

    Names and comments around certificates are often in UTF-8, and nobody reads them; a certificate is ASCII itself.
    """
    return text.encode("ascii", "replace").decode()
