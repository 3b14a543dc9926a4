"""`sys/config/ui` and what user interfaces ask of it, one file for each noun."""

from strongroom.sysapi.system.paths.interface.headers import HeaderPaths
from strongroom.sysapi.system.paths.interface.logins import LoginPaths
from strongroom.sysapi.system.paths.interface.messages import MessagePaths

__all__ = ["HeaderPaths", "LoginPaths", "MessagePaths"]
