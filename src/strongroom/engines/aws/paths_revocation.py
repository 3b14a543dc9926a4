"""`roles/:name/revoke-sessions`: denies everything to sessions that were issued before now.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html,
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from strongroom.engines.aws.calls import AwsAccount, AwsCalls
from strongroom.engines.aws.choice import checked_arn
from strongroom.engines.aws.paths_roles import role_of
from strongroom.engines.aws.paths_root import root_of
from strongroom.engines.aws.policies import denial_before
from strongroom.engines.aws.records import ASSUMED_ROLE, STS_TYPES
from strongroom.lib.aws import parse_principal
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import Body, Doc, Request, Response, path

POLICY = "AWSRevokeOlderSessions"
"""The name that AWS's console gives to such a policy."""
_ALL = (
    "sessions of every role with federation_token or session_token are ended: they have the permissions of the user in "
    "config/root, whose key isn't affected"
)
_NO_SESSIONS = "the role makes users, which end with their leases: use sys/leases/revoke-prefix"


class RevocationFields(Body, frozen=True):
    """Whose sessions are ended."""

    role_arn: Annotated[str, Doc(description="The role of AWS. All roles that the role here allows, if empty.")] = ""


class RevocationPaths:
    """`roles/:name/revoke-sessions`"""

    calls: AwsCalls

    @path.write("roles/{name}/revoke-sessions")
    async def revoke_sessions(self, request: Request, name: str, body: RevocationFields) -> Response:
        """Denies everything to sessions that were issued before now.

        It is a policy of the role of AWS, or of the user in `config/root`. All its sessions are ended, whoever asked
        for them.
        """
        role = await role_of(request, name)
        if not STS_TYPES.intersection(role.credential_types):
            raise InvalidRequest(_NO_SESSIONS)
        moment = int(request.now) + 1
        data = {"revoked_before": datetime.fromtimestamp(moment, UTC).isoformat()}
        account = self.calls.account(await root_of(request))
        if ASSUMED_ROLE not in role.credential_types:
            request.once.outside(f"deny {account.digest}", lambda: _deny_own(account, moment))
            return Response(data=data, warnings=[_ALL])
        arns = (checked_arn(name, role, body.role_arn),) if body.role_arn else role.role_arns
        request.once.outside(f"deny {account.digest} {arns}", lambda: _deny(account, arns, moment))
        return Response(data={**data, "role_arns": list(arns)})


async def _deny(account: AwsAccount, arns: tuple[str, ...], moment: float) -> None:
    own = (await account.sts("GetCallerIdentity")).value("Account")
    roles = [parse_principal(arn) for arn in arns]
    for role in roles:
        if role.account != own:
            text = f"{role.canonical} is in another account, where this server has no say; end its sessions there"
            raise InvalidRequest(text)
    for role in roles:
        document = denial_before(moment)
        await account.iam("PutRolePolicy", RoleName=role.name, PolicyName=POLICY, PolicyDocument=document)


async def _deny_own(account: AwsAccount, moment: float) -> None:
    user = (await account.iam("GetUser")).value("User", "UserName")
    if not user:
        raise UpstreamFailed("AWS gave no usable answer", detail="GetUser")
    await account.iam("PutUserPolicy", UserName=user, PolicyName=POLICY, PolicyDocument=denial_before(moment))
