"""Audit entries in Vault's JSON format (p).

Source: https://developer.hashicorp.com/vault/docs/audit/schema
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from strongroom.sdk.response import Response
from strongroom.services.exchange import Known

Digest = Callable[[str], str]


class Style(msgspec.Struct, frozen=True):
    """How a device wants its entries."""

    log_raw: bool = False
    hmac_accessor: bool = True
    elide_list_responses: bool = False


class Outcome(msgspec.Struct, frozen=True):
    """What a request came to."""

    response: Response | None = None
    auth: dict[str, Any] | None = None
    """The `auth` block of the answer."""
    wrap: dict[str, Any] | None = None
    lease_id: str = ""
    error: str = ""
    status: int = 200


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC, with microseconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def whole_timestamp(seconds: float) -> str:
    """RFC 3339 in UTC, in whole seconds."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def digest_values(value: Any, digest: Digest) -> Any:
    """Every text inside replaced by its digest; numbers, booleans and names stay."""
    if isinstance(value, str):
        return digest(value)
    if isinstance(value, dict):
        return {name: digest_values(item, digest) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [digest_values(item, digest) for item in value]
    if isinstance(value, bytes):
        return digest(value.decode("utf-8", "replace"))
    return value


def _data(data: dict[str, Any], plain: tuple[str, ...] | None, digest: Digest, style: Style) -> dict[str, Any]:
    if style.log_raw:
        return data
    return {
        name: item if plain is not None and name in plain else digest_values(item, digest)
        for name, item in data.items()
    }


def request_entry(known: Known, error: str, now: float, digest: Digest, style: Style) -> dict[str, Any]:
    """The entry that is written before anything happens."""
    entry: dict[str, Any] = {
        "time": timestamp(now),
        "type": "request",
        "auth": _auth(known, digest, style),
        "request": _request(known, digest, style),
    }
    if error:
        entry["error"] = error
    return entry


def response_entry(known: Known, outcome: Outcome, now: float, digest: Digest, style: Style) -> dict[str, Any]:
    """The entry that is written after the commit, before the answer."""
    entry: dict[str, Any] = {
        "time": timestamp(now),
        "type": "response",
        "auth": _auth(known, digest, style),
        "request": _request(known, digest, style),
        "response": _response(known, outcome, digest, style),
    }
    if outcome.error:
        entry["error"] = outcome.error
    return entry


def _auth(known: Known, digest: Digest, style: Style) -> dict[str, Any]:
    if known.bearer is None:
        return {"token_type": "default"}
    record = known.bearer.record
    out: dict[str, Any] = {
        "client_token": known.bearer.token if style.log_raw else digest(known.bearer.token),
        "accessor": record.accessor if style.log_raw or not style.hmac_accessor else digest(record.accessor),
        "display_name": record.display_name,
        "policies": record.policies,
        "token_policies": record.policies,
        "token_type": record.type,
        "token_issue_time": whole_timestamp(record.created_at),
    }
    if record.ttl_s:
        out["token_ttl"] = record.ttl_s
    if record.metadata:
        out["metadata"] = record.metadata
    if record.entity_id:
        out["entity_id"] = record.entity_id
    if record.num_uses:
        out["remaining_uses"] = known.remaining_uses
    if known.grant is not None:
        names = known.grant.policies
        out["policy_results"] = {
            "allowed": True,
            "granting_policies": [{"name": name, "namespace_id": "root", "type": "acl"} for name in names],
        }
    else:
        out["policy_results"] = {"allowed": False}
    return out


def _request(known: Known, digest: Digest, style: Style) -> dict[str, Any]:
    request = known.request
    out: dict[str, Any] = {"id": request.id, "operation": request.operation.value}
    if known.entry is not None:
        record = known.entry.record
        out |= {
            "mount_point": record.full_path,
            "mount_type": record.type,
            "mount_accessor": record.accessor,
            "mount_class": record.table,
        }
    if request.token:
        out["client_token"] = request.token if style.log_raw else digest(request.token)
    if known.bearer is not None:
        accessor = known.bearer.record.accessor
        out["client_id"] = known.bearer.record.entity_id or known.bearer.record.key
        out["client_token_accessor"] = accessor if style.log_raw or not style.hmac_accessor else digest(accessor)
    out["namespace"] = {"id": "root"}
    out["path"] = request.path
    if request.data:
        plain = known.entry.record.config.audit_non_hmac_request_keys if known.entry is not None else None
        out["data"] = _data(request.data, plain, digest, style)
    out["remote_address"] = request.address
    if request.port:
        out["remote_port"] = request.port
    if request.wrap_ttl_s:
        out["wrap_ttl"] = request.wrap_ttl_s
    if request.headers:
        out["headers"] = {name: [text if style.log_raw else digest(text)] for name, text in request.headers.items()}
    return out


def _response(known: Known, outcome: Outcome, digest: Digest, style: Style) -> dict[str, Any]:
    out: dict[str, Any] = {}
    plain = None
    if known.entry is not None:
        record = known.entry.record
        plain = record.config.audit_non_hmac_response_keys
        out |= {
            "mount_point": record.full_path,
            "mount_type": record.type,
            "mount_accessor": record.accessor,
            "mount_class": record.table,
        }
    response = outcome.response
    if outcome.auth is not None:
        secret = {"client_token"} | ({"accessor"} if style.hmac_accessor else set())
        out["auth"] = {
            name: digest(item) if name in secret and item and not style.log_raw else item
            for name, item in outcome.auth.items()
        }
    if outcome.wrap is not None:
        hidden = {"token", "accessor", "wrapped_accessor"} if style.hmac_accessor else {"token"}
        out["wrap_info"] = {
            name: digest(item) if name in hidden and not style.log_raw else item for name, item in outcome.wrap.items()
        }
    if outcome.lease_id:
        out["secret"] = {"lease_id": outcome.lease_id}
    if response is not None:
        if response.warnings:
            out["warnings"] = response.warnings
        if response.data is not None:
            out["data"] = _shown(known, response.data, plain, digest, style)
    return out


def _shown(
    known: Known, data: dict[str, Any], plain: tuple[str, ...] | None, digest: Digest, style: Style
) -> dict[str, Any]:
    if style.elide_list_responses and known.request.operation.value in {"list", "scan"}:
        data = {
            name: len(item) if name in {"keys", "key_info"} and isinstance(item, (list, dict)) else item
            for name, item in data.items()
        }
    return _data(data, plain, digest, style)
