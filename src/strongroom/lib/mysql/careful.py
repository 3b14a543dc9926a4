"""The client library's connection, with what it lacks towards a server that isn't the right one, or means no good.

Source: https://dev.mysql.com/doc/refman/8.4/en/caching-sha2-pluggable-authentication.html,
https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_reset_connection.html
"""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from strongroom.lib.errors import UpstreamFailed
from strongroom.lib.mysql.library import library

_RESET = 0x1F
_IN_THE_CLEAR = ("mysql_clear_password", "dialog", "mysql_old_password")
"""The ways to log in that send the password itself, which a server could ask for that isn't the right one."""
_UNTRUSTED = (
    "the database asks for the password itself (caching_sha2_password, sha256_password), and it isn't certain who "
    "answers there: use TLS that is verified, or {otherwise}"
)


_Library: Any = object
"""In the place of the library's class of connections, which isn't imported before it is needed."""


class _Careful(_Library):  # type: ignore[misc]
    """What stands before the library's class of connections.

    Args:
        trusted: whether whoever answers may learn the password.
        otherwise: which setting says so.
        most_bytes: the limit of an answer to one command.
        arguments: the library's.
    """

    def __init__(self, *, trusted: bool, otherwise: str, most_bytes: int, **arguments: Any) -> None:
        self._trusted = trusted
        self._otherwise = otherwise
        self._most_bytes = most_bytes
        self._heard_bytes = 0
        self._has_tls = False
        super().__init__(**arguments)

    @property
    def _secure(self) -> bool:
        """Whether the library may send the password as it is."""
        return self._trusted and self._has_tls

    @_secure.setter
    def _secure(self, has_tls: bool) -> None:
        self._has_tls = has_tls

    @property
    def server_public_key(self) -> bytes | None:
        """The key by which the password would be sent."""
        if not self._trusted:
            raise UpstreamFailed(_UNTRUSTED.format(otherwise=self._otherwise))
        return self._public_key

    @server_public_key.setter
    def server_public_key(self, key: bytes | None) -> None:
        self._public_key = key

    def _execute_command(self, command: int, sql: Any) -> None:
        self._heard_bytes = 0
        super()._execute_command(command, sql)

    def _read_bytes(self, num_bytes: int) -> bytes:
        self._heard_bytes += num_bytes
        if self._heard_bytes > self._most_bytes:
            self._force_close()
            raise UpstreamFailed("the database's answer is too long")
        return bytes(super()._read_bytes(num_bytes))

    def reset(self) -> None:
        """Forget what statements have set for this session: variables, transactions, roles, tables."""
        self._execute_command(_RESET, b"")
        self._read_ok_packet()
        self.set_character_set(self.charset, self.collation)
        self.autocommit(True)


class _Refusing:
    """Stands in the place of a way to log in.  The library makes one when a server asks for that way."""

    def __init__(self, text: str, _: Any) -> None:
        self._text = text

    def authenticate(self, _: Any) -> Any:
        """Refuse."""
        raise UpstreamFailed(self._text)


def refusing_in_the_clear(text: str) -> dict[str, Any]:
    """The library's `auth_plugin_map` by which no password is sent as it is, whatever the server asks for.

    Args:
        text: of the `UpstreamFailed` that is raised for one that asks.
    """
    return dict.fromkeys(_IN_THE_CLEAR, partial(_Refusing, text))


@cache
def careful() -> Any:
    """The class of connections.  It takes the arguments of the library's, and those of `_Careful`."""
    return type("Careful", (_Careful, library().Connection), {"__doc__": "A connection."})
