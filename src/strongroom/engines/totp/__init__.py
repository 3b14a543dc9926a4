"""The secrets engine `totp`: time-based one-time passwords, made and checked."""

from strongroom.engines.totp.engine import Totp

__all__ = ["Totp"]
