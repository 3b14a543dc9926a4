"""The auth method of TLS client certificates."""

from strongroom.auth.cert.method import Cert

__all__ = ["Cert"]
