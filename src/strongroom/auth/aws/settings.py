"""What a request reads of the mount's settings."""

from __future__ import annotations

from strongroom.auth.aws.cloud import Access
from strongroom.auth.aws.records import CLIENT, IDENTITY, STS_ROLES, ClientConfig, IdentityConfig, StsRole
from strongroom.sdk import Request


async def client_config(request: Request) -> ClientConfig:
    """How AWS is reached; the defaults if nothing is configured."""
    return await request.view.read(CLIENT, ClientConfig) or ClientConfig()


async def access_to(request: Request, account: str) -> Access:
    """With what an account is looked into."""
    return Access(await client_config(request), await request.view.read(STS_ROLES + account, StsRole))


async def identity_config(request: Request) -> IdentityConfig:
    """What entities are known by."""
    return await request.view.read(IDENTITY, IdentityConfig) or IdentityConfig()
