"""Logging in by a role id and a secret id, which may come wrapped.

Source: https://openbao.org/docs/agent-and-proxy/autoauth/methods/approle/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog

from strongroom.agent.methods.credential_file import CredentialFile
from strongroom.agent.methods.method import GONE, Asking, Basis, LoginRequest, Plain
from strongroom.agent.options import flag, option, read, text
from strongroom.client.errors import BadRequest, Denied
from strongroom.client.login.error import LoginError

log = structlog.get_logger("auth.approle")


@dataclass(frozen=True, slots=True)
class AppRoleOptions:
    """`config` of `method "approle"`."""

    role_id_file_path: str = option(text)
    secret_id_file_path: str = option(text, "")
    remove_secret_id_file_after_reading: bool = option(flag, True)
    secret_id_response_wrapping_path: str = option(text, "")


class AppRole(Plain):
    """Logs in by the content of two files, or of one where the role binds no secret id."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(AppRoleOptions, basis.given)
        self._mount = basis.mount
        self._server = basis.server
        self._role_id = CredentialFile(options.role_id_file_path, "role id")
        self._secret_id: CredentialFile | None = None
        if options.secret_id_file_path:
            removes = options.remove_secret_id_file_after_reading
            self._secret_id = CredentialFile(options.secret_id_file_path, "secret id", removes=removes)
        elif options.secret_id_response_wrapping_path:
            raise basis.given.lacking("secret_id_file_path")
        self._wrapping_path = options.secret_id_response_wrapping_path.strip("/")
        self._unwrapped = ("", "")
        """The last wrapping token, and what was in it."""

    @property
    def given_at(self) -> float | None:  # type: ignore[override]
        """When the newer of the two was written; None without a secret id."""
        if self._secret_id is None:
            return None
        given_at = self._secret_id.given_at
        return given_at if given_at == GONE else max(given_at, self._role_id.given_at)

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`, `ClientError`."""
        body = {"role_id": await self._role_id.read()}
        if self._secret_id is not None:
            found = await self._secret_id.read()
            body["secret_id"] = await self._inside(found) if self._wrapping_path else found
        return LoginRequest(f"{self._mount}/login", body)

    async def used(self) -> None:
        """Remove the secret id."""
        if self._secret_id is not None:
            await self._secret_id.used()

    async def _inside(self, wrapping: str) -> str:
        """The secret id in a wrapping token, which is opened but once."""
        before, inside = self._unwrapped
        if wrapping == before:
            return inside
        await check_origin(self._server, wrapping, self._wrapping_path)
        answer = await self._server.ask("PUT", "sys/wrapping/unwrap", token=wrapping)
        secret_id = _data(answer).get("secret_id")
        if not isinstance(secret_id, str) or not secret_id:
            raise LoginError("there is no secret id in the wrapping token")
        self._unwrapped = (wrapping, secret_id)
        await self.used()  # of no more use to anybody, whatever becomes of the login
        return secret_id


async def check_origin(server: Asking, wrapping: str, path: str) -> None:
    """Check which request made a wrapping token, before it is opened, and that nobody has opened it.

    Somebody who opened it on its way could have wrapped something again, but only at another path.

    Raises: `LoginError`, `ClientError`.

    Source: https://openbao.org/docs/concepts/response-wrapping/
    """
    try:
        answer = await server.ask("GET", "sys/wrapping/lookup", token=wrapping)
    except (BadRequest, Denied) as error:
        log.error("SECURITY: a secret id comes in a wrapping token that isn't valid any more", path=path)
        raise LoginError("the wrapping token has ended, or somebody else has opened it: ask for another one") from error
    found = str(_data(answer).get("creation_path", "")).strip("/")
    if found != path:
        log.error("SECURITY: a secret id comes in a wrapping token of another path", expected=path, found=found)
        raise LoginError(f"the wrapping token was made at {found}, and not at {path}: it may have been exchanged")


def _data(answer: Any) -> dict[str, Any]:
    data = answer.get("data") if isinstance(answer, dict) else None
    return data if isinstance(data, dict) else {}
