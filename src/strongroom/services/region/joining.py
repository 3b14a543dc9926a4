"""Makes a store that of a follower: one commit replaces its keys by those of the first region."""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.keyring import open_keyring
from strongroom.barrier.record import Record, encode
from strongroom.barrier.region import FOLLOWER, RegionState
from strongroom.barrier.root_key import HAND_OVER
from strongroom.barrier.transaction import Transaction
from strongroom.crypto import hpke, region_certificates
from strongroom.lib.errors import InvalidRequest, Tampered, UpstreamFailed
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.seals import shamir
from strongroom.services.region import wire
from strongroom.services.region.link import Asking, RegionRefused
from strongroom.services.region.records import HEARD, MEMBERSHIP, PROGRESS, Heard, Membership, Progress

_OWN: Final = (keys.AUDIT_DEVICES, keys.AUDIT_FORMER, keys.AUDIT_HEADS, keys.VERSIONS)
_OWN_ROWS: Final = (keys.CLUSTER, keys.AUDIT_MANIFEST)


async def enrol(
    asking: Asking, content: wire.TokenContent, random: Random, cluster_id: str
) -> tuple[wire.Enrolled, Secret, Membership]:
    """Use up a token.

    Args:
        asking: reaches the first region, without a certificate.
        cluster_id: of this region.

    Returns: what the first region says, its root key, and what this region keeps of it.
    Raises: `InvalidRequest` if it refuses, `UpstreamFailed`.
    """
    request = region_certificates.new_request()
    private = random.bytes(hpke.PRIVATE_KEY_BYTES)
    said = wire.Enrol(content.secret, request.certificate, hpke.public_key(private), cluster_id)
    try:
        enrolled = await asking.ask(wire.ENROL, said, wire.Enrolled)
        key = Secret(hpke.open_(private, enrolled.root_key, HAND_OVER))
    except RegionRefused as refused:
        raise InvalidRequest(refused.text) from refused
    except Tampered as error:
        raise UpstreamFailed("the first region gave no usable answer") from error
    membership = Membership(
        address=content.address,
        authority=content.authority,
        certificate=enrolled.certificate,
        key=request.key,
        private_key=private,
        cluster_id=enrolled.cluster_id,
        name=enrolled.name,
    )
    return enrolled, key, membership


async def join(
    txn: Transaction, random: Random, enrolled: wire.Enrolled, root_key: Secret, membership: Membership
) -> bool:
    """Put the first region's keys in the place of this store's, and keep what describes this region's machines.

    The seal stays this region's own: whoever could unseal it can still do so.

    Returns: whether the keys are others than before, so that the processes that run now have to be sealed.
    """
    now = await txn.barrier.storage.now()
    keyring = open_keyring(root_key, enrolled.keyring)
    cipher = RowCipher(keyring, random)
    foreign = keyring.index_key != txn.barrier.keyring.index_key
    rows: dict[str, bytes | None] = {keys.KEYRING: enrolled.keyring}
    for key in await _own(txn):
        content = await txn.read_encoded(key)
        if content is not None:
            rows[key] = cipher.seal(key, content)
    for name in await txn.scan(keys.REGIONS):
        rows[keys.REGIONS + name] = None
    for node in await txn.scan(keys.NODES):  # they write their rows again
        rows[keys.NODES + node] = None
    state = RegionState(role=FOLLOWER, term=enrolled.term, settled=False, writer=enrolled.api_address, changed_at=now)
    made: dict[str, Record] = {
        keys.REGION: state,
        MEMBERSHIP: msgspec.structs.replace(membership, foreign=foreign),
        PROGRESS: Progress(),
        HEARD: Heard(),
    }
    rows |= {key: cipher.seal(key, encode(record)) for key, record in made.items()}
    for name in await txn.list(keys.SEALS):
        row = await txn.read_plain(keys.seal(name))
        if row is not None:
            record = msgspec.json.decode(row, type=shamir.SealRecord)
            rows[keys.seal(name)] = msgspec.json.encode(shamir.rewrap(record, root_key))
    txn.across.take_over(rows)
    return foreign


async def _own(txn: Transaction) -> list[str]:
    found = list(_OWN_ROWS)
    for prefix in _OWN:
        found += [prefix + name for name in await txn.scan(prefix)]
    return found
