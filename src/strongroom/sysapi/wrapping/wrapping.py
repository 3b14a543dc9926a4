"""Putting an answer away behind a token that opens it once.

Source: https://developer.hashicorp.com/vault/docs/concepts/response-wrapping
"""

from __future__ import annotations

from typing import Any

from strongroom.audit.entry import timestamp
from strongroom.barrier.transaction import Transaction
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.logic import WRAPPING
from strongroom.services.withdrawals import Issue
from strongroom.sysapi.services import Services
from strongroom.sysapi.wrapping import signed
from strongroom.sysapi.wrapping.records import WrappedRecord, wrapped_key


async def put_away(
    services: Services,
    txn: Transaction,
    *,
    namespace: str,
    body: bytes,
    path: str,
    ttl_s: int,
    now: float,
    format_: str,
    issued: Issue | None,
    accessor: str = "",
    content_type: str = "",
) -> dict[str, Any]:
    """Store a response in the cubbyhole of a new token.  It is deleted with the token.

    Args:
        namespace: the id of the new token's.
        body: the response's JSON, including the envelope, or the content of one without.
        path: the API path that gave it.
        ttl_s: how long it can be unwrapped.
        format_: "jwt" for a signed text in the token's place, as the client asked.
        issued: to whom.
        accessor: that of the token in the answer, if it is a login's.
        content_type: of a response without an envelope.

    Returns: the `wrap_info` to answer with.

    Raises: `PermissionDenied` while nothing is issued to that client.
    """
    token = services.tokens.new_token(txn, "wrap", namespace)
    record = _record(services, txn, token, namespace=namespace, path=path, ttl_s=ttl_s, now=now, issued=issued)
    await services.tokens.require_issuable(txn, record, services.mounts)
    services.tokens.create(txn, record)
    wrapped = WrappedRecord(
        body=body,
        creation_path=path,
        creation_ttl_s=ttl_s,
        created_at=now,
        wrapped_accessor=accessor,
        content_type=content_type,
    )
    txn.write(wrapped_key(record.key), wrapped)
    shown = token
    if format_ == signed.FORMAT:
        shown = await signed.sign(txn, token, ttl_s=ttl_s, now=now, address=services.api_address, accessor=accessor)
    info: dict[str, Any] = {
        "token": shown,
        "accessor": record.accessor,
        "ttl": ttl_s,
        "creation_time": timestamp(now),
        "creation_path": path,
    }
    if accessor:
        info["wrapped_accessor"] = accessor
    return info


def _record(
    services: Services,
    txn: Transaction,
    token: str,
    *,
    namespace: str,
    path: str,
    ttl_s: int,
    now: float,
    issued: Issue | None,
) -> TokenRecord:
    return TokenRecord(
        key=services.tokens.key_of(token),
        accessor=services.tokens.new_accessor(txn, "wrap", namespace),
        policies=(WRAPPING,),
        path=path,
        created_at=now,
        display_name="token",
        ttl_s=ttl_s,
        creation_ttl_s=ttl_s,
        expires_at=now + ttl_s,
        explicit_max_ttl_s=ttl_s,
        num_uses=1,
        no_default_policy=True,
        namespace=namespace,
        issued=issued,
    )
