"""The auth method of identities of Azure."""

from strongroom.auth.azure.method import Azure

__all__ = ["Azure"]
