"""Logging in by an identity of Google Cloud: a service account's (`iam`), or the machine's (`gce`).

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/methods/gcp
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import option, read, text
from strongroom.client.login.error import LoginError
from strongroom.client.login.gcp import (
    DEFAULT_ACCOUNT,
    DEFAULT_LIFE,
    account_key,
    iam_audience,
    life_s,
    machine_token,
    signed_token,
)
from strongroom.lib.outgoing.threads import in_thread


@dataclass(frozen=True, slots=True)
class GcpOptions:
    """`config` of `method "gcp"`.

    Attributes:
        credentials: a service account's key, as JSON.
        jwt_exp: how long a signed token is valid, in minutes.
        project: accepted; a service account's name holds its project.
    """

    type: str = option(text)
    role: str = option(text)
    credentials: str = option(text, "", secret=True)
    service_account: str = option(text, "")
    jwt_exp: str = option(text, DEFAULT_LIFE)
    project: str = option(text, "")


class Gcp(Plain):
    """Logs in by a token that Google, or a service account, has signed."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(GcpOptions, basis.given)
        if options.type not in {"gce", "iam"}:
            raise basis.given.wrong("type", f'expected "gce" or "iam", found "{options.type[:64]}"')
        try:
            self._life_s = life_s(options.jwt_exp)
        except LoginError as error:
            raise basis.given.wrong("jwt_exp", str(error)) from error
        self._options = options
        self._path = f"{basis.mount}/login"
        self._environment = basis.environment

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`."""
        token = await in_thread(self._of_machine if self._options.type == "gce" else self._of_account)
        return LoginRequest(self._path, {"role": self._options.role, "jwt": token})

    def _of_machine(self) -> str:
        account = self._options.service_account or DEFAULT_ACCOUNT
        return machine_token(self._environment, iam_audience(self._options.role), account)

    def _of_account(self) -> str:
        options = self._options
        key = account_key(options.credentials, self._environment)
        if key is None and not options.service_account:
            raise LoginError("there is no service account to log in as: give credentials or service_account")
        return signed_token(self._environment, key, options.service_account, options.role, self._life_s)
