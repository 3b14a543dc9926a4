"""Asks IAM and STS.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/, https://docs.aws.amazon.com/STS/latest/APIReference/
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import structlog

from strongroom.engines.aws.reach import Reach, reach_of
from strongroom.engines.aws.records import RootConfig
from strongroom.lib.aws import AwsApi, AwsBusy, AwsRefused, Call, Credentials, CredentialSources, Element, Target
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Breakers

log = structlog.get_logger("aws")

IAM_VERSION, STS_VERSION = "2010-05-08", "2011-06-15"
GONE = "NoSuchEntity"
UNKNOWN_KEY = frozenset({"InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", "AuthFailure"})
"""What AWS says of a key that it doesn't know, or not yet, or not with this secret."""
_NOT_TWICE = frozenset({"CreateAccessKey"})
"""Actions that would leave something behind if they were repeated after they had been carried out."""
_MOST_PAGES = 20
_MOST_ITEMS = 2000
"""Of all pages: more than AWS lets a user or a group have of anything."""
_SESSION_S = 900


class AwsCalls:
    """AWS, as all mounts of the process ask it.

    Args:
        api: sends requests. sources: find the machine's credentials. environment: of the process.
    """

    def __init__(
        self,
        api: AwsApi | None = None,
        sources: CredentialSources | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.api = api or AwsApi()
        self.environment = os.environ if environment is None else environment
        self.breakers = Breakers("AWS")
        self.sources = sources or CredentialSources(self.environment, configured_at="config/root")

    async def ask(self, target: Target, key: Credentials, call: Call, retries: int) -> Element:
        """The outermost element of an answer.  A service that doesn't answer isn't waited for by each who asks.

        Raises: `AwsRefused`, `UpstreamFailed`.
        """
        with self.breakers.call(target.url):
            try:
                return await self.api.ask(target, key, call, retries)
            except AwsBusy as error:
                busy = error  # it has answered
        raise busy

    def account(self, config: RootConfig) -> AwsAccount:
        """The account that a mount is configured for."""
        return AwsAccount(self, reach_of(config, self.environment))


@dataclass(frozen=True, slots=True)
class AwsAccount:
    """An account of AWS."""

    calls: AwsCalls
    reach: Reach

    @property
    def digest(self) -> str:
        """A name for results that depend on how it is asked."""
        return self.reach.digest

    def by(self, key: Credentials) -> AwsAccount:
        """The same, asked by another key."""
        return AwsAccount(self.calls, msgspec.structs.replace(self.reach, keys=(key,), role_arn=""))

    async def iam(self, action: str, **parameters: str) -> Element:
        """The result of an action of IAM.  Raises `AwsRefused`, `UpstreamFailed`."""
        call = Call(action, IAM_VERSION, parameters, repeatable=action not in _NOT_TWICE)
        root = await self._asked(self.reach.iam, call)
        return root.child(f"{action}Result") or Element(f"{action}Result", "")

    async def listed(self, action: str, list_: str, **parameters: str) -> list[Element]:
        """All members of a list of IAM, of however many pages.  Raises `AwsRefused`, `UpstreamFailed`."""
        found: list[Element] = []
        marker: dict[str, str] = {}
        for _ in range(_MOST_PAGES):
            result = await self.iam(action, **parameters, **marker)
            found += result.items(list_)
            if len(found) > _MOST_ITEMS:
                raise UpstreamFailed("AWS gave no usable answer", detail=f"{action}: more than {_MOST_ITEMS} items")
            if result.value("IsTruncated") != "true" or not result.value("Marker"):
                return found
            marker = {"Marker": result.value("Marker")}
        raise UpstreamFailed("AWS gave no usable answer", detail=f"{action}: more than {_MOST_PAGES} pages")

    async def sts(self, action: str, **parameters: str) -> Element:
        """The result of an action of STS, of the first endpoint that answers.

        Raises: `AwsRefused`, `UpstreamFailed`.
        """
        call = Call(action, STS_VERSION, parameters)
        for place, target in enumerate(self.reach.sts):
            try:
                root = await self._asked(target, call)
            except Unreachable as error:
                if place == len(self.reach.sts) - 1:
                    raise
                log.warning("an endpoint of STS doesn't answer; the next is asked", url=target.url, reason=error.text)
            else:
                return root.child(f"{action}Result") or Element(f"{action}Result", "")
        raise AssertionError

    async def key(self) -> Credentials:
        """The first of the keys by which it is asked.  Raises `UpstreamFailed` if there is none."""
        return self.reach.keys[0] if self.reach.keys else await self.calls.sources.find()

    async def inside(self) -> AwsAccount:
        """The account of the role that is to be assumed, if there is one, by a session of a quarter of an hour.

        Raises: `AwsRefused`, `UpstreamFailed`.
        """
        reach = self.reach
        if not reach.role_arn:
            return self
        parameters = {
            "RoleArn": reach.role_arn,
            "RoleSessionName": reach.role_session_name or "strongroom",
            "DurationSeconds": str(_SESSION_S),
        }
        if reach.external_id:
            parameters["ExternalId"] = reach.external_id
        return self.by(session_of(await self.sts("AssumeRole", **parameters), "AssumeRole"))

    async def _asked(self, target: Target, call: Call) -> Element:
        keys = self.reach.keys or (await self.calls.sources.find(),)
        for place, key in enumerate(keys):
            try:
                return await self.calls.ask(target, key, call, self.reach.retries)
            except AwsRefused as error:
                if error.code not in UNKNOWN_KEY or place == len(keys) - 1:
                    raise
        raise AssertionError


def session_of(result: Element, action: str) -> Credentials:
    """The credentials in a result of STS.  Raises `UpstreamFailed` if there are none."""
    found = result.child("Credentials")
    if found is None or not (found.value("AccessKeyId") and found.value("SecretAccessKey")):
        raise UpstreamFailed("AWS gave no usable answer", detail=action)
    return Credentials(found.value("AccessKeyId"), found.value("SecretAccessKey"), found.value("SessionToken"))


def key_of(result: Element) -> Credentials:
    """The key in a result of `CreateAccessKey`.  Raises `UpstreamFailed` if there is none."""
    found = result.child("AccessKey")
    if found is None or not (found.value("AccessKeyId") and found.value("SecretAccessKey")):
        raise UpstreamFailed("AWS gave no usable answer", detail="CreateAccessKey")
    return Credentials(found.value("AccessKeyId"), found.value("SecretAccessKey"))


def members(name: str, values: tuple[str, ...], *, field: str = "") -> dict[str, str]:
    """A list as the query protocol has it: `Name.member.1`."""
    suffix = f".{field}" if field else ""
    return {f"{name}.member.{place}{suffix}": value for place, value in enumerate(values, 1)}


def tags_of(pairs: Mapping[str, str]) -> dict[str, str]:
    """Tags as the query protocol has them: `Tags.member.1.Key`."""
    out: dict[str, str] = {}
    for place, (key, value) in enumerate(pairs.items(), 1):
        out |= {f"Tags.member.{place}.Key": key, f"Tags.member.{place}.Value": value}
    return out
