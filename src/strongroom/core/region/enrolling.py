"""Enrols a region that wants to follow: by a token that works once."""

from __future__ import annotations

from typing import Final

import structlog

from strongroom.barrier import keys
from strongroom.barrier.region import RegionState
from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto import region_certificates
from strongroom.crypto.region_certificates import Pair
from strongroom.lib.errors import Internal, PermissionDenied
from strongroom.services.region import wire
from strongroom.services.region.records import (
    AUTHORITY,
    FOLLOWERS,
    Enrolment,
    FollowerRecord,
    RegionAuthority,
    enrolment_row,
)
from strongroom.sysapi.services import Services

log = structlog.get_logger("region")

_INVALID: Final = "the enrolment token is not valid: it was used, has expired, or is of another region"


async def enrol(services: Services, state: RegionState, asked: wire.Enrol) -> wire.Enrolled:
    """Use up the token, and sign a certificate for the region.  Raises `PermissionDenied`, `InvalidRequest`."""
    now = await services.barrier.storage.now()

    async def body(txn: Transaction) -> wire.Enrolled:
        enrolment = await txn.read(enrolment_row(asked.secret), Enrolment)
        if enrolment is None or enrolment.expires_at <= now:
            raise PermissionDenied(_INVALID)
        authority = await txn.read(AUTHORITY, RegionAuthority)
        keyring = await txn.read_plain(keys.KEYRING)
        if authority is None or keyring is None:
            raise Internal("the region has no authority")
        pair = Pair(authority.certificate, authority.key)
        certificate = txn.once(
            "certificate", lambda: region_certificates.sign(pair, asked.request, enrolment.name, now)
        )
        txn.delete(enrolment_row(asked.secret))
        for other in await txn.list(FOLLOWERS):
            before = await txn.read(FOLLOWERS + other, FollowerRecord)
            if before is not None and before.left and before.cluster_id == asked.cluster_id:
                txn.delete(FOLLOWERS + other)  # it comes back
        txn.write(
            FOLLOWERS + region_certificates.fingerprint(certificate),
            FollowerRecord(
                name=enrolment.name, public_key=asked.public_key, cluster_id=asked.cluster_id, enrolled_at=now
            ),
        )
        return wire.Enrolled(
            certificate=certificate,
            root_key=services.barrier.root.hand_over(asked.public_key),
            keyring=keyring,
            cluster_id=services.cluster.id,
            term=state.term,
            api_address=services.api_address,
            name=enrolment.name,
        )

    enrolled = await transact(services.barrier, body)
    log.warning("a region was enrolled, and has the root key now", region=enrolled.name)
    return enrolled
