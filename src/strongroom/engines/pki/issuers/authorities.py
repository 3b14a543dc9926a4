"""Issuers that are ready to sign.

What is needed for a signature is derived from rows: it stays in the one cache of the process until one of them changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from strongroom.crypto.issuing.certificates import Authority
from strongroom.engines.pki.constraints.limits import Limits, limits_of
from strongroom.engines.pki.issuers.chains import chain_of
from strongroom.engines.pki.issuers.records import ISSUING, IssuerRecord
from strongroom.engines.pki.issuers.rows import issuer_of, referred
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View


@dataclass(frozen=True, slots=True)
class Signer:
    """An issuer with its key and its chain."""

    record: IssuerRecord
    authority: Authority
    chain: tuple[bytes, ...]
    """Certificates in DER, its own first."""
    limits: Limits


async def signer(view: View, reference: str, usage: str = ISSUING) -> Signer:
    """The issuer that a reference names, ready to sign.

    Raises: `InvalidRequest` if there is none, if it hasn't the usage, or if the mount lacks its key.
    """
    issuer = await referred(view, reference)
    if usage not in issuer.usage:
        raise InvalidRequest(f'the issuer {issuer.name or issuer.id} isn\'t used for "{usage}": {_advice(issuer)}')
    if not issuer.key_id:
        raise InvalidRequest(f"the issuer {issuer.name or issuer.id} can't sign: this mount doesn't have its key")

    async def build(committed: View) -> Signer | None:
        record = await issuer_of(committed, issuer.id)
        return await _signer(committed, record) if record is not None and record.key_id else None

    found = await view.derived(("pki-signer", issuer.id), build)
    # One that this request has made or changed has no committed row yet.
    return found if found is not None and found.record == issuer else await _signer(view, issuer)


def _advice(issuer: IssuerRecord) -> str:
    """What to do about a usage that is missing: a revoked issuer never gets it back."""
    return "it was revoked, so choose another issuer" if issuer.revoked_at else "add that to its usage"


async def _signer(view: View, issuer: IssuerRecord) -> Signer:
    key = await key_rows.loaded(view, issuer.key_id)
    chain = await chain_of(view, issuer)
    return Signer(issuer, Authority.load(issuer.certificate, key), chain.certificates, await limits_of(view, issuer))
