"""`storage "mysql"`: its settings, and the store that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.clock import Clock
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random
from strongroom.server.stores.settings import DEFAULT_TABLE, StoreError, timeout_s
from strongroom.storage.mysql import Login, LoginError, MysqlStorage, login_of

DEFAULT_ADDRESS = "127.0.0.1:3306"
DEFAULT_DATABASE = "strongroom"
_STANZA = 'storage "mysql"'
_MOST_PARALLEL = 64
_DEFAULT_PARALLEL = 4
_YES = frozenset({"1", "t", "true", "yes"})
_NO = frozenset({"", "0", "f", "false", "no"})


def open_mysql(options: Mapping[str, str], clock: Clock, random: Random) -> MysqlStorage:
    """Make the store that a stanza describes.  Raises `StoreError`.

    Source: https://developer.hashicorp.com/vault/docs/configuration/storage/mysql
    """
    idle = _number(options, "max_idle_connections")
    lifetime_s = _seconds(options, "max_connection_lifetime")
    return MysqlStorage(
        login(options),
        options.get("database") or DEFAULT_DATABASE,
        options.get("table") or DEFAULT_TABLE,
        clock,
        random,
        max_parallel=parallel(options),
        # As in Vault: nothing and 0 stand for the default, and less than 0 for none.
        max_idle=max(idle, 0) if idle else None,
        lifetime_s=lifetime_s if lifetime_s > 0 else None,
        patience_s=timeout_s("mysql", options),
    )


def login(options: Mapping[str, str]) -> Login:
    """Where the database is, and who logs in.  Raises `StoreError`."""
    ca_pem: str | None = None
    if file := options.get("tls_ca_file", ""):
        try:
            ca_pem = Path(file).read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise StoreError(f"{_STANZA}: tls_ca_file {file} can't be read: {_why(error)}") from error
    address = options.get("address") or DEFAULT_ADDRESS
    plaintext = _boolean(options, "plaintext_connection_allowed")
    try:
        return login_of(address, options.get("username", ""), options.get("password", ""), ca_pem, plaintext=plaintext)
    except LoginError as error:
        raise StoreError(f"{_STANZA}: {error}") from error


def parallel(options: Mapping[str, str]) -> int:
    """How many reads a process has at once.  Raises `StoreError`."""
    return min(max(_number(options, "max_parallel") or _DEFAULT_PARALLEL, 1), _MOST_PARALLEL)


def _number(options: Mapping[str, str], name: str) -> int:
    text = options.get(name, "")
    try:
        return int(text[:10] or 0)
    except ValueError as error:
        raise StoreError(f"{_STANZA}: {name} is no number") from error


def _seconds(options: Mapping[str, str], name: str) -> float:
    text = options.get(name, "")
    try:
        return parse_duration_ns(text) / SECOND_NS if text else 0.0
    except InvalidRequest as error:
        raise StoreError(f'{_STANZA}: {name} is no number of seconds, and no duration such as "5m"') from error


def _boolean(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "").lower()
    if text not in _YES | _NO:
        raise StoreError(f"{_STANZA}: {name} is neither true nor false")
    return text in _YES


def _why(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else "it isn't text in PEM"
