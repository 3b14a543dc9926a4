"""Asks the directory for a request, while no transaction is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.engines.ldap import asking
from strongroom.engines.ldap.records import AD, CONFIG, RETIRED, LdapConfig
from strongroom.engines.ldap.settings import NOT_CONFIGURED, check_passwords, directory_of
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.ldap import Directories, Session
from strongroom.sdk import Request, SystemRandom, View
from strongroom.sdk.rotation import Account, Credential, System

T = TypeVar("T")
Claim = Callable[[str], Awaitable[None]]


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


class Reached:
    """The directory of a configuration, asked while no transaction is open."""

    def __init__(self, request: Request, directories: Directories, config: LdapConfig) -> None:
        self._directories = directories
        self.request = request
        self.config = config

    async def use(self, work: Callable[[Session], T], *, repeats: bool = False) -> T:
        """Do some work, which blocks, with a session.

        Args:
            repeats: whether another address may be asked if one dies; not for what changes something.
        """
        return await self._directories.ask(self.request.mount.id, directory_of(self.config), work, repeats=repeats)

    def check(self) -> None:
        """Raise `Unreachable` if the directory isn't asked just now, because it doesn't respond."""
        self._directories.check(self.request.mount.id, directory_of(self.config))

    async def find(self, username: str, dn: str) -> str:
        """The DN of an account.  Raises `InvalidRequest` if there is none."""

        def work(session: Session) -> str:
            asking.bind_as_root(session, self.config)
            return asking.find_account(session, self.config, username, dn)

        return await self.use(work, repeats=True)

    def system(
        self, username: str, dn: str, between: str = "", claim: Claim | None = None, account: Account | None = None
    ) -> System:
        """What rotations of an account need.

        Args:
            between: a password that nobody is told, which the account gets first. Active Directory lets the one before
                the present one log in for another hour, so it must not be that of somebody who is to be cut off.
            claim: makes the DN that was found the account's, before its password is changed. Names lead to other
                entries when a directory or the configuration changes, also to those of others.
            account: what is kept of it. A directory that was configured since isn't told passwords of the one before:
                it could be somebody's who wants them.
        """
        config = self.config
        elsewhere: tuple[Credential, ...] = ()
        if account is not None and account.rotated_at < config.moved_at:
            elsewhere = tuple(each for each in account.known if each != account.candidate)
        passwords = [between] if between and config.schema == AD else []

        async def change(candidate: Credential, _: Account) -> None:
            def find(session: Session) -> str:
                asking.bind_as_root(session, config)
                found = asking.find_account(session, config, username, dn)
                asking.check_not_root(asking.with_root_dn(session, config), username, found)
                return found

            def work(session: Session) -> None:
                asking.bind_as_root(session, config)
                for password in [*passwords, candidate["password"]]:
                    asking.set_password(session, config, found, password)

            found = await self.use(find, repeats=True)
            if claim is not None:
                await claim(found)
            await self.use(work)

        async def proves(credential: Credential) -> bool:
            if credential in elsewhere:
                return False

            def work(session: Session) -> bool:
                asking.bind_as_root(session, config)
                found = asking.find_account(session, config, username, dn)
                return asking.binds(session, found, credential["password"])

            return await self.use(work, repeats=True)

        return System(change=change, proves=proves)

    def root_system(self) -> System:
        """What rotations of `binddn` need."""
        config = self.config

        async def change(candidate: Credential, account: Account) -> None:
            known = replace(config, root=account)
            await self.use(lambda session: asking.set_own_password(session, known, candidate["password"]))

        async def proves(credential: Credential) -> bool:
            return await self.use(
                lambda session: asking.binds(session, config.binddn, credential["password"]), repeats=True
            )

        return System(change=change, proves=proves, has_to_log_in=True)

    def ask(self, what: str, work: Callable[[Session], T], *, repeats: bool = False) -> T:
        """The directory's answer for the request, fetched again if the configuration changes.

        Args:
            what: names the question among those of the request, and all that it depends on besides the configuration.
            repeats: as `use`.
        """
        request = self.request
        # Of a random key, because the configuration holds passwords.
        key = request.once("ldap", lambda: SystemRandom().bytes(32))
        text = f"{what}\n{msgspec.structs.astuple(self.config)!r}"
        name = f"ldap {hmac_sha256_hex(key, text.encode('utf-8', 'surrogatepass'))}"
        return request.once.outside(name, lambda: self.use(work, repeats=repeats))
