"""Audit entries in Vault's JSON format (pure).

Source: https://developer.hashicorp.com/vault/docs/audit/schema
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from strongroom.audit import hiding
from strongroom.audit.notation import Notation, Style
from strongroom.lib import json
from strongroom.sdk.response import Response
from strongroom.sdk.routing import UNSUPPORTED_OPERATION, UNSUPPORTED_PATH
from strongroom.services.exchange import Exchange
from strongroom.services.mounts import BUILT_IN_VERSION, MountEntry

TEST_PATH = "sys/audit/test"
"""The path of the entry that tries a device."""
_LISTINGS = frozenset({"list", "scan"})
_DENIED = "1 error occurred:\n\t* permission denied\n\n"
_PLAIN_ERRORS = frozenset({"permission denied", _DENIED, UNSUPPORTED_PATH, UNSUPPORTED_OPERATION})
"""Texts that name a kind of failure.  Any other text may quote values of the request."""
_CREDENTIAL_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-vault-mfa", "x-vault-token"})
"""Headers with credentials, also those for a proxy, and one-time codes.

They are never shown in clear, whatever the configuration says.
"""
_LOGIN_HEADERS = "x-vault-inline-auth-"
"""The same of a login that comes with the request.  They are here only if the header that names its path is missing."""
_ANY_ERROR = "1 error occurred:\n\t* invalid request\n\n"
_RATE, _LEASES, _LOCKED = "rate limit quota exceeded", "lease count quota exceeded", "locked by an administrator"
_KINDS = (
    ("no handler for route ", "", UNSUPPORTED_PATH),
    ('request path "', f'": {_RATE}', _RATE),
    ('request path "', f'": {_LEASES}', _LEASES),
    (_LEASES, "", _LEASES),
    ('the mount "', f'" has been {_LOCKED}', _LOCKED),
    (f"API access to this namespace has been {_LOCKED}", "", _LOCKED),
)
"""How texts begin and end that quote something, and their kind, which is shown instead."""


class Outcome(msgspec.Struct, frozen=True):
    """The result of a request."""

    response: Response | None = None
    auth: dict[str, Any] | None = None
    """The `auth` block of the response."""
    wrap: dict[str, Any] | None = None
    lease_id: str = ""
    error: str = ""


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def timestamp(seconds: float) -> str:
    """RFC 3339 in UTC, with microseconds."""
    micros = round(seconds * 1_000_000)
    whole = micros // 1_000_000
    return f"{_second(whole)}.{micros - whole * 1_000_000:06d}Z"


def whole_timestamp(seconds: float) -> str:
    """RFC 3339 in UTC, in whole seconds."""
    return f"{_second(int(seconds))}Z"


def test_entry(id_: str, now: float) -> bytes:
    """The entry that tests a device before it is stored, encoded.  A device that opens may still take no entries.

    Args:
        id_: the id of the entry's request, which no client made.
    """
    request = {"id": id_, "operation": "update", "namespace": {"id": "root"}, "path": TEST_PATH}
    entry = {"time": timestamp(now), "type": "request", "auth": {"token_type": "default"}, "request": request}
    return json.dumps_unsorted(entry)


def error_text(text: str, notation: Notation) -> str:
    """What an entry shows of an error: its kind.  A path that a text quotes may hold a token."""
    if notation.style.log_raw or text in _PLAIN_ERRORS:
        return text
    fitting = (kind for start, end, kind in _KINDS if text.startswith(start) and text.endswith(end))
    return next(fitting, _ANY_ERROR)


def bearer_block(exchange: Exchange, notation: Notation) -> dict[str, Any]:
    """The client's token, as an `auth` block."""
    if exchange.bearer is None:
        return {"token_type": "default"}
    record = exchange.bearer.record
    out: dict[str, Any] = {"client_token": notation.token(exchange.bearer.token)}
    if record.accessor:
        out["accessor"] = notation.accessor(record.accessor)
    out |= {
        "display_name": record.display_name,
        "policies": record.policies,
        "token_policies": record.policies,
        "policy_results": _policy_results(exchange),
    }
    if record.metadata:
        out["metadata"] = record.metadata
    if record.entity_id:
        out["entity_id"] = record.entity_id
    if record.num_uses:
        out["remaining_uses"] = exchange.remaining_uses
    out["token_type"] = record.type
    if record.ttl_s:
        out["token_ttl"] = record.ttl_s
    out["token_issue_time"] = whole_timestamp(record.created_at)
    return out


