"""Rows of the aws auth method.

`client`, `identity`, `certificate/<name>`, `sts/<account>`, `tidy/<list>`, `role/<name>`, `denied/<digest>`,
`access/<instance>`.
"""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part, Record, SecretRecord
from strongroom.sdk.token_settings import TokenSettings

CLIENT = "client"
IDENTITY = "identity"
CERTIFICATES = "certificate/"
STS_ROLES = "sts/"
TIDY = "tidy/"
ROLES = "role/"
DENIED = "denied/"
ACCESSED = "access/"

DEFAULT_BUFFER_S = 72 * 3600
IAM, EC2 = "iam", "ec2"
EC2_INSTANCE = "ec2_instance"


class ClientConfig(SecretRecord, frozen=True, tag="aws-client"):
    """How AWS is reached."""

    access_key: str = ""
    secret_key: str = ""
    endpoint: str = ""
    iam_endpoint: str = ""
    sts_endpoint: str = ""
    sts_region: str = ""
    use_sts_region_from_client: bool = False
    server_id: str = ""
    """What the header `X-Vault-AWS-IAM-Server-ID` has to hold; empty for no such demand."""
    allowed_headers: tuple[str, ...] = ()
    max_retries: int = -1


class IdentityConfig(Record, frozen=True, tag="aws-identity"):
    """What entities are known by, and what is told of them."""

    iam_alias: str = "role_id"
    iam_metadata: tuple[str, ...] = ("default",)
    ec2_alias: str = "role_id"
    ec2_metadata: tuple[str, ...] = ("default",)


class DocumentCertificate(Record, frozen=True, tag="aws-certificate"):
    """A certificate that vouches for identity documents of instances."""

    pem: str
    type: str = "pkcs7"


class StsRole(SecretRecord, frozen=True, tag="aws-sts"):
    """The role that is assumed to look into another account."""

    role_arn: str
    external_id: str = ""


class TidyConfig(Record, frozen=True, tag="aws-tidy"):
    """How old entries are cleared."""

    safety_buffer_s: int = DEFAULT_BUFFER_S
    disabled: bool = False


class BoundPrincipal(Part, frozen=True):
    """A user or role with the id that AWS gave it, which a recreated one of the same name doesn't get."""

    arn: str
    unique_id: str


class AwsRole(SecretRecord, frozen=True, tag="aws-role"):
    """Who gets which token."""

    limit_bytes: ClassVar[int] = 128 * 1024

    role_id: str
    tag_key: bytes
    """Authenticates the tags that are made of the role."""
    auth_type: str = IAM
    bound_ami_id: tuple[str, ...] = ()
    bound_account_id: tuple[str, ...] = ()
    bound_ec2_instance_id: tuple[str, ...] = ()
    bound_iam_principal_arn: tuple[str, ...] = ()
    principals: tuple[BoundPrincipal, ...] = ()
    bound_iam_role_arn: tuple[str, ...] = ()
    bound_iam_instance_profile_arn: tuple[str, ...] = ()
    bound_region: tuple[str, ...] = ()
    bound_subnet_id: tuple[str, ...] = ()
    bound_vpc_id: tuple[str, ...] = ()
    inferred_entity_type: str = ""
    inferred_aws_region: str = ""
    resolve_aws_unique_ids: bool = True
    role_tag: str = ""
    allow_instance_migration: bool = False
    disallow_reauthentication: bool = False
    token: TokenSettings = TokenSettings()


class DeniedTag(Record, frozen=True, tag="aws-denied-tag"):
    """A role tag that nobody may log in with."""

    tag_value: str
    created_at: float
    expires_at: float


class Accessed(SecretRecord, frozen=True, tag="aws-accessed"):
    """An instance that has logged in."""

    role: str
    nonce: str
    pending_time: str
    created_at: float
    updated_at: float
    expires_at: float
    disallow_reauthentication: bool = False
