"""Credentials: a user of IAM under a lease, or a session of STS.

Source: https://developer.hashicorp.com/vault/api-docs/secret/aws#generate-credentials
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

import msgspec

from strongroom.engines.aws import sessions, users
from strongroom.engines.aws.calls import AwsAccount, AwsCalls
from strongroom.engines.aws.choice import checked_arn, credential_type, lifetime
from strongroom.engines.aws.paths_roles import role_of
from strongroom.engines.aws.paths_root import root_of
from strongroom.engines.aws.records import (
    ASSUMED_ROLE,
    FEDERATION_TOKEN,
    IAM_USER,
    LEASE,
    SESSION_TOKEN,
    LeaseConfig,
    Role,
)
from strongroom.engines.aws.usability import wait_until_usable
from strongroom.engines.aws.usernames import MOST, new_name, plain, values_of
from strongroom.sdk import SECRET, Body, Doc, Duration, Lease, Made, Random, Request, Response, path, uuid4


class CredsFields(Body, frozen=True):
    """What a session is to be."""

    role_arn: Annotated[str, Doc(description="The role to assume, if the role here allows several.")] = ""
    role_session_name: Annotated[str, Doc(description="The name of the session; cut at 64 characters.")] = ""
    ttl: Annotated[Duration | None, Doc(description="How long the session lasts. An hour, if nobody says.")] = None
    mfa_code: Annotated[str, Doc(description="For `session_token`: the MFA device's code.", extra=SECRET)] = ""


POLICY_NAME = 128
"""Characters of the name of an inline policy.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
"""


class CredsPaths:
    """`creds/:name`, `sts/:name`"""

    calls: AwsCalls
    random: Random

    @path.read("creds/{name}")
    async def read_creds(self, request: Request, name: str, body: CredsFields) -> Response:
        """Makes credentials of a role."""
        return await self._issued(request, name, body, by_sts=False)

    @path.write("creds/{name}")
    async def write_creds(self, request: Request, name: str, body: CredsFields) -> Response:
        """Makes credentials of a role."""
        return await self._issued(request, name, body, by_sts=False)

    @path.read("sts/{name}")
    async def read_sts(self, request: Request, name: str, body: CredsFields) -> Response:
        """Makes credentials of a role."""
        return await self._issued(request, name, body, by_sts=True)

    @path.write("sts/{name}")
    async def write_sts(self, request: Request, name: str, body: CredsFields) -> Response:
        """Makes credentials of a role."""
        return await self._issued(request, name, body, by_sts=True)

    async def _issued(self, request: Request, name: str, body: CredsFields, *, by_sts: bool) -> Response:
        role = await role_of(request, name)
        config = await root_of(request)
        kind = credential_type(role, by_sts=by_sts)
        named = "STS" if kind == FEDERATION_TOKEN else "IAM"
        display_name = request.client.display_name if request.client is not None else ""
        values = values_of(named, display_name, name)
        # A session that the client names, and one of the root user, need none.
        is_named = kind == SESSION_TOKEN or (kind == ASSUMED_ROLE and body.role_session_name)
        username = (
            ""
            if is_named
            else request.once(
                f"name by {config.username_template!r}",
                lambda: new_name(config.username_template, values, self.random, request.now),
            )
        )
        if kind == IAM_USER:
            again = await request.reusable(f"role/{name}", role_digest(role)) if role.reuse else None
            return again or await self._planned(request, name, role, username)
        wish = sessions.SessionWish(
            type=kind,
            name=(plain(body.role_session_name)[: MOST["IAM"]] if kind == ASSUMED_ROLE else "") or username,
            ttl_s=lifetime(body.ttl, role, request.mount.max_lease_ttl_s),
            role_arn=checked_arn(name, role, body.role_arn) if kind == ASSUMED_ROLE else "",
            mfa_code=body.mfa_code,
        )
        return self._opened(request, self.calls.account(config), role, wish)

    def _opened(self, request: Request, account: AwsAccount, role: Role, wish: sessions.SessionWish) -> Response:
        digest = hashlib.sha256(msgspec.msgpack.encode((account.digest, role, wish))).hexdigest()
        work = lambda: sessions.open_session(account, role, wish, request.now)  # noqa: E731
        found = request.once.outside(f"session {digest}", work)
        arn = {"arn": found.arn} if found.arn else {}
        data = {
            **_shown(found.key.access_key, found.key.secret_key, found.key.session_token),
            **arn,
            "ttl": found.ttl_s,
        }
        # AWS ends it by itself, and no call of AWS ends it earlier: a lease would only pretend that.
        return Response(data=data | {"revocable": False}, hint_ttl_s=found.ttl_s, warnings=list(found.warnings))

    async def _planned(self, request: Request, name: str, role: Role, username: str) -> Response:
        times = await request.view.read(LEASE, LeaseConfig) or LeaseConfig()
        account = self.calls.account(await root_of(request))
        self.calls.breakers.check(account.reach.iam.url)
        plan = users.UserPlan(
            username=username,
            mark=request.once("mark", lambda: uuid4(self.random)),
            planned_at=request.now,
            role=name[:POLICY_NAME],
            path=role.user_path,
            boundary_arn=role.permissions_boundary_arn,
            policy_arns=role.policy_arns,
            policy_document=role.policy_document,
            groups=role.iam_groups,
            tags=role.iam_tags,
            wait_s=role.wait_usable,
        )
        lease = Lease(
            ttl_s=times.lease_s,
            max_ttl_s=times.lease_max_s,
            internal=msgspec.to_builtins(plan),
            planned=True,
            group=f"role/{name}",
            ceiling=role.max_leases,
            account=username,
            owner=role.lease_owner,
            reuse=role_digest(role) if role.reuse else "",
        )
        return Response(data={}, lease=lease)

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make the user of a lease."""
        plan = msgspec.convert(lease, users.UserPlan)
        account = self.calls.account(await root_of(request))
        made = request.once.outside("make", lambda: users.make(account, plan))
        warnings: tuple[str, ...] = ()
        if plan.wait_s:
            work = lambda: wait_until_usable(account, made.key, plan.wait_s)  # noqa: E731
            warnings = request.once.outside("wait", work)
        known = {"user_id": made.user_id, "arn": made.arn}
        return Made(data=_shown(made.key.access_key, made.key.secret_key, None), internal=known, warnings=warnings)

    async def renew(self, request: Request, lease: dict[str, Any], increment_s: int) -> int:
        """The seconds to grant: what the client wants, or the mount's `lease`."""
        times = await request.view.read(LEASE, LeaseConfig) or LeaseConfig()
        return increment_s or times.lease_s

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Delete the user of a lease."""
        plan = msgspec.convert(lease, users.UserPlan)
        account = self.calls.account(await root_of(request))
        work = lambda: users.delete(account, plan, request.now)  # noqa: E731
        request.once.outside(f"delete {account.digest}", work)


def role_digest(role: Role) -> str:
    """What requests have in common that may be given the same user."""
    return hashlib.sha256(msgspec.msgpack.encode(role)).hexdigest()


def _shown(access_key: str, secret_key: str, token: str | None) -> dict[str, Any]:
    """The key, with its token by both names: older templates read `security_token`, newer ones `session_token`."""
    return {"access_key": access_key, "secret_key": secret_key, "session_token": token, "security_token": token}
