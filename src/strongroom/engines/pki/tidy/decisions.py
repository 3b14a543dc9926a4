"""What may go, and why something stays (p)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from strongroom.engines.pki.tidy.records import Counts, Work

ENTRIES: Final = "entries"
ASSOCIATIONS: Final = "associations"
ISSUERS: Final = "issuers"
ACME: Final = "acme"
REPEATS: Final = "repeats"
KEPT: Final = "kept"
_STEPS: Final = (ENTRIES, ASSOCIATIONS, ISSUERS, ACME, REPEATS, KEPT)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What there is of a certificate that has expired."""

    not_after: int
    stored: bool
    revoked: bool


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of it."""

    remove_stored: bool
    remove_revoked: bool

    def leaves(self, entry: Entry) -> bool:
        """Whether anything is left of it."""
        return (entry.stored and not self.remove_stored) or (entry.revoked and not self.remove_revoked)


def fate(entry: Entry, work: Work, now: float) -> Fate:
    """What a run removes of a certificate.

    A revocation stays as long as anybody could still take the certificate for a valid one.
    """
    age_s = now - entry.not_after
    gone = work.tidy_revoked_certs and age_s > work.revoked_safety_buffer
    stored = work.tidy_cert_store and age_s > work.safety_buffer
    return Fate(
        remove_stored=entry.stored and (stored or (gone and entry.revoked)), remove_revoked=entry.revoked and gone
    )


def horizon(work: Work, now: float) -> float:
    """The end before which a certificate has to be looked at: none that ends later has anything to remove."""
    buffers = []
    if work.tidy_cert_store:
        buffers.append(work.safety_buffer)
    if work.tidy_revoked_certs:
        buffers.append(work.revoked_safety_buffer)
    return now - min(buffers) if buffers else 0.0


def next_step(step: str, work: Work) -> str:
    """What a run does after a step; empty at its end."""
    wanted = {
        ENTRIES: work.tidy_cert_store or work.tidy_revoked_certs,
        ASSOCIATIONS: work.tidy_revoked_cert_issuer_associations,
        ISSUERS: work.tidy_expired_issuers,
        ACME: work.tidy_acme,
        REPEATS: True,
        KEPT: work.tidy_cert_store or work.tidy_revoked_certs,
    }
    rest = _STEPS[_STEPS.index(step) + 1 :] if step else _STEPS
    return next((each for each in rest if wanted[each]), "")


def counted(counts: Counts, entries: Iterable[Entry], work: Work, now: float) -> Counts:
    """The counts with those of certificates that are left."""
    for entry in entries:
        expired = entry.not_after < now
        eligible = [counts.next_eligible_at] if counts.next_eligible_at else []
        if entry.stored and work.tidy_cert_store:
            eligible.append(float(entry.not_after + work.safety_buffer))
        if entry.revoked and work.tidy_revoked_certs:
            eligible.append(float(entry.not_after + work.revoked_safety_buffer))
        counts = msgspec.structs.replace(
            counts,
            kept_within_buffer=counts.kept_within_buffer + (entry.stored and expired),
            kept_not_expired=counts.kept_not_expired + (entry.stored and not expired),
            revoked_within_buffer=counts.revoked_within_buffer + (entry.revoked and expired),
            revoked_not_expired=counts.revoked_not_expired + (entry.revoked and not expired),
            next_eligible_at=min(eligible, default=0.0),
        )
    return counts
