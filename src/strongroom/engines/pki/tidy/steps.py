"""The steps of a run: each takes a piece of work, and says where the next piece begins.

Rows are listed in transactions of their own, which commit nothing: what depends on a listing would conflict with every
certificate that is issued meanwhile.
"""

from __future__ import annotations

from typing import Final

from strongroom.crypto.certificates import certificate_of_der
from strongroom.engines.pki import serials
from strongroom.engines.pki.acme import tidy as acme
from strongroom.engines.pki.certificates import rows as certificate_rows
from strongroom.engines.pki.certificates.digests import digests_of
from strongroom.engines.pki.certificates.records import CertificateMetadata, CertificateRecord
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.issuing import repeats
from strongroom.engines.pki.revocation import revoked
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.engines.pki.revocation.records import RevokedRecord
from strongroom.engines.pki.revocation.revoking import forget, issuer_among
from strongroom.engines.pki.tidy.decisions import Entry, counted, fate, horizon
from strongroom.engines.pki.tidy.records import Run
from strongroom.sdk import View, replace

AT_ONCE: Final = 15
"""Certificates that one commit removes: most have up to seven rows, and etcd takes 128 operations."""
_ROWS_EACH: Final = 7
"""Rows of a certificate without further names, each of which has a row too."""
ISSUERS_AT_ONCE: Final = 20
"""Issuers that one commit removes: each has up to five rows."""
COUNTED: Final = 20_000
"""Certificates whose reason to stay is looked for.  Of a mount with more, the earliest ones are told."""


async def entries(view: View, run: Run, now: float) -> Run:
    """Remove certificates, and revocations, whose time has come.  From the index by time: no other is looked at."""
    names = await view.apart(lambda apart: apart.scan(certificate_rows.EXPIRY, run.after, AT_ONCE))
    end = certificate_rows.moment(horizon(run.work, now))
    due = [name for name in names if name.partition("/")[0] < end]

    async def remove(apart: View) -> tuple[list[str], int, int]:
        done, stored, gone = await _fitting(apart, due), 0, 0
        for name in done:
            removed = await _remove(apart, name, run, now)
            stored, gone = stored + removed[0], gone + removed[1]
        return done, stored, gone

    done, stored, gone = await view.apart(remove) if due else ([], 0, 0)
    counts = replace(
        run.counts,
        cert_store_deleted=run.counts.cert_store_deleted + stored,
        revoked_cert_deleted=run.counts.revoked_cert_deleted + gone,
    )
    is_through = len(done) == len(due) < AT_ONCE
    return replace(run, counts=counts, after="" if is_through else done[-1])


async def _fitting(view: View, due: list[str]) -> list[str]:
    """The first certificates that one commit can remove, and at least one."""
    rows = 0
    for number, name in enumerate(due):
        record, _ = await _ending(view, name)
        rows += _ROWS_EACH + (len(record.names) if record is not None else 0)
        if number and rows > AT_ONCE * _ROWS_EACH:
            return due[:number]
    return due


async def _remove(view: View, name: str, run: Run, now: float) -> tuple[int, int]:
    """Remove what may go of one certificate.  Returns how many stored ones and revocations that were."""
    time, _, row = name.partition("/")
    record, revocations = await _ending(view, name)
    entry = Entry(not_after=int(time, 16), stored=record is not None, revoked=bool(revocations))
    found = fate(entry, run.work, now)
    if found.remove_stored and record is not None:
        certificate_rows.remove(view, row, record, await digests_of(view))
    if found.remove_revoked:
        for each in revocations:
            await forget(view, serials.parsed(row) or 0, each)
    if found.leaves(entry):
        view.write(certificate_rows.EXPIRY + name, certificate_rows.ENTRY)
    else:
        metadata = await view.read(certificate_rows.METADATA + row, CertificateMetadata)
        if metadata is not None and certificate_rows.moment(metadata.not_after) == time:
            view.delete(certificate_rows.METADATA + row)
        view.delete(certificate_rows.EXPIRY + name)
    return int(found.remove_stored), len(revocations) if found.remove_revoked else 0


