"""Mounts of the method, and principals of the stand-in who log in."""

from __future__ import annotations

from typing import Any

from strongroom.auth.aws import Aws
from strongroom.auth.aws.cloud import Cloud
from strongroom.sdk import Auth, Operation
from tests.flow.harness import Mounted
from tests.sim.aws.moto import Moto
from tests.sim.aws.signed import Keys

READ, WRITE = Operation.READ, Operation.UPDATE
SECRET_KEY = "canary-secret"


async def mounted(moto: Moto, cloud: Cloud | None = None, **config: Any) -> Mounted:
    """A mount that asks the stand-in."""
    mount = await Mounted.new(Aws(cloud=cloud))
    endpoints = {"endpoint": moto.url, "iam_endpoint": moto.url, "sts_endpoint": moto.url}
    await mount.ask(
        WRITE, "config/client", {"access_key": "AKIAADMIN", "secret_key": SECRET_KEY, **endpoints, **config}
    )
    return mount


async def log_in(mount: Mounted, fields: dict[str, Any], address: str = "") -> Auth:
    """The login that the method answers with."""
    response = await mount.ask(WRITE, "login", fields, address=address)
    assert response is not None
    assert response.auth is not None
    return response.auth


def user(moto: Moto, name: str, path: str = "/") -> tuple[str, Keys]:
    """A new user of IAM: ARN and access key."""
    iam = moto.client("iam")
    arn = iam.create_user(UserName=name, Path=path)["User"]["Arn"]
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return arn, (key["AccessKeyId"], key["SecretAccessKey"], None)


def role(moto: Moto, name: str, path: str = "/") -> str:
    """A new role of IAM: its ARN."""
    arn: str = moto.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    return arn


def session(moto: Moto, role_arn: str, name: str = "session") -> Keys:
    """The keys of a session of a role."""
    found = moto.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
    return found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"]
