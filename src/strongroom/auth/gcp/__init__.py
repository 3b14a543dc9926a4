"""The auth method of service accounts and instances of Google Cloud."""

from strongroom.auth.gcp.method import Gcp

__all__ = ["Gcp"]
