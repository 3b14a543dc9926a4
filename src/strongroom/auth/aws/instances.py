"""Which instances a role lets in (pure): each constraint alone decides.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#create-update-role
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from strongroom.auth.aws.cloud import Instance
from strongroom.auth.aws.records import AwsRole
from strongroom.lib.errors import InvalidRequest

RUNNING = "running"


def check_instance(role: AwsRole, name: str, instance: Instance, region: str, roles: Collection[str]) -> None:
    """Let an instance in.

    Args:
        name: of the role. region: of the instance. roles: the ARNs of the roles of its profile; only read if the role
            binds some.

    Raises: `InvalidRequest` that names the constraint that isn't met.
    """
    if instance.state != RUNNING:
        raise InvalidRequest(f'instance "{instance.id}" is not in "running" state')
    for field, is_, what in (
        ("bound_ec2_instance_id", instance.id, "instance ID"),
        ("bound_ami_id", instance.ami, "AMI ID"),
        ("bound_account_id", instance.account, "account ID"),
        ("bound_region", region, "region"),
        ("bound_subnet_id", instance.subnet, "subnet ID"),
        ("bound_vpc_id", instance.vpc, "VPC ID"),
    ):
        bound = getattr(role, field)
        if bound and (not is_ or is_ not in bound):
            raise InvalidRequest(f'{what} "{is_}" does not satisfy the constraint {field} on role "{name}"')
    profiles, arns = role.bound_iam_instance_profile_arn, role.bound_iam_role_arn
    if profiles and not _fits(instance.profile_arn, profiles):
        text = f'IAM instance profile ARN "{instance.profile_arn}" does not satisfy the constraint'
        raise InvalidRequest(f'{text} bound_iam_instance_profile_arn on role "{name}"')
    if arns and not any(_fits(arn, arns) for arn in roles):
        raise InvalidRequest(
            f'IAM role ARN "{", ".join(sorted(roles))}" does not satisfy the constraint bound_iam_role_arn on role '
            f'"{name}"'
        )


def _fits(arn: str, patterns: Iterable[str]) -> bool:
    """Whether an ARN is one of these, or begins as one that ends in `*`."""
    return bool(arn) and any(arn == each or (each.endswith("*") and arn.startswith(each[:-1])) for each in patterns)
