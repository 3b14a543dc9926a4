"""Logging in by a signed token that lies in a file.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/methods/jwt/
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.methods.credential_file import CredentialFile
from strongroom.agent.methods.method import Basis, LoginRequest
from strongroom.agent.options import flag, option, read, seconds, text


@dataclass(frozen=True, slots=True)
class JwtOptions:
    """`config` of `method "jwt"`."""

    path: str = option(text)
    role: str = option(text)
    remove_jwt_after_reading: bool = option(flag, True)
    remove_jwt_follows_symlinks: bool = option(flag, False)
    jwt_read_period: float = option(seconds, 0.5)


class Jwt:
    """Logs in by the content of a file."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(JwtOptions, basis.given)
        self._mount = basis.mount
        self._role = options.role
        self._removes = options.remove_jwt_after_reading
        self._file = CredentialFile(
            options.path, "signed token", removes=self._removes, follows_links=options.remove_jwt_follows_symlinks
        )
        self.poll_s: float | None = options.jwt_read_period

    @property
    def given_at(self) -> float | None:
        """When the file was written; None if it stays."""
        return self._file.given_at if self._removes else None

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`."""
        return LoginRequest(f"{self._mount}/login", {"jwt": await self._file.read(), "role": self._role})

    async def used(self) -> None:
        """Remove the file."""
        await self._file.used()

    async def renewed(self) -> bool:
        """Whether there is another token."""
        return await self._file.renewed()
