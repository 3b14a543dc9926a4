"""Tokens: they identify a client for a limited time."""

from strongroom.services.tokens.records import TokenRecord, TokenRole
from strongroom.services.tokens.service import Bearer, TokenService

__all__ = ["Bearer", "TokenRecord", "TokenRole", "TokenService"]
