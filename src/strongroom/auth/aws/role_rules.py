"""Which settings of a role fit together (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#create-update-role
"""

from __future__ import annotations

from strongroom.auth.aws.records import EC2, EC2_INSTANCE, IAM, AwsRole
from strongroom.lib import limits
from strongroom.lib.aws import check_region, parse_principal
from strongroom.lib.errors import InvalidRequest

OF_INSTANCES = (
    "bound_account_id",
    "bound_ami_id",
    "bound_iam_instance_profile_arn",
    "bound_ec2_instance_id",
    "bound_iam_role_arn",
    "bound_vpc_id",
    "bound_subnet_id",
)
BOUND = (*OF_INSTANCES, "bound_region", "bound_iam_principal_arn")
MOST_PRINCIPALS = 64
"""Those that aren't wildcards: each is looked up in IAM."""
MOST_TAG_KEY = 127
"""Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions"""


def check_role(role: AwsRole) -> None:
    """Raise `InvalidRequest` for settings that don't fit together."""
    if role.auth_type not in {IAM, EC2}:
        raise InvalidRequest(f"unrecognized auth_type: {role.auth_type[:64]}")
    _check_inference(role)
    for name in BOUND:
        limits.check_names(name, getattr(role, name))
        if "" in getattr(role, name) or "*" in getattr(role, name):
            raise InvalidRequest(f"an item of {name} is empty, or would bind everybody")
    of_instances = role.auth_type == EC2 or bool(role.inferred_entity_type)
    for name in OF_INSTANCES:
        if getattr(role, name) and not of_instances:
            raise InvalidRequest(f"specified {name} but not specifying ec2 auth_type or inferring {EC2_INSTANCE}")
    if role.bound_region and role.auth_type != EC2:
        raise InvalidRequest("specified bound_region but not specifying ec2 auth_type")
    if role.bound_iam_principal_arn and role.auth_type != IAM:
        raise InvalidRequest("specified bound_iam_principal_arn but not specifying iam auth_type")
    if not any(getattr(role, name) for name in BOUND):
        raise InvalidRequest("at least one bound parameter should be specified on the role")
    _check_principals(role)
    _check_of_ec2(role)


def _check_inference(role: AwsRole) -> None:
    if not role.inferred_entity_type:
        if role.inferred_aws_region:
            raise InvalidRequest("specified inferred_aws_region but not inferred_entity_type")
        return
    if role.auth_type != IAM:
        raise InvalidRequest("specified inferred_entity_type but didn't allow iam auth_type")
    if role.inferred_entity_type != EC2_INSTANCE:
        raise InvalidRequest(f"specified invalid inferred_entity_type: {role.inferred_entity_type[:64]}")
    if not role.inferred_aws_region:
        raise InvalidRequest("specified inferred_entity_type but not inferred_aws_region")
    check_region(role.inferred_aws_region, "inferred_aws_region")


def _check_principals(role: AwsRole) -> None:
    plain = exact(role)
    if len(plain) > MOST_PRINCIPALS:
        raise InvalidRequest(f"bound_iam_principal_arn has more than {MOST_PRINCIPALS} items without a wildcard")
    for arn in plain:
        if parse_principal(arn).type not in {"user", "role"}:
            raise InvalidRequest(f'"{arn}" is no ARN of a user or role')
        if "*" in arn or "?" in arn:
            raise InvalidRequest(f'"{arn}": a wildcard stands only at the end')
        if parse_principal(arn).type == "role" and parse_principal(arn).path and not role.resolve_aws_unique_ids:
            raise InvalidRequest(
                f'"{arn}": without resolve_aws_unique_ids a role is bound without its path, as '
                f'"{parse_principal(arn).canonical}"'
            )
    for arn in set(role.bound_iam_principal_arn) - set(plain):
        if not arn.startswith("arn:") or "*" in arn[:-1] or arn.count(":") < 5:
            raise InvalidRequest(f'"{arn}" isn\'t the beginning of an ARN with a wildcard at its end')


def _check_of_ec2(role: AwsRole) -> None:
    for name in ("disallow_reauthentication", "allow_instance_migration"):
        if getattr(role, name) and role.auth_type != EC2:
            raise InvalidRequest(f"specified {name} when not using ec2 auth type")
    if role.allow_instance_migration and role.disallow_reauthentication:
        raise InvalidRequest("cannot specify both disallow_reauthentication=true and allow_instance_migration=true")
    if role.role_tag and role.auth_type != EC2:
        raise InvalidRequest("tried to enable role_tag when not using ec2 auth method")
    if len(role.role_tag) > MOST_TAG_KEY:
        raise InvalidRequest(f"length of role tag exceeds the EC2 key limit of {MOST_TAG_KEY} characters")


def matching_nobody(role: AwsRole) -> list[str]:
    """The wildcards that no principal's ARN begins with: sessions are known by their role, `arn:aws:iam::…:role/…`."""
    found = []
    for arn in sorted(set(role.bound_iam_principal_arn) - set(exact(role))):
        service, resource = arn.split(":", 5)[2], arn[:-1].split(":", 5)[5]
        if service != "iam" or not any(resource.startswith(k) or k.startswith(resource) for k in ("user/", "role/")):
            found.append(arn)
    return found


def exact(role: AwsRole) -> list[str]:
    """The principals that are bound without a wildcard."""
    return [arn for arn in role.bound_iam_principal_arn if not arn.endswith("*")]
