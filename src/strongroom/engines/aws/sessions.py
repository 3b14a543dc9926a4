"""Sessions of STS: of a role, of a federated user, of the root user itself.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote_plus

import msgspec

from strongroom.engines.aws.calls import AwsAccount, members, session_of, tags_of
from strongroom.engines.aws.policies import combined
from strongroom.engines.aws.records import ASSUMED_ROLE, FEDERATION_TOKEN, Role
from strongroom.lib.aws import Credentials, Element
from strongroom.lib.errors import InvalidRequest

CHAINED_S = 3600
"""The longest session of a role that was assumed from a role.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""
CHAINED = "the session ends after an hour, which is AWS's limit for a role that is assumed from a role"
_OF_A_ROLE = (
    "AWS gives no {} to a role: config/root has no access key of a user, so this server asks as the role of its machine"
)


class SessionWish(msgspec.Struct, frozen=True):
    """What a client wants."""

    type: str
    name: str
    """Of the session or the federated user."""
    ttl_s: int
    role_arn: str = ""
    mfa_code: str = ""


class Session(msgspec.Struct, frozen=True):
    """What a client gets."""

    key: Credentials
    ttl_s: int
    arn: str = ""
    warnings: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Session({self.arn})"


async def open_session(account: AwsAccount, role: Role, wish: SessionWish, now: float) -> Session:
    """Ask STS for a session.  Raises `InvalidRequest` for what AWS can't give, `UpstreamFailed`."""
    of_a_role = bool((await account.key()).session_token)
    if of_a_role and wish.type != ASSUMED_ROLE:
        raise InvalidRequest(_OF_A_ROLE.format(wish.type))
    ttl_s = min(wish.ttl_s, CHAINED_S) if of_a_role else wish.ttl_s
    action, parameters = await _asked(account, role, wish)
    result = await account.sts(action, **parameters, DurationSeconds=str(ttl_s))
    return Session(
        key=session_of(result, action),
        ttl_s=left_s(result, ttl_s, now),
        arn=result.value("AssumedRoleUser", "Arn"),
        warnings=(CHAINED,) if ttl_s < wish.ttl_s else (),
    )


async def _asked(account: AwsAccount, role: Role, wish: SessionWish) -> tuple[str, dict[str, str]]:
    """The action and its parameters."""
    if wish.type not in {ASSUMED_ROLE, FEDERATION_TOKEN}:
        device = {"SerialNumber": role.mfa_serial_number} if role.mfa_serial_number else {}
        return "GetSessionToken", device | ({"TokenCode": wish.mfa_code} if wish.mfa_code else {})
    documents, arns = await _of_groups(account, role.iam_groups)
    document = combined([*documents, role.policy_document]) if documents else role.policy_document
    arns = (*role.policy_arns, *arns)
    filtered = ({"Policy": document} if document else {}) | members("PolicyArns", arns, field="arn")
    if role.iam_groups and not filtered:
        # Who takes the last policy away from a group means less than before, and a session without a filter has more.
        raise InvalidRequest("the groups of the role have no policies now, so nothing would limit the session")
    if wish.type == ASSUMED_ROLE:
        named = {"RoleArn": wish.role_arn, "RoleSessionName": wish.name, **tags_of(role.session_tags)}
        return "AssumeRole", named | filtered | ({"ExternalId": role.external_id} if role.external_id else {})
    if not filtered:  # its permissions would be those of this server
        text = f"must specify at least one of policy_arns or policy_document with {FEDERATION_TOKEN} credential_type"
        raise InvalidRequest(text)
    return "GetFederationToken", {"Name": wish.name, **filtered}


async def _of_groups(account: AwsAccount, groups: tuple[str, ...]) -> tuple[list[str], tuple[str, ...]]:
    """The inline policies of groups, and the ARNs of those that are attached to them."""
    documents: list[str] = []
    arns: list[str] = []
    for group in groups:
        attached = await account.listed("ListAttachedGroupPolicies", "AttachedPolicies", GroupName=group)
        arns += [each.value("PolicyArn") for each in attached]
        for policy in await account.listed("ListGroupPolicies", "PolicyNames", GroupName=group):
            found = await account.iam("GetGroupPolicy", GroupName=group, PolicyName=policy.text.strip())
            documents.append(unquote_plus(found.value("PolicyDocument")))
    return documents, tuple(arns)


def left_s(result: Element, wanted_s: int, now: float) -> int:
    """How long a session lasts from now on: what was wanted, or less if AWS says so."""
    try:
        ends = datetime.fromisoformat(result.value("Credentials", "Expiration"))
    except ValueError:
        return wanted_s
    left = int((ends if ends.tzinfo else ends.replace(tzinfo=UTC)).timestamp() - now)
    return left if 0 < left < wanted_s else wanted_s