def _policy_results(exchange: Exchange) -> dict[str, Any]:
    if exchange.grant is None:
        return {"allowed": False}
    home = exchange.bearer.record.namespace if exchange.bearer is not None else exchange.namespace.id
    granting = [{"name": name, "namespace_id": home, "type": "acl"} for name in exchange.grant.policies]
    return {"allowed": True, "granting_policies": granting}


def granted_block(exchange: Exchange, outcome: Outcome, notation: Notation) -> dict[str, Any]:
    """The token in a response, as an `auth` block."""
    block = outcome.auth or {}
    if not block.get("client_token"):
        return {"token_type": block.get("token_type", "")}  # a login that waits for its second factor
    out: dict[str, Any] = {"client_token": notation.secret(str(block.get("client_token", "")))}
    if accessor := block.get("accessor"):
        out["accessor"] = notation.accessor(str(accessor))
    if name := _display_name(exchange, outcome):
        out["display_name"] = name
    out |= {"policies": block.get("policies", []), "token_policies": block.get("token_policies", [])}
    if block.get("identity_policies"):
        out["identity_policies"] = block["identity_policies"]
    for field in ("metadata", "entity_id", "num_uses"):
        if block.get(field):
            out[field] = block[field]
    out["token_type"] = block.get("token_type", "")
    if block.get("lease_duration"):
        out["token_ttl"] = block["lease_duration"]
    return out


def _display_name(exchange: Exchange, outcome: Outcome) -> str:
    auth = outcome.response.auth if outcome.response is not None else None
    if auth is None or exchange.entry is None:
        return ""
    mount = exchange.entry.record.path.rstrip("/")
    return f"{mount}-{auth.display_name}" if auth.display_name else mount


def client_id(exchange: Exchange) -> str:
    """The client's id in counts: its entity, or else a digest of its policies."""
    if exchange.bearer is None:
        return ""
    record = exchange.bearer.record
    if record.entity_id:
        return record.entity_id
    return _client_of(record.policies)


@lru_cache(maxsize=1024)
def _client_of(policies: tuple[str, ...]) -> str:
    return base64.b64encode(hashlib.sha256("\0".join(policies).encode()).digest()).decode()


def mount_fields(entry: MountEntry, version_field: str) -> dict[str, Any]:
    """The fields of a request or response that name its mount."""
    record = entry.record
    return {
        "mount_point": record.full_path,
        "mount_type": record.type,
        "mount_accessor": record.accessor,
        version_field: BUILT_IN_VERSION,
        "mount_class": record.table,
    }


def asked_fields(exchange: Exchange, notation: Notation) -> dict[str, Any]:
    """The fields of a request between its id and its data: who asks for what."""
    request = exchange.request
    out: dict[str, Any] = {}
    if exchange.bearer is not None:
        out["client_id"] = client_id(exchange)
    out["operation"] = request.operation.value
    if exchange.entry is not None:
        out |= mount_fields(exchange.entry, "mount_running_version")
    if request.token:
        out["client_token"] = notation.token(request.token)
    if exchange.bearer is not None and exchange.bearer.record.accessor:
        out["client_token_accessor"] = notation.accessor(exchange.bearer.record.accessor)
    namespace = exchange.namespace
    out["namespace"] = {"id": namespace.id} if namespace.is_root else {"id": namespace.id, "path": namespace.path}
    out["path"] = hiding.shown(request.path, exchange.entry, notation.secret, notation.accessor)
    return out


