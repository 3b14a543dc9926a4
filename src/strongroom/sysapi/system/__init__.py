"""The engine behind `sys/`."""

from strongroom.sysapi.system.engine import System

__all__ = ["System"]
