"""Taking a token that lies in a file, instead of logging in.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/methods/token_file/
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.methods.credential_file import CredentialFile
from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import option, read, text

LOOKUP = "auth/token/lookup-self"


@dataclass(frozen=True, slots=True)
class TokenFileOptions:
    """`config` of `method "token_file"`."""

    token_file_path: str = option(text)


class TokenFile(Plain):
    """Takes the token of a file, which stays there."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(TokenFileOptions, basis.given)
        self._file = CredentialFile(options.token_file_path, "token")

    async def login(self) -> LoginRequest:
        """The question about the token.  Raises `LoginError`."""
        return LoginRequest(LOOKUP, token=await self._file.read())