def asked_data(exchange: Exchange, notation: Notation) -> dict[str, Any]:
    """The parameters of a request."""
    entry = exchange.entry
    plain = entry.record.config.audit_non_hmac_request_keys if entry is not None else None
    engine = entry.engine if entry is not None else None
    return notation.data(exchange.request.data, plain, engine.routes.secret_fields if engine else frozenset())


def sent_fields(exchange: Exchange, notation: Notation) -> dict[str, Any]:
    """The fields of a request after its data: where it came from, and how."""
    request = exchange.request
    out: dict[str, Any] = {"remote_address": request.address}
    if request.port:
        out["remote_port"] = request.port
    if request.wrap_ttl_s:
        out["wrap_ttl"] = request.wrap_ttl_s
    headers = {
        name: [notation.secret(request.headers[name]) if hidden or _has_credentials(name) else request.headers[name]]
        for name, hidden in notation.headers.items()
        if name in request.headers
    }
    if headers:
        out["headers"] = headers
    if exchange.resumed is not None:
        out["control_group"] = {
            "request_id": exchange.resumed.held_id,
            "unwrap_request_id": exchange.resumed.unwrap_id,
            "wrapping_accessor": notation.accessor(exchange.resumed.accessor),
            "approvers": exchange.resumed.approvers,
        }
    return out


def _has_credentials(header: str) -> bool:
    return header in _CREDENTIAL_HEADERS or header.startswith(_LOGIN_HEADERS)


def answered_fields(exchange: Exchange, outcome: Outcome, notation: Notation) -> dict[str, Any]:
    """The fields of a response after those that name its mount."""
    out: dict[str, Any] = {}
    response = outcome.response
    plain, secret = None, frozenset[str]()
    if exchange.entry is not None:
        plain = exchange.entry.record.config.audit_non_hmac_response_keys
        if exchange.entry.engine is not None and exchange.request.operation.value not in _LISTINGS:
            secret = exchange.entry.engine.secret_answers
    if outcome.wrap is not None:
        out["wrap_info"] = _wrapping(outcome.wrap, notation)
    if outcome.lease_id:
        out["secret"] = {"lease_id": outcome.lease_id}
    if response is not None:
        if response.warnings:
            out["warnings"] = response.warnings
        if response.data is not None:
            out["data"] = notation.data(_elided(exchange, response.data, notation.style), plain, secret)
    elif outcome.error and outcome.error not in _PLAIN_ERRORS:
        out["data"] = notation.data({"error": outcome.error}, None)
    return out


def shows_in_clear(exchange: Exchange, outcome: Outcome) -> bool:
    """Whether the mount's settings show a field of this request or its answer without a digest."""
    mount, response = exchange.entry, outcome.response
    if mount is None:
        return False
    asked, answered = mount.record.config.audit_non_hmac_request_keys, mount.record.config.audit_non_hmac_response_keys
    if asked and not exchange.request.data.keys().isdisjoint(asked):
        return True
    return bool(answered) and response is not None and not (response.data or {}).keys().isdisjoint(answered or ())


def _wrapping(wrap: dict[str, Any], notation: Notation) -> dict[str, Any]:
    out = dict(wrap)
    out["token"] = notation.secret(str(wrap["token"]))
    for name in ("accessor", "wrapped_accessor"):
        if name in wrap:
            out[name] = notation.accessor(str(wrap[name]))
    return out


def _elided(exchange: Exchange, data: dict[str, Any], style: Style) -> dict[str, Any]:
    """With `elide_list_responses`, the number of a listing's names replaces the names."""
    if not style.elide_list_responses or exchange.request.operation.value not in _LISTINGS:
        return data
    return {
        name: len(item) if name in {"keys", "key_info"} and isinstance(item, (list, dict)) else item
        for name, item in data.items()
    }
