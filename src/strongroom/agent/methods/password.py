"""Logging in by a name, and a password that lies in a file: ldap and userpass.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/methods/ldap
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.methods.credential_file import CredentialFile, without_line_end
from strongroom.agent.methods.method import Basis, LoginRequest
from strongroom.agent.options import flag, option, read, seconds, text


@dataclass(frozen=True, slots=True)
class PasswordOptions:
    """`config` of `method "ldap"` and `method "userpass"`."""

    username: str = option(text)
    password_file_path: str = option(text)
    remove_password_after_reading: bool = option(flag, True)
    remove_password_follows_symlinks: bool = option(flag, False)
    password_read_period: float = option(seconds, 0.5)


class ByPassword:
    """Logs in by a name and the content of a file."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(PasswordOptions, basis.given)
        self._path = f"{basis.mount}/login/{options.username}"
        self._removes = options.remove_password_after_reading
        self._file = CredentialFile(
            options.password_file_path,
            "password",
            removes=self._removes,
            follows_links=options.remove_password_follows_symlinks,
            strip=without_line_end,
        )
        self.poll_s: float | None = options.password_read_period

    @property
    def given_at(self) -> float | None:
        """When the file was written; None if it stays."""
        return self._file.given_at if self._removes else None

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`."""
        return LoginRequest(self._path, {"password": await self._file.read()})

    async def used(self) -> None:
        """Remove the file."""
        await self._file.used()

    async def renewed(self) -> bool:
        """Whether there is another password."""
        return await self._file.renewed()
