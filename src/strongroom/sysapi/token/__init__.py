"""The engine behind the `token` mount."""

from strongroom.sysapi.token.engine import Token

__all__ = ["Token"]
