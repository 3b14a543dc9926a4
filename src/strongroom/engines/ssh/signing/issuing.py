"""Signs a certificate, and stores what there is to know of it."""

from __future__ import annotations

from typing import Any

from strongroom.crypto.mac import sha256
from strongroom.crypto.ssh import certificates
from strongroom.crypto.ssh.certificates import Draft
from strongroom.crypto.ssh.public_keys import SshPublicKey
from strongroom.crypto.ssh.signing import Authority
from strongroom.engines.ssh.certificates import clearing, rows
from strongroom.engines.ssh.certificates.records import CertificateRecord
from strongroom.engines.ssh.issuers import rows as issuer_rows
from strongroom.engines.ssh.revocation import rows as revocation_rows
from strongroom.engines.ssh.signing.drafting import CertificateFields, Role, draft
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Random, Request

_SERIAL_BYTES = 8


async def signed(
    request: Request, role: Role, key: SshPublicKey, body: CertificateFields, random: Random
) -> tuple[dict[str, Any], list[str]]:
    """The certificate of a key as the answer has it, and warnings.

    Raises: `InvalidRequest` for what the role doesn't allow, a key that was revoked, and an issuer that there isn't or
        whose key was revoked.
    """
    serial = request.once("serial", lambda: _new_serial(random))
    made, warnings = await draft(request, role, key, body, serial)
    if await revocation_rows.key_revoked_at(request.view, key.digest) is not None:
        raise InvalidRequest("public_key was revoked: hosts that read ssh/krl let nobody in with it")
    issuer = await issuer_rows.referred(request.view, role.record.issuer_ref)
    authority = await issuer_rows.authority_of(request.view, issuer)
    if await revocation_rows.key_revoked_at(request.view, authority.public.digest) is not None:
        raise InvalidRequest("the issuer's key was revoked: hosts that read ssh/krl let nobody in whom it has signed")
    nonce = request.once("nonce", lambda: random.bytes(certificates.NONCE_BYTES))
    to_sign = certificates.to_sign(made, authority, nonce)
    algorithm = role.record.algorithm_signer
    signature = request.once(
        f"signature {algorithm} {sha256(to_sign).hex()}", lambda: authority.sign(to_sign, algorithm)
    )
    rows.keep(request.view, serial, _record(request, role, made, issuer.id, authority))
    await clearing.plan(request, made.valid_before)
    data = {
        "issuer_id": issuer.id,
        "serial_number": rows.shown_serial(serial),
        "signed_key": certificates.line(made, to_sign, signature),
    }
    return data, warnings


def _new_serial(random: Random) -> int:
    """A number that no other certificate has.  0 is none: OpenSSH takes it for "without a number"."""
    while not (serial := int.from_bytes(random.bytes(_SERIAL_BYTES), "big")):
        pass
    return serial


def _record(request: Request, role: Role, made: Draft, issuer_id: str, authority: Authority) -> CertificateRecord:
    client = request.client
    return CertificateRecord(
        type=made.type,
        key_id=made.key_id,
        principals=made.principals,
        key_digest=made.key.digest,
        valid_after=made.valid_after,
        valid_before=made.valid_before,
        issuer_id=issuer_id,
        role=role.name,
        signed_at=request.now,
        entity_id=client.entity_id if client is not None else "",
        display_name=client.display_name if client is not None else "",
        issuer_key_digest=authority.public.digest,
    )
