"""Asks the directory for a request, while no transaction is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.engines.ldap.records import CONFIG, RETIRED, LdapConfig
from strongroom.engines.ldap.settings import NOT_CONFIGURED, check_passwords, directory_of
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.ldap import Directories, Session
from strongroom.sdk import Request, SystemRandom, View

T = TypeVar("T")


async def configured(view: View) -> LdapConfig:
    """The configuration.  Raises `InvalidRequest` if there is none that can change anything."""
    config = await view.read(CONFIG, LdapConfig)
    if config is None:
        raise InvalidRequest(NOT_CONFIGURED)
    check_passwords(config)
    return config


async def configured_for_end(view: View) -> LdapConfig:
    """The configuration by which a secret is ended, even one that was deleted.  Raises `UpstreamFailed`."""
    config = await view.read(CONFIG, LdapConfig) or await view.read(RETIRED, LdapConfig)
    if config is None:
        raise UpstreamFailed(NOT_CONFIGURED)
    return config


def ask(
    request: Request,
    directories: Directories,
    config: LdapConfig,
    what: str,
    work: Callable[[Session], T],
    *,
    repeats: bool = False,
) -> T:
    """The directory's answer, fetched while no transaction is open, and again if the configuration changes.

    Args:
        what: names the question among those of the request, and all that it depends on besides the configuration.
        repeats: whether another address may be asked if one dies; not for what changes something.
    """
    directory = directory_of(config)
    return outside(request, config, what, lambda: directories.ask(request.mount.id, directory, work, repeats=repeats))


def outside(request: Request, config: LdapConfig, what: str, work: Callable[[], Awaitable[T]]) -> T:
    """The result of work outside the transaction, done again if the configuration changes; as `ask`."""
    # Of a random key, because the configuration holds a password.
    key = request.once("ldap", lambda: SystemRandom().bytes(32))
    text = f"{what}\n{msgspec.structs.astuple(config)!r}"
    return request.once.outside(f"ldap {hmac_sha256_hex(key, text.encode('utf-8', 'surrogatepass'))}", work)
