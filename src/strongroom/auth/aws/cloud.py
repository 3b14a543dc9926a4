"""What is asked of AWS, with which credentials.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from strongroom.auth.aws.iam_request import Caller, Relayed, caller_of, refusal
from strongroom.auth.aws.records import ClientConfig, StsRole
from strongroom.lib.aws import (
    AwsApi,
    AwsRefused,
    Call,
    Credentials,
    CredentialSources,
    Element,
    Principal,
    Target,
    ec2_target,
    iam_target,
    parse_principal,
    parse_xml,
    sts_target,
)
from strongroom.lib.aws.api import TOTAL_S, error_code
from strongroom.lib.errors import InvalidRequest, UpstreamFailed

IAM_VERSION, STS_VERSION, EC2_VERSION = "2010-05-08", "2011-06-15", "2016-11-15"
_SESSION_S = 3600
_EARLIER_S = 300
_MOST_SESSIONS = 256


class Access(msgspec.Struct, frozen=True):
    """With what an account is looked into."""

    config: ClientConfig
    sts: StsRole | None = None
    """The role to assume; None to look with the configured credentials themselves."""

    @property
    def digest(self) -> str:
        """A name for results that depend on it."""
        return hashlib.sha256(msgspec.msgpack.encode((self.config, self.sts))).hexdigest()

    def __repr__(self) -> str:
        return "Access(…)"


class Known(msgspec.Struct, frozen=True):
    """A user or role, as IAM has it."""

    arn: str
    unique_id: str


class Instance(msgspec.Struct, frozen=True):
    """An instance, as EC2 has it."""

    id: str
    account: str
    state: str
    ami: str
    vpc: str
    subnet: str
    profile_arn: str
    tags: dict[str, str] = {}


@dataclass(slots=True)
class _Session:
    credentials: Credentials
    until: float


class Cloud:
    """AWS, as this method asks it; one for all mounts of a process.

    Args:
        api: sends requests. sources: find the machine's credentials. clock: seconds, of a clock that never goes back.
    """

    def __init__(
        self,
        api: AwsApi | None = None,
        sources: CredentialSources | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.api = api or AwsApi()
        self._sources = sources or CredentialSources()
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    async def caller(self, request: Relayed) -> Caller:
        """Who signed a request.

        Raises: `InvalidRequest` if AWS doesn't accept the signature; `UpstreamFailed` if there is no usable answer.
        """
        headers = {**request.headers, "host": request.host, "accept": "text/xml"}
        async with self.api.slots.place(request.url.split("?")[0], total_s=TOTAL_S):
            reply = await self.api.http.ask(request.method, request.url, headers=headers, content=request.body or None)
        if 400 <= reply.status < 500:
            raise InvalidRequest(refusal(request, error_code(reply.body)), detail=f"status {reply.status}")
        kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
        if reply.status != 200 or kind not in {"text/xml", "application/xml"}:
            raise UpstreamFailed("AWS STS gave no usable answer", detail=f"status {reply.status}, {kind[:40]}")
        return caller_of(parse_xml(reply.body))

    async def known(self, access: Access, principal: Principal) -> Known:
        """The user or role that a principal is, with its path and unique id.  Raises `UpstreamFailed`."""
        kind = {"user": "User", "role": "Role", "assumed-role": "Role"}[principal.type]
        call = Call(f"Get{kind}", IAM_VERSION, {f"{kind}Name": principal.name})
        root = await self._iam(access, principal.partition, call)
        found = root.child(f"Get{kind}Result", kind)
        if found is None:
            raise UpstreamFailed("AWS IAM gave no usable answer", detail=call.action)
        known = Known(found.value("Arn"), found.value(f"{kind}Id"))
        _check_known(principal, known)
        return known

    async def profile_roles(self, access: Access, profile_arn: str) -> tuple[str, ...]:
        """The ARNs of the roles of an instance profile.  Raises `UpstreamFailed`."""
        profile = parse_principal(profile_arn)
        call = Call("GetInstanceProfile", IAM_VERSION, {"InstanceProfileName": profile.name})
        root = await self._iam(access, profile.partition, call)
        roles = root.items("GetInstanceProfileResult", "InstanceProfile", "Roles")
        return tuple(each.value("Arn") for each in roles)

    async def instance(self, access: Access, region: str, id_: str) -> Instance:
        """An instance.  Raises `InvalidRequest` if there is none, `UpstreamFailed`."""
        target = ec2_target(access.config.endpoint, region)
        call = Call("DescribeInstances", EC2_VERSION, {"InstanceId.1": id_})
        try:
            root = await self._asked(access, target, call)
        except AwsRefused as error:
            if error.code.startswith("InvalidInstanceID"):
                raise InvalidRequest(f'AWS has no instance "{id_}" in {region}') from error
            raise
        found = [
            _instance(item, reservation.value("ownerId"))
            for reservation in root.items("reservationSet")
            for item in reservation.items("instancesSet")
        ]
        if len(found) != 1 or found[0].id != id_:
            raise InvalidRequest(f'AWS has no instance "{id_}" in {region}')
        return found[0]

    async def new_key(self, access: Access) -> Credentials:
        """Another access key for the user of the configured one.  Raises `UpstreamFailed`."""
        call = Call("CreateAccessKey", IAM_VERSION, {"UserName": await self._own_user(access)})
        root = await self._iam(access, "aws", call)
        key = root.child("CreateAccessKeyResult", "AccessKey")
        if key is None or not key.value("SecretAccessKey"):
            raise UpstreamFailed("AWS IAM gave no usable answer", detail=call.action)
        return Credentials(key.value("AccessKeyId"), key.value("SecretAccessKey"))

    async def delete_key(self, access: Access, access_key: str) -> None:
        """Delete another key of the same user; one that is gone already is fine.  Raises `UpstreamFailed`."""
        parameters = {"UserName": await self._own_user(access), "AccessKeyId": access_key}
        try:
            await self._iam(access, "aws", Call("DeleteAccessKey", IAM_VERSION, parameters))
        except AwsRefused as error:
            if error.code != "NoSuchEntity":
                raise

    async def _own_user(self, access: Access) -> str:
        root = await self._iam(access, "aws", Call("GetUser", IAM_VERSION))
        name = root.value("GetUserResult", "User", "UserName")
        if not name:
            raise UpstreamFailed("AWS IAM gave no usable answer", detail="GetUser")
        return name

    async def _iam(self, access: Access, partition: str, call: Call) -> Element:
        return await self._asked(access, iam_target(access.config.iam_endpoint, partition), call)

    async def _asked(self, access: Access, target: Target, call: Call) -> Element:
        return await self.api.ask(target, await self._credentials(access), call, access.config.max_retries)

    async def _credentials(self, access: Access) -> Credentials:
        config = access.config
        if config.access_key and config.secret_key:
            own = Credentials(config.access_key, config.secret_key)
        else:
            own = await self._sources.find()
        if access.sts is None:
            return own
        kept = self._sessions.get(access.digest)
        if kept is not None and kept.until > self._clock():
            return kept.credentials
        return await self._assumed(access, access.sts, own)

    async def _assumed(self, access: Access, sts: StsRole, own: Credentials) -> Credentials:
        parameters = {"RoleArn": sts.role_arn, "RoleSessionName": "strongroom", "DurationSeconds": str(_SESSION_S)}
        if sts.external_id:
            parameters["ExternalId"] = sts.external_id
        target = sts_target(access.config.sts_endpoint, access.config.sts_region)
        call = Call("AssumeRole", STS_VERSION, parameters)
        root = await self.api.ask(target, own, call, access.config.max_retries)
        found = root.child("AssumeRoleResult", "Credentials")
        if found is None or not found.value("SecretAccessKey"):
            raise UpstreamFailed("AWS STS gave no usable answer", detail=call.action)
        keys = Credentials(found.value("AccessKeyId"), found.value("SecretAccessKey"), found.value("SessionToken"))
        self._sessions[access.digest] = _Session(keys, self._clock() + _SESSION_S - _EARLIER_S)
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return keys


def _check_known(principal: Principal, known: Known) -> None:
    """Raise `InvalidRequest` if IAM knows that name in another account: the credentials see only their own."""
    found = parse_principal(known.arn)
    if not known.unique_id or found.canonical != principal.canonical:
        raise InvalidRequest(
            f'AWS IAM was asked for "{principal.canonical}" and knows "{found.canonical}"; for another account, '
            f"configure a role to assume: config/sts/{principal.account}"
        )


def _instance(item: Element, owner: str) -> Instance:
    return Instance(
        id=item.value("instanceId"),
        account=owner,
        state=item.value("instanceState", "name"),
        ami=item.value("imageId"),
        vpc=item.value("vpcId"),
        subnet=item.value("subnetId"),
        profile_arn=item.value("iamInstanceProfile", "arn"),
        tags={tag.value("key"): tag.value("value") for tag in item.items("tagSet")},
    )
