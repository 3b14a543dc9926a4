"""Logging in by an identity of AWS: a signed request (`iam`), or the document of an instance (`ec2`).

Source: https://developer.hashicorp.com/vault/docs/agent-and-proxy/autoauth/methods/aws
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import structlog

from strongroom.agent.methods.method import Basis, LoginRequest, Plain
from strongroom.agent.options import option, read, seconds, text
from strongroom.client.login.aws import AwsKeys, endpoint, found_keys, instance_document, signed_request
from strongroom.client.login.error import LoginError
from strongroom.lib.outgoing.threads import in_thread

log = structlog.get_logger("auth.aws")


@dataclass(frozen=True, slots=True)
class AwsOptions:
    """`config` of `method "aws"`.

    Attributes:
        region: whose token service the signed request is for; the global one without it.
        credential_poll_interval: how often new keys of the machine are looked for, in seconds.
        nonce: what proves to the server that it is the same instance that logs in again.
    """

    type: str = option(text)
    role: str = option(text)
    credential_poll_interval: float = option(seconds, 60.0)
    access_key: str = option(text, "")
    secret_key: str = option(text, "", secret=True)
    session_token: str = option(text, "", secret=True)
    region: str = option(text, "")
    header_value: str = option(text, "")
    nonce: str = option(text, "", secret=True)


class Aws(Plain):
    """Logs in by what AWS says about who this is."""

    def __init__(self, basis: Basis) -> None:
        options, self.notices = read(AwsOptions, basis.given)
        given = basis.given
        if options.type not in {"iam", "ec2"}:
            raise given.wrong("type", f'expected "iam" or "ec2", found "{options.type[:64]}"')
        if bool(options.access_key) != bool(options.secret_key):
            raise given.lacking("secret_key" if options.access_key else "access_key")
        try:
            self._endpoint = endpoint(options.region)
        except LoginError as error:
            raise given.wrong("region", str(error)) from error
        self._options = options
        self._path = f"{basis.mount}/login"
        self._environment = basis.environment
        self._fixed = AwsKeys(options.access_key, options.secret_key, options.session_token)
        self._last: AwsKeys | None = None
        # In memory alone, so that another process of this instance is another client.
        self._nonce = options.nonce or str(uuid.uuid4())
        signs = options.type == "iam" and not options.access_key
        self.poll_s = options.credential_poll_interval if signs else None

    async def login(self) -> LoginRequest:
        """The request of a login.  Raises `LoginError`."""
        proof = await in_thread(self._document if self._options.type == "ec2" else self._signed)
        return LoginRequest(self._path, {"role": self._options.role, **proof})

    async def renewed(self) -> bool:
        """Whether the machine has other keys than those of the last login."""
        try:
            keys = await in_thread(lambda: found_keys("give access_key and secret_key"))
        except LoginError as error:
            log.warning("new credentials can't be looked for", reason=str(error))
            return False
        renewed = self._last is not None and keys != self._last
        self._last = keys
        return renewed

    def _document(self) -> dict[str, str]:
        return {**instance_document(self._environment), "nonce": self._nonce}

    def _signed(self) -> dict[str, str]:
        self._last = self._fixed if self._fixed.access else found_keys("give access_key and secret_key")
        return signed_request(self._last, self._endpoint, self._options.region, self._options.header_value)
