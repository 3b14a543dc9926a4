"""Which principal a role lets in (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#bound_iam_principal_arn
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from strongroom.auth.aws.iam_request import Caller
from strongroom.auth.aws.records import AwsRole
from strongroom.lib.aws import Principal, parse_principal
from strongroom.lib.errors import InvalidRequest, UpstreamFailed


@dataclass(frozen=True, slots=True)
class Proved:
    """A principal, as AWS has told it."""

    principal: Principal
    unique_id: str
    """Of the user or role; without the session of a role."""
    caller: Caller


def proved(caller: Caller) -> Proved:
    """The principal of a caller.  Raises `InvalidRequest` for the root of an account and other kinds of callers."""
    principal = parse_principal(caller.arn)
    if principal.type not in {"user", "assumed-role"}:
        raise InvalidRequest(f"callers of the kind {principal.type} can't log in")
    if principal.account != caller.account:
        raise UpstreamFailed("AWS STS gave no usable answer", detail="ARN and account differ")
    return Proved(principal, caller.user_id.partition(":")[0], caller)


def wildcards(arns: Iterable[str]) -> list[str]:
    """Those that bind all ARNs with their beginning."""
    return [arn for arn in arns if arn.endswith("*")]


def needs_path(role: AwsRole, who: Proved) -> bool:
    """Whether the role's path, which a session's ARN doesn't tell, decides."""
    if who.principal.type != "assumed-role" or _is_bound(role, who) or _covers_all(role, who):
        return False
    start = who.principal.canonical.removesuffix(who.principal.name)
    return any(arn[:-1].startswith(start) for arn in wildcards(role.bound_iam_principal_arn))


def check_principal(role: AwsRole, name: str, who: Proved, full_arn: str) -> None:
    """Let a principal in.

    Args:
        name: of the role. full_arn: of the user or role, with its path; empty if it isn't known.

    Raises: `InvalidRequest` that says who isn't bound to the role.
    """
    if not role.bound_iam_principal_arn:
        return
    if _is_bound(role, who) or _covers_all(role, who):
        return
    full = full_arn or (who.principal.full if who.principal.type == "user" else "")
    if full and any(full.startswith(arn[:-1]) for arn in wildcards(role.bound_iam_principal_arn)):
        return
    for bound in role.principals:
        if role.resolve_aws_unique_ids and parse_principal(bound.arn).canonical == who.principal.canonical:
            raise InvalidRequest(
                f'IAM principal "{who.principal.canonical}" isn\'t bound to the role "{name}": ARN matches, unique id '
                f"changed: role recreated? Bound is {bound.unique_id}, and this is {who.unique_id}. To bind the new "
                "one, write bound_iam_principal_arn again"
            )
    raise InvalidRequest(f'IAM Principal "{who.caller.arn}" does not belong to the role "{name}"')


def _is_bound(role: AwsRole, who: Proved) -> bool:
    if role.resolve_aws_unique_ids:
        return any(bound.unique_id == who.unique_id for bound in role.principals)
    return who.principal.canonical in role.bound_iam_principal_arn or (
        who.principal.type == "user" and who.principal.full in role.bound_iam_principal_arn
    )


def _covers_all(role: AwsRole, who: Proved) -> bool:
    """Whether a wildcard covers all paths of the principal's kind."""
    start = who.principal.canonical.removesuffix(who.principal.name)
    return any(start.startswith(arn[:-1]) for arn in wildcards(role.bound_iam_principal_arn))
