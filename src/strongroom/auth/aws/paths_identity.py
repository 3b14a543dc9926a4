"""What entities are known by, and what is told of them.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#configure-identity-integration
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from strongroom.auth.aws.records import IDENTITY
from strongroom.auth.aws.settings import identity_config
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, CommaList, Doc, OneOf, Request, Response, path

IAM_ALIASES: tuple[str, ...] = ("role_id", "unique_id", "canonical_arn", "full_arn")
EC2_ALIASES: tuple[str, ...] = ("role_id", "instance_id", "image_id")
_DEFAULT: tuple[str, ...] = ("account_id", "auth_type")
IAM_METADATA: tuple[str, ...] = (
    *_DEFAULT,
    "canonical_arn",
    "client_arn",
    "client_user_id",
    "inferred_aws_region",
    "inferred_entity_id",
    "inferred_entity_type",
)
EC2_METADATA: tuple[str, ...] = (*_DEFAULT, "ami_id", "instance_id", "region")


class IdentityFields(Body, frozen=True):
    """What can be set; what isn't given stays."""

    iam_alias: Annotated[
        str | None,
        Doc(description="`role_id`, `unique_id`, `canonical_arn` or `full_arn`."),
        OneOf("role_id", "unique_id", "canonical_arn", "full_arn"),
    ] = None
    iam_metadata: Annotated[
        CommaList | None, Doc(description="What is told of a principal; `default` for account and type.")
    ] = None
    ec2_alias: Annotated[
        str | None,
        Doc(description="`role_id`, `instance_id` or `image_id`."),
        OneOf("role_id", "instance_id", "image_id"),
    ] = None
    ec2_metadata: Annotated[
        CommaList | None, Doc(description="What is told of an instance; `default` for account and type.")
    ] = None


class IdentityPaths:
    """`config/identity`"""

    @path.read("config/identity")
    async def read_identity(self, request: Request) -> Response:
        """Reads what entities are known by."""
        config = await identity_config(request)
        return Response(
            data={
                "iam_alias": config.iam_alias,
                "iam_metadata": _wanted(config.iam_metadata, IAM_METADATA),
                "ec2_alias": config.ec2_alias,
                "ec2_metadata": _wanted(config.ec2_metadata, EC2_METADATA),
            }
        )

    @path.write("config/identity")
    async def write_identity(self, request: Request, body: IdentityFields) -> None:
        """Changes what entities are known by."""
        given: dict[str, Any] = {}
        for name, choices in (("iam_alias", IAM_ALIASES), ("ec2_alias", EC2_ALIASES)):
            value = getattr(body, name)
            if value is not None and value not in choices:
                raise InvalidRequest(f"invalid {name} of {value[:64]!r}, must be one of: [{', '.join(choices)}]")
            if value is not None:
                given[name] = value
        for name, known in (("iam_metadata", IAM_METADATA), ("ec2_metadata", EC2_METADATA)):
            if getattr(body, name) is not None:
                given[name] = _checked(tuple(getattr(body, name)), known, name)
        config = await identity_config(request)
        request.view.write(IDENTITY, msgspec.structs.replace(config, **given))


def _checked(fields: tuple[str, ...], known: tuple[str, ...], name: str) -> tuple[str, ...]:
    if fields == ("default",):
        return fields
    for field in fields:
        if field not in known:
            raise InvalidRequest(f"{name}: {field[:64]!r} isn't one of: [{', '.join(sorted(known))}]")
    return tuple(sorted(set(fields)))


def _wanted(fields: tuple[str, ...], known: tuple[str, ...]) -> list[str]:
    return sorted(set(_DEFAULT) & set(known)) if fields == ("default",) else list(fields)


def told(fields: tuple[str, ...], facts: Mapping[str, str], known: tuple[str, ...]) -> dict[str, str]:
    """What the configuration wants to be told, of what is known."""
    return {name: facts.get(name, "") for name in _wanted(fields, known)}
