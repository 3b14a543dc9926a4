"""Issuers as answers show them."""

from __future__ import annotations

from typing import Any

from strongroom.crypto.issuing import certificates
from strongroom.engines.pki.issuers.chains import chain_of
from strongroom.engines.pki.issuers.records import READ_ONLY, IssuerRecord
from strongroom.engines.pki.issuers.urls import FIELDS
from strongroom.engines.pki.issuing.rules import moments
from strongroom.engines.pki.revocation.lists.serving import next_update
from strongroom.sdk import View


async def shown(view: View, issuer: IssuerRecord) -> dict[str, Any]:
    """All about an issuer."""
    urls = issuer.urls
    answer = {
        **await shown_publicly(view, issuer),
        "key_id": issuer.key_id,
        "disable_name_constraint_checks": issuer.disable_name_constraint_checks,
        "leaf_not_after_behavior": issuer.leaf_not_after_behavior,
        "manual_chain": list(issuer.manual_chain) or None,
        "usage": ",".join(sorted({*issuer.usage, READ_ONLY})),
        "revocation_signature_algorithm": issuer.revocation_signature_algorithm,
        "revoked": bool(issuer.revoked_at),
        **{field: list(getattr(urls, field)) for field in FIELDS},
    }
    if urls:
        answer["enable_aia_url_templating"] = urls.enable_templating
    if until := await next_update(view, issuer.certificate):
        answer["crl_next_update"] = moments.shown(until)
    if issuer.revoked_at:
        answer["revocation_time"] = int(issuer.revoked_at)
        answer["revocation_time_rfc3339"] = moments.exactly(issuer.revoked_at)
    return answer


async def shown_publicly(view: View, issuer: IssuerRecord) -> dict[str, Any]:
    """What everybody may know of an issuer."""
    chain = await chain_of(view, issuer)
    return {
        "ca_chain": [certificates.in_pem(each) for each in chain.certificates],
        "certificate": certificates.in_pem(issuer.certificate),
        "issuer_id": issuer.id,
        "issuer_name": issuer.name,
    }
