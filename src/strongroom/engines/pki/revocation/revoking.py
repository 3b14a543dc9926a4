"""Revokes certificates: a row for each, and an entry that waits to be listed."""

from __future__ import annotations

from strongroom.crypto import chains
from strongroom.crypto.certificates import Certificate
from strongroom.crypto.revocation_lists import entries, reasons
from strongroom.engines.pki import serials
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.monitoring import tally
from strongroom.engines.pki.revocation import revoked
from strongroom.engines.pki.revocation.config import config_of
from strongroom.engines.pki.revocation.lists import rows, scheduling, timetable
from strongroom.engines.pki.revocation.lists.groups import Groups, groups_of, stream_id
from strongroom.engines.pki.revocation.lists.partitions import partition_of
from strongroom.engines.pki.revocation.records import CrlConfig, RevokedRecord
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Request, View


class Expired(InvalidRequest):
    """The certificate has expired, and so it isn't listed."""


async def revoke(request: Request, certificate: Certificate, reason: int = reasons.UNSPECIFIED) -> RevokedRecord:
    """Revoke a certificate of the mount.  One that was revoked before stays as it is.

    Args:
        reason: its code.

    Raises: `InvalidRequest` for an issuer's own certificate, and if its list has another certificate of the same serial
        number; `Expired` unless the settings allow it.
    """
    view, serial = request.view, certificate.serial_number
    before = await revoked.revoked_of(view, serial, certificate.der)
    if before is not None:
        return before
    groups, config = await groups_of(view), await config_of(view)
    # Found by the certificate: a stranger's, imported with the serial number of a leaf, must not protect the leaf.
    if (issuer := await issuer_rows.with_certificate(view, certificate.der)) is not None:
        raise InvalidRequest(f"adding issuer (id: {issuer.id}) to its own CRL is not allowed")
    if request.now > certificate.not_after and not config.allow_expired_cert_revocation:
        raise Expired(
            f"certificate with serial {serials.shown(serial)} already expired; refusing to add to CRL. "
            "Enable 'AllowExpiredCertRevocation' to allow revoking expired certificates."
        )
    issuer_id = await _issuer_of(view, groups, certificate)
    list_ = groups.of_issuer.get(issuer_id, groups.default)
    if list_ and await _is_listed(view, list_, serial):
        raise InvalidRequest(
            f"the certificate that the list has under the serial number {serials.shown(serial)} is another one: who "
            "reads the list takes both for revoked"
        )
    record = RevokedRecord(
        certificate=certificate.der,
        revoked_at=request.now,
        not_after=certificate.not_after,
        issuer_id=issuer_id,
        list_id=list_,
        reason=reason,
    )
    await revoked.keep(view, serial, record)
    await _keep_end(view, certificate)
    tally.count(request, tally.REVOKED)
    if list_:
        await _enter(request, config, list_, serial, reason)
    return record


async def relist(request: Request, certificate: Certificate, list_: str, reason: int) -> None:
    """Put an issuer's certificate on the list of its issuer.  The next list is a complete one, so no delta has it.

    One whose serial number the list has stays as it is there: it was revoked before it became an issuer's, or the list
    has another certificate of that number.  One that was revoked while its issuer was gone leaves the list it is on.
    """
    view, serial = request.view, certificate.serial_number
    if await _is_listed(view, list_, serial):
        return
    config = await config_of(view)
    if (before := await revoked.revoked_of(view, serial, certificate.der)) is not None:
        _unlist(view, config, serial, before)
    record = RevokedRecord(
        certificate=certificate.der,
        revoked_at=request.now,
        not_after=certificate.not_after,
        list_id=list_,
        reason=reason,
    )
    await revoked.keep(view, serial, record)
    await _keep_end(view, certificate)
    rows.want_whole(view, list_)
    await _enter(request, config, list_, serial, reason)
    await scheduling.want(view, request.mount.id, list_, request.now)


async def forget(view: View, serial: int, record: RevokedRecord) -> None:
    """Remove a revoked certificate that has expired, and have its entries taken off the lists."""
    await revoked.remove(view, serial, record.certificate)
    _unlist(view, await config_of(view), serial, record)


def _unlist(view: View, config: CrlConfig, serial: int, record: RevokedRecord) -> None:
    for stream in _streams(config, record.list_id, serial) if record.list_id else ():
        rows.remove_entry(view, stream, serials.row(serial))


async def _is_listed(view: View, list_: str, serial: int) -> bool:
    return any(each.list_id == list_ for each in await revoked.all_of(view, serial))


async def _keep_end(view: View, certificate: Certificate) -> None:
    """Tidying finds what to forget by its end; a certificate that was never stored has no entry there yet."""
    stored = await certificate_rows.certificate_of(view, certificate.serial_number)
    if stored is None or stored.certificate != certificate.der:
        certificate_rows.keep_end(view, certificate.serial_number, certificate.not_after)


def _streams(config: CrlConfig, list_: str, serial: int) -> list[str]:
    """The list of everything, and that of the certificate's partition in each set."""
    return [
        list_,
        *(
            stream_id(list_, number, partition_of(set_, serial))
            for number, set_ in enumerate(config.partition_sets)
            if set_.count > 1
        ),
    ]


async def _enter(request: Request, config: CrlConfig, list_: str, serial: int, reason: int) -> None:
    """Have the certificate listed."""
    entry, row = entries.entry(serial, request.now, reasons.extensions(reason)), serials.row(serial)
    at = timetable.wanted_at(config, request.now)
    for stream in _streams(config, list_, serial):
        rows.add_entry(request.view, stream, row, entry)
        if at is not None:
            await scheduling.want(request.view, request.mount.id, stream, at)


async def _issuer_of(view: View, groups: Groups, certificate: Certificate) -> str:
    """The id of the issuer; empty if it isn't one of the mount any more.  Raises `InvalidRequest` as `owned` does."""
    stored = await certificate_rows.certificate_of(view, certificate.serial_number)
    is_it = stored is not None and stored.certificate == certificate.der
    issuer_id = stored.issuer_id if stored is not None else ""
    if is_it and issuer_id in groups.of_issuer:
        return issuer_id
    found = issuer_among(groups, certificate)
    if stored is not None and not is_it and groups.of_issuer.get(issuer_id) == groups.of_issuer.get(found):
        raise InvalidRequest("the certificate that this mount has stored under that serial number is another one")
    if not found and not is_it:
        raise InvalidRequest(
            "unable to verify signature on presented cert from any present issuer in this mount; certificates from "
            "previous CAs will need to have their issuing CA and key re-imported if revocation is necessary"
        )
    return found


def issuer_among(groups: Groups, certificate: Certificate) -> str:
    """The id of the issuer that has signed a certificate; empty if it is none of them."""
    for group in groups.by_id.values():
        # Of a group, whichever: their keys are the same.
        if group.certificate.subject == certificate.issuer and chains.has_issued(group.certificate, certificate):
            return group.issuers[0].id
    return ""
