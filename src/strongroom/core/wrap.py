"""Response wrapping: the answer stays here, in the cubbyhole of a token that opens it once."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.audit.entry import timestamp
from strongroom.barrier.transaction import Transaction
from strongroom.core.answer import Answer
from strongroom.services.exchange import ApiRequest
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.parts import Unsealed
from strongroom.sysapi.wrapping.records import WrappedRecord, wrapped_key

POLICY = "response-wrapping"


def wrap(parts: Unsealed, txn: Transaction, request: ApiRequest, answer: Answer) -> Answer:
    """Put an answer away, and answer with the token that opens it."""
    now, ttl_s = request.received_at, request.wrap_ttl_s
    token = parts.tokens.new_token(txn, "wrap")
    record = TokenRecord(
        key=parts.tokens.key_of(token),
        accessor=parts.tokens.new_accessor(txn, "wrap"),
        policies=(POLICY,),
        path=request.path,
        created_at=now,
        ttl_s=ttl_s,
        creation_ttl_s=ttl_s,
        expires_at=now + ttl_s,
        explicit_max_ttl_s=ttl_s,
        num_uses=1,
        no_default_policy=True,
    )
    parts.tokens.create(txn, record)
    wrapped_accessor = str(answer.auth["accessor"]) if answer.auth else ""
    txn.write(
        wrapped_key(record.key),
        WrappedRecord(
            body=msgspec.json.encode(answer.envelope()),
            creation_path=request.path,
            creation_ttl_s=ttl_s,
            created_at=now,
            wrapped_accessor=wrapped_accessor,
        ),
    )
    info: dict[str, Any] = {
        "token": token,
        "accessor": record.accessor,
        "ttl": ttl_s,
        "creation_time": timestamp(now),
        "creation_path": request.path,
    }
    if wrapped_accessor:
        info["wrapped_accessor"] = wrapped_accessor
    return msgspec.structs.replace(answer, wrap=info)
