"""Authorization codes: used once, on whichever node, within five minutes.

Source: RFC 6749, section 4.1.2
"""

from __future__ import annotations

from strongroom.barrier.due import OIDC_CODE, DueRecord, due_key
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.mac import sha256
from strongroom.lib.rand import Random, base62
from strongroom.services.oidc import rows
from strongroom.services.oidc.records import OidcCode

LIFETIME_S = 300
_CHARACTERS = 32
_MOST_CHARACTERS = 512


def issue(txn: Transaction, random: Random, namespace: str, record: OidcCode) -> str:
    """Store a code, and return it.  The store has its digest only."""
    code = txn.once("oidc code", lambda: base62(random, _CHARACTERS))
    digest = _digest(code)
    txn.write(rows.code(namespace, digest), record)
    row = due_key(record.expires_at, OIDC_CODE, f"{namespace}/{digest}")
    txn.write(row, DueRecord(kind=OIDC_CODE, id=f"{namespace}/{digest}"))
    return code


async def redeem(txn: Transaction, namespace: str, code: str, now: float) -> OidcCode | None:
    """What a code stands for; None for one that is unknown, used or too old.

    The code is used up by this, whatever becomes of the request: of two transactions that redeem it, the store lets one
    commit, and the other finds nothing.
    """
    if len(code) > _MOST_CHARACTERS:
        return None
    digest = _digest(code)
    record = await txn.read(rows.code(namespace, digest), OidcCode)
    if record is None:
        return None
    txn.delete(rows.code(namespace, digest))
    txn.delete(due_key(record.expires_at, OIDC_CODE, f"{namespace}/{digest}"))
    return record if now < record.expires_at else None


def clear(txn: Transaction, id_: str) -> None:
    """Delete a code that has expired.

    Args:
        id_: of its due row.
    """
    namespace, _, digest = id_.partition("/")
    txn.delete(rows.code(namespace, digest))


def _digest(code: str) -> str:
    return sha256(code.encode("utf-8", "surrogatepass")).hex()
