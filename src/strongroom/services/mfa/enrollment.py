"""An entity's secret for a TOTP method: made, shown once, destroyed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.crypto import totp
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.lib.qr_codes import barcode
from strongroom.services.mfa import methods, rows
from strongroom.services.mfa.records import TOTP, Demand, MethodRecord, TotpSecret, TotpSettings


async def secret_of(txn: Transaction, method: MethodRecord, entity_id: str, login: str = "") -> TotpSecret | None:
    """The secret that counts, or None.

    Args:
        login: the digest of a pending login, for which the secret that it was shown counts too.
    """
    secret = await txn.read(rows.secrets(method.namespace, method.id) + entity_id, TotpSecret)
    return secret if secret is not None and secret.pending_for in {"", login} else None


async def is_open(
    txn: Transaction, lineage: Sequence[str], demands: Iterable[Demand], method: MethodRecord, entity_id: str
) -> bool:
    """Whether a login may make a secret for a method, if its entity has none.

    The method has to allow it, and to be the only way to prove what the login has to prove.  Otherwise the password
    would be enough to put a new factor in the place of one that the entity has.

    Args:
        lineage: as in `methods.usable`. demands: what the login has to prove.
    """
    concerned = [demand for demand in demands if method.id in demand.method_ids]
    if not entity_id or not concerned or not settings_of(method).self_enrollment:
        return False
    for id_ in {id_ for demand in concerned for id_ in demand.method_ids} - {method.id}:
        other = await methods.usable(txn, lineage, id_)
        if other is None:
            continue
        # Who is known to another system, only that one knows.
        if other.type != TOTP or await secret_of(txn, other, entity_id) is not None:
            return False
    return True


async def generate(
    txn: Transaction,
    method: MethodRecord,
    entity_id: str,
    random_bytes: Callable[[int], bytes],
    *,
    login: str = "",
) -> dict[str, Any] | None:
    """Make a secret.  Returns what is shown of it, once; None if the entity has one.

    Args:
        login: the digest of the pending login that makes it.  The secret counts for others when that login is complete.
    """
    settings = settings_of(method)
    known = await txn.read(rows.secrets(method.namespace, method.id) + entity_id, TotpSecret)
    if known is not None and not known.pending_for:
        return None
    key = txn.once(f"totp secret {method.id} {entity_id}", lambda: random_bytes(settings.key_bytes))
    secret = TotpSecret(key=key, settings=settings, pending_for=login)
    txn.write(rows.secrets(method.namespace, method.id) + entity_id, secret)
    url = totp.url_of(base64.b32encode(key).decode().rstrip("="), settings.issuer, entity_id, settings)
    drawn = await txn.once.wait(
        f"barcode {method.id} {entity_id}", lambda: asyncio.to_thread(barcode, url, settings.qr_pixels)
    )
    return {"barcode": drawn, "url": url}


async def put_in_force(
    txn: Transaction, lineage: Sequence[str], method_ids: Iterable[str], entity_id: str, login: str
) -> None:
    """Let the secrets count that a login made and proved, because it is complete.

    Not before: a login that lacks another factor must not leave a secret behind.

    Args:
        method_ids: what it has proved. login: its digest.

    Raises: `PermissionDenied` if a secret that it has proved was replaced meanwhile.
    """
    for id_ in method_ids:
        method = await methods.usable(txn, lineage, id_)
        if method is None or method.type != TOTP:
            continue
        secret = await secret_of(txn, method, entity_id, login)
        if secret is None:
            raise PermissionDenied("the secret of the login was replaced meanwhile: log in again")
        if secret.pending_for:
            activated = msgspec.structs.replace(secret, pending_for="")
            txn.write(rows.secrets(method.namespace, method.id) + entity_id, activated)


def settings_of(method: MethodRecord) -> TotpSettings:
    """The settings of a TOTP method.  Raises `InvalidRequest` for another type."""
    if method.totp is None:
        raise InvalidRequest(f'generate not available for MFA type "{method.type}"')
    return method.totp


def destroy(txn: Transaction, method: MethodRecord, entity_id: str) -> None:
    """Delete an entity's secret, if there is one, and what was tried with it."""
    txn.delete(rows.secrets(method.namespace, method.id) + entity_id)
    txn.delete(rows.tries(method.namespace, method.id) + entity_id)
