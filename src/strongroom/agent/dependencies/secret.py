"""An answer of the server as templates see it (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#secret
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from strongroom.client.values import Number as JsonNumber
from strongroom.template.values import Number, Structure


@dataclass(frozen=True, slots=True)
class SecretAuth(Structure):
    """A token in an answer."""

    go_type: ClassVar[str] = "*dependency.SecretAuth"
    fields: ClassVar[Mapping[str, str]] = {
        "ClientToken": "client_token",
        "Accessor": "accessor",
        "Policies": "policies",
        "Metadata": "metadata",
        "LeaseDuration": "lease_duration",
        "Renewable": "renewable",
    }

    client_token: str = field(repr=False)
    accessor: str
    policies: Sequence[str]
    metadata: Mapping[str, str]
    lease_duration: int
    renewable: bool


@dataclass(frozen=True, slots=True)
class SecretWrapInfo(Structure):
    """What is said of an answer that was wrapped."""

    go_type: ClassVar[str] = "*dependency.SecretWrapInfo"
    fields: ClassVar[Mapping[str, str]] = {
        "Token": "token",
        "TTL": "ttl",
        "CreationTime": "creation_time",
        "WrappedAccessor": "wrapped_accessor",
    }

    token: str = field(repr=False)
    ttl: int
    creation_time: datetime
    wrapped_accessor: str


@dataclass(frozen=True, slots=True)
class Secret(Structure):
    """An answer to a read or a write."""

    go_type: ClassVar[str] = "*dependency.Secret"
    fields: ClassVar[Mapping[str, str]] = {
        "RequestID": "request_id",
        "LeaseID": "lease_id",
        "LeaseDuration": "lease_duration",
        "Renewable": "renewable",
        "Data": "data",
        "Warnings": "warnings",
        "Auth": "auth",
        "WrapInfo": "wrap_info",
    }
    pointers: ClassVar[Mapping[str, str]] = {"Auth": SecretAuth.go_type, "WrapInfo": SecretWrapInfo.go_type}

    request_id: str = field(compare=False)
    """Another one each time: it makes no answer a new one."""
    lease_id: str
    lease_duration: int
    renewable: bool
    data: Mapping[str, Any] = field(repr=False)
    warnings: Sequence[str]
    auth: SecretAuth | None
    wrap_info: SecretWrapInfo | None


_ENVELOPE: Final = frozenset(
    ("request_id", "lease_id", "lease_duration", "renewable", "data", "warnings", "auth", "wrap_info")
)


def secret_of(answer: Mapping[str, Any]) -> Secret:
    """Read the decoded JSON of an answer.  What is absent or of another type is empty, as in Go's programs.

    An answer that isn't one of secrets is all data, as of `sys/seal-status` or `identity/oidc/.well-known/keys`.
    """
    if not answer.keys() <= {"errors", *_ENVELOPE} and not any(_tells(answer, name) for name in _ENVELOPE):
        answer = {"data": answer}
    return Secret(
        request_id=_text(answer, "request_id"),
        lease_id=_text(answer, "lease_id"),
        lease_duration=_whole(answer, "lease_duration"),
        renewable=answer.get("renewable") is True,
        data=_value(_object(answer, "data") or {}),
        warnings=_texts(answer, "warnings"),
        auth=_auth(_object(answer, "auth")),
        wrap_info=_wrap_info(_object(answer, "wrap_info")),
    )


def _tells(answer: Mapping[str, Any], name: str) -> bool:
    """Whether a field of an answer to a secret holds anything; an empty object does."""
    found = answer.get(name)
    return (bool(found) and found != "0") or isinstance(found, dict)


def _auth(given: Mapping[str, Any] | None) -> SecretAuth | None:
    if given is None:
        return None
    return SecretAuth(
        client_token=_text(given, "client_token"),
        accessor=_text(given, "accessor"),
        policies=_texts(given, "policies"),
        metadata={name: str(value) for name, value in (_object(given, "metadata") or {}).items()},
        lease_duration=_whole(given, "lease_duration"),
        renewable=given.get("renewable") is True,
    )


def _wrap_info(given: Mapping[str, Any] | None) -> SecretWrapInfo | None:
    if given is None:
        return None
    return SecretWrapInfo(
        token=_text(given, "token"),
        ttl=_whole(given, "ttl"),
        creation_time=_time(_text(given, "creation_time")),
        wrapped_accessor=_text(given, "wrapped_accessor"),
    )


def _value(found: Any) -> Any:
    """A value of JSON as templates have it: numbers keep their spelling."""
    match found:
        case JsonNumber():
            return Number(found)
        case dict():
            return {name: _value(each) for name, each in found.items()}
        case list():
            return [_value(each) for each in found]
    return found


def _object(given: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    found = given.get(name)
    return found if isinstance(found, dict) else None


def _text(given: Mapping[str, Any], name: str) -> str:
    found = given.get(name)
    return found if isinstance(found, str) and not isinstance(found, JsonNumber) else ""


def _texts(given: Mapping[str, Any], name: str) -> list[str]:
    found = given.get(name)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _whole(given: Mapping[str, Any], name: str) -> int:
    found = given.get(name)
    return int(found) if isinstance(found, JsonNumber) and found.removeprefix("-").isdecimal() else 0


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime(1, 1, 1, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
