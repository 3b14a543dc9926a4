"""Logging in by an identity of Azure: the machine's, or an application's.

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/methods/azure
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import flag, option, read, text
from strongroom.client.login.azure import application_token, identity_token, machine
from strongroom.client.login.error import LoginError
from strongroom.lib.outgoing.threads import in_thread

log = structlog.get_logger("auth.azure")


@dataclass(frozen=True, slots=True)
class AzureOptions:
    """`config` of `method "azure"`.

    Attributes:
        resource: what the token is for.
        authenticate_from_environment: log in as the application that the environment names, and not as the machine.
        scope: of that application's token.
    """

    role: str = option(text)
    resource: str = option(text)
    object_id: str = option(text, "")
    client_id: str = option(text, "")
    authenticate_from_environment: bool = option(flag, False)
    scope: str = option(text, "")


class Azure(Plain):
    """Logs in by a token of Entra ID, and by what the machine is."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(AzureOptions, basis.given)
        if options.object_id and options.client_id:
            raise basis.given.wrong("object_id", "expected none beside client_id, found both")
        self._options = options
        self._path = f"{basis.mount}/login"
        self._environment = basis.environment

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`."""
        proof = await in_thread(self._application if self._options.authenticate_from_environment else self._own)
        return LoginRequest(self._path, {"role": self._options.role, **proof})

    def _own(self) -> dict[str, str]:
        options = self._options
        identity = {name: getattr(options, name) for name in ("object_id", "client_id") if getattr(options, name)}
        token = identity_token(self._environment, options.resource, identity)
        return {"jwt": token, **machine(self._environment)}

    def _application(self) -> dict[str, str]:
        scope = self._options.scope or f"{self._options.resource}/.default"
        token = application_token(self._environment, scope)
        try:
            return {"jwt": token, **machine(self._environment)}
        except LoginError as error:
            log.info("the login goes without a description of the machine", reason=str(error))
            return {"jwt": token}
