"""The auth method of Okta's users."""

from strongroom.auth.okta.method import Okta

__all__ = ["Okta"]
