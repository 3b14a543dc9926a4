"""The engine behind the `cubbyhole` mount."""

from strongroom.sysapi.cubbyhole.engine import Cubbyhole

__all__ = ["Cubbyhole"]
