"""A token in responses (pure)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from strongroom.services.tokens.records import TokenRecord


def auth_block(
    token: str, record: TokenRecord, *, orphan: bool, num_uses: int, identity: Collection[str] = ()
) -> dict[str, Any]:
    """The `auth` of a response.

    Args:
        token: the token itself, shown only to the client that presented or made it. orphan: whether the token ends
            without any other token's end. num_uses: how often it may be used in all; 0 for no limit. identity: policies
            of its entity and of the entity's groups.
    """
    block: dict[str, Any] = {
        "client_token": token,
        "accessor": record.accessor,
        "policies": sorted({*record.policies, *identity}),
        "token_policies": list(record.policies),
        "metadata": record.metadata,
        "lease_duration": record.ttl_s,
        "renewable": record.renewable,
        "entity_id": record.entity_id,
        "token_type": record.type,
        "orphan": orphan,
        "mfa_requirement": None,
        "num_uses": num_uses,
    }
    if identity:
        block["identity_policies"] = list(identity)
    if not record.policies:
        del block["token_policies"]
    return block
