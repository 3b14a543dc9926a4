"""Credentials for AWS, and where they come from if none are configured.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#configure-client
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.lib.outgoing import Http

METADATA_URL = "http://169.254.169.254"
"""The instance metadata service, which only this machine reaches.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
"""
_METADATA_S = 2.0
_KEPT_S = 240.0
"""AWS renews them five minutes before they end, or earlier."""
_NAMES = (
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("AWS_ACCESS_KEY", "AWS_SECRET_KEY"),
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


class CredentialSources:
    """Finds the machine's own credentials: in the environment, or else from the instance's metadata.

    Args:
        environment: of the process. metadata_url: of the instance metadata service. clock: seconds, of a clock that
            never goes back. configured_at: the path where an access key can be configured, for the error.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        metadata_url: str = METADATA_URL,
        clock: Callable[[], float] = time.monotonic,
        configured_at: str = "config/client",
    ) -> None:
        self._configured_at = configured_at
        self._environment = os.environ if environment is None else environment
        self._url = self._environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "").rstrip("/") or metadata_url
        self._clock = clock
        self._kept: Credentials | None = None
        self._kept_until = 0.0
        self._http = Http("the instance metadata service", total_s=_METADATA_S)

    async def find(self) -> Credentials:
        """The credentials.  Raises `UpstreamFailed` if there are none."""
        for access, secret in _NAMES:
            if self._environment.get(access) and self._environment.get(secret):
                token = self._environment.get("AWS_SESSION_TOKEN", "")
                return Credentials(self._environment[access], self._environment[secret], token)
        if self._environment.get("AWS_EC2_METADATA_DISABLED", "").lower() == "true":
            raise self._none()
        if self._kept is not None and self._clock() < self._kept_until:
            return self._kept
        try:
            self._kept = await self._of_instance()
        except UpstreamFailed as error:
            raise self._none() from error
        self._kept_until = self._clock() + _KEPT_S
        return self._kept

    async def _of_instance(self) -> Credentials:
        headers = {"x-aws-ec2-metadata-token-ttl-seconds": "60"}
        token = await self._http.ask("PUT", f"{self._url}/latest/api/token", headers=headers, direct=True)
        if token.status != 200:
            raise UpstreamFailed("the instance metadata service gave no token")
        headers = {"x-aws-ec2-metadata-token": token.body.decode("ascii", "replace").strip()}
        base = f"{self._url}/latest/meta-data/iam/security-credentials/"
        role = await self._http.ask("GET", base, headers=headers, direct=True)
        name = role.body.decode("ascii", "replace").split("\n")[0].strip()
        if role.status != 200 or not name:
            raise UpstreamFailed("the instance has no role")
        reply = await self._http.ask("GET", base + quote(name, safe=""), headers=headers, direct=True)
        try:
            found = json.loads(reply.body)
            return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["Token"])
        except (InvalidRequest, KeyError, TypeError) as error:
            raise UpstreamFailed("the instance metadata service gave no credentials") from error

    def _none(self) -> UpstreamFailed:
        return UpstreamFailed(
            f"there are no AWS credentials: neither access_key and secret_key in {self._configured_at}, nor "
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the server's environment, nor a role of the instance"
        )
