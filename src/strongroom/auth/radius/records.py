"""Rows of the RADIUS auth method: `config`, and `user/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings

CONFIG = "config"
USERS = "user/"


class RadiusConfig(SecretRecord, frozen=True, tag="radius-config"):
    """The server that is asked, and what everybody's token gets."""

    limit_bytes: ClassVar[int] = 128 * 1024

    host: str
    """A name in lower case, or an IP address."""
    secret: str
    """Shared with the server."""
    port: int = 1812
    unregistered_user_policies: tuple[str, ...] = ()
    """For users without a row."""
    dial_timeout_s: int = 10
    """To find the server's address."""
    read_timeout_s: int = 10
    """To get its answer."""
    nas_port: int = 10
    nas_identifier: str = ""
    require_message_authenticator: bool = True
    """Whether an answer without one is dropped."""
    username_as_typed: bool = False
    """Whether the server gets a name in the case in which it was typed."""
    token: TokenSettings = TokenSettings()

    def __repr__(self) -> str:
        return "RadiusConfig(…)"


class RadiusUser(Record, frozen=True, tag="radius-user"):
    """A registered user."""

    limit_bytes: ClassVar[int] = 32 * 1024

    policies: tuple[str, ...] = ()
    """Instead of those for unregistered users."""
