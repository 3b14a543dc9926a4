"""MFA methods in answers.  No answer shows a secret."""

from __future__ import annotations

from typing import Any

from strongroom.services.mfa.drivers.okta import DEFAULT_BASE_URL
from strongroom.services.mfa.records import EnforcementRecord, MethodRecord, TotpSettings
from strongroom.services.namespaces import Namespace


def method(record: MethodRecord, namespace: Namespace) -> dict[str, Any]:
    """A method as the API shows it.

    Args:
        namespace: that of the request, which is the method's or below it.
    """
    data: dict[str, Any] = {
        "id": record.id,
        "name": record.name,
        "namespace_id": record.namespace,
        "namespace_path": _path(record.namespace, namespace),
        "type": record.type,
    }
    if record.totp is not None:
        return data | _totp(record.totp)
    if record.pingid is not None:
        data |= {
            "admin_url": record.pingid.admin_url,
            "authenticator_url": record.pingid.authenticator_url,
            "idp_url": record.pingid.idp_url,
            "org_alias": record.pingid.org_alias,
            "use_signature": record.pingid.use_signature,
        }
        return data | ({"username_format": record.username_format} if record.username_format else {})
    data |= {"mount_accessor": "", "username_format": record.username_format}
    if record.duo is not None:
        data |= {
            "api_hostname": record.duo.api_hostname,
            "pushinfo": record.duo.push_info,
            "use_passcode": record.duo.use_passcode,
        }
    if record.okta is not None:
        data["org_name"] = record.okta.org_name
        if record.okta.primary_email:
            data["primary_email"] = True
        if record.okta.production is None:
            data["base_url"] = record.okta.base_url or DEFAULT_BASE_URL
        else:
            data["production"] = record.okta.production
    return data


def _path(id_: str, namespace: Namespace) -> str:
    """The path of an ancestor, which is the beginning of the namespace's own."""
    segments = namespace.path.split("/")[: namespace.lineage.index(id_)]
    return "".join(f"{segment}/" for segment in segments)


def _totp(settings: TotpSettings) -> dict[str, Any]:
    data: dict[str, Any] = {
        "algorithm": settings.algorithm,
        "digits": settings.digits,
        "issuer": settings.issuer,
        "key_size": settings.key_bytes,
        "max_validation_attempts": settings.max_attempts,
        "period": settings.period_s,
        "qr_size": settings.qr_pixels,
        "skew": settings.skew,
    }
    if settings.self_enrollment:
        data["enable_self_enrollment"] = True
    return data


def enforcement(record: EnforcementRecord, namespace: Namespace) -> dict[str, Any]:
    """A login enforcement as the API shows it."""
    return {
        "auth_method_accessors": list(record.accessors),
        "auth_method_types": list(record.types),
        "id": record.id,
        "identity_entity_ids": list(record.entity_ids),
        "identity_group_ids": list(record.group_ids),
        "mfa_method_ids": list(record.method_ids),
        "name": record.name,
        "namespace_id": namespace.id,
        "namespace_path": namespace.path,
    }