async def _ending(view: View, name: str) -> tuple[CertificateRecord | None, list[RevokedRecord]]:
    """What there is of the certificates that an entry of the index by time means.

    Others of the same serial number have an end, and an entry, of their own.
    """
    time, _, row = name.partition("/")
    record = await view.read(certificate_rows.CERTIFICATES + row, CertificateRecord)
    revocations = await revoked.all_of(view, serials.parsed(row) or 0)
    return (
        record if record is not None and certificate_rows.moment(record.not_after) == time else None,
        [each for each in revocations if certificate_rows.moment(each.not_after) == time],
    )


async def associations(view: View, run: Run, _: float) -> Run:
    """Find the issuers of revoked certificates that lack one."""
    names = await view.apart(lambda apart: apart.list(revoked.REVOKED, run.after, AT_ONCE))

    async def associate(apart: View) -> int:
        groups, missing = await groups_of(apart), 0
        for serial in (serials.parsed(name) or 0 for name in names):
            for record in await revoked.all_of(apart, serial):
                if record.issuer_id in groups.of_issuer:
                    continue
                missing += 1
                found = issuer_among(groups, certificate_of_der(record.certificate))
                if found:
                    await revoked.keep(apart, serial, replace(record, issuer_id=found))
        return missing

    missing = await view.apart(associate) if names else 0
    counts = replace(run.counts, missing_issuer=run.counts.missing_issuer + missing)
    return replace(run, counts=counts, after=names[-1] if len(names) == AT_ONCE else "")


async def issuers(view: View, run: Run, now: float) -> Run:
    """Remove issuers that have expired long ago, but not their keys."""
    ids = await view.apart(lambda apart: apart.list(issuer_rows.ISSUERS, run.after, ISSUERS_AT_ONCE))

    async def remove(apart: View) -> int:
        found = [await issuer_rows.issuer_of(apart, id_) for id_ in ids]
        gone = [
            issuer
            for issuer in found
            if issuer is not None and 0 < issuer.not_after < now - run.work.issuer_safety_buffer
        ]
        for issuer in gone:
            await issuer_rows.remove(apart, issuer)
        return len(gone)

    removed = await view.apart(remove) if ids else 0
    counts = replace(run.counts, issuers_deleted=run.counts.issuers_deleted + removed)
    return replace(run, counts=counts, after=ids[-1] if len(ids) == ISSUERS_AT_ONCE else "")


async def acme_orders(view: View, run: Run, now: float) -> Run:
    """Remove what no client of ACME needs any more."""
    buffer_s = run.work.acme_account_safety_buffer
    accounts = run.counts.acme_accounts if run.after else await view.apart(acme.accounts)
    done = await view.apart(lambda apart: acme.tidy_piece(apart, now, buffer_s, after=run.after, limit=AT_ONCE))
    counts = replace(
        run.counts,
        acme_accounts=accounts,
        acme_orders_deleted=run.counts.acme_orders_deleted + done.orders_deleted,
        acme_accounts_revoked=run.counts.acme_accounts_revoked + done.accounts_revoked,
        acme_accounts_deleted=run.counts.acme_accounts_deleted + done.accounts_deleted,
    )
    return replace(run, counts=counts, after=done.last)


async def repeated(view: View, run: Run, now: float) -> Run:
    """Remove counts of certificates of the same names that count no more."""
    names = await view.apart(lambda apart: apart.scan(repeats.ENDS, "", AT_ONCE))
    due = [name for name in names if int(name.partition("/")[0], 16) < now]

    async def remove(apart: View) -> None:
        for name in due:
            apart.delete(repeats.REPEATS + name.partition("/")[2])
            apart.delete(repeats.ENDS + name)

    if due:
        await view.apart(remove)
    return replace(run, after="again" if len(due) == AT_ONCE else "")


async def kept(view: View, run: Run, now: float) -> Run:
    """Count what was left, by the reason."""
    names = await view.apart(lambda apart: apart.scan(certificate_rows.EXPIRY, run.after, AT_ONCE * 10))

    async def look(apart: View) -> list[Entry]:
        found = []
        for name in names:
            record, revocations = await _ending(apart, name)
            not_after = int(name.partition("/")[0], 16)
            found.append(Entry(not_after=not_after, stored=record is not None, revoked=bool(revocations)))
        return found

    counts = counted(run.counts, await view.apart(look), run.work, now)
    seen = counts.kept_within_buffer + counts.kept_not_expired
    return replace(run, counts=counts, after=names[-1] if len(names) == AT_ONCE * 10 and seen < COUNTED else "")
