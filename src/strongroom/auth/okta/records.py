"""Rows of the okta auth method: `config`, `user/<name>`, `group/<name>` and `challenge/<digest>`."""

from __future__ import annotations

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings


class Config(SecretRecord, frozen=True, tag="okta-config"):
    """The organization of the mount."""

    org_name: str
    api_token: str = ""
    """Empty: neither groups nor renewals."""
    base_url: str = ""
    production: bool | None = None
    """The old way to say which of two base URLs it is."""
    bypass_okta_mfa: bool = False
    require_group_match: bool = False
    token: TokenSettings = TokenSettings()

    def __repr__(self) -> str:
        return "Config(…)"


class User(Record, frozen=True, tag="okta-user"):
    """Groups and policies of one user, beside those that Okta knows of."""

    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


class Group(Record, frozen=True, tag="okta-group"):
    """The policies of a group."""

    policies: tuple[str, ...] = ()


class Challenge(Record, frozen=True, tag="okta-challenge"):
    """The number that somebody has to choose on their phone, while their login waits for it."""

    answer: int
    expires_at: float
