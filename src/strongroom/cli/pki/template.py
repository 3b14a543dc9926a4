"""The parameters of an intermediate authority that is to be like another one.  (p)"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strongroom.cli.failure import Failure
from strongroom.client.durations import go_text

if TYPE_CHECKING:
    from strongroom.crypto.certificates import Certificate

_SINGLE = ("common_name", "serial_number")
"""Attributes of a subject that a request has one of."""


def parameters(certificate: Certificate, key_ref: str = "") -> dict[str, Any]:
    """What to ask for, for another certificate like this.  Raises `Failure` if it can't be read.

    Args:
        key_ref: the key that it is to have; empty for a new one of the same kind.
    """
    from strongroom.crypto.templates import template_of  # noqa: PLC0415 - slow import
    from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

    try:
        template = template_of(certificate)
    except InvalidRequest as error:
        raise Failure(f"The certificate of the template can't be copied: {error.text}") from error
    subject = {
        name: (values[-1] if values else "") if name in _SINGLE else list(values)
        for name, values in template.subject.items()
    }
    named = (*template.dns_names, *template.email_addresses)
    key: dict[str, Any] = {"key_type": template.key_type, "key_bits": template.key_bits}
    if key_ref:
        key = {"key_ref": key_ref, "skid": template.subject_key_id.hex()}
    return {
        **subject,
        "alt_names": ",".join(named),
        "ip_sans": ",".join(template.ip_addresses),
        "uri_sans": ",".join(template.uris),
        "exclude_cn_from_sans": bool(subject["common_name"]) and subject["common_name"] not in named,
        "permitted_dns_domains": ",".join(template.permitted_dns_domains),
        "max_path_length": template.max_path_length,
        "ttl": go_text(template.lifetime_s * 10**9),
        "signature_bits": template.signature_bits,
        "use_pss": template.use_pss,
        **key,
    }


def merged(template: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a template with changes.  What they contradict goes."""
    kept = dict(template)
    if "not_after" in changes:
        kept.pop("ttl", None)
    if "key_type" in changes and changes["key_type"] != template.get("key_type"):
        kept.pop("key_bits", None)
    return {**kept, **changes}
