"""Completes a login that was kept back, when its second factor is proved.

The first transaction of the request kept the login back, or found it.  The proof has transactions of its own, and may
wait for another system between them.  The last transaction makes the token and ends the login that was kept back, if
nothing has ended it meanwhile: a login gives one token, on whichever node it is completed.
"""

from __future__ import annotations

import contextlib

import msgspec
import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.answer import Answer
from strongroom.core.attempt import Attempt
from strongroom.core.dispatch import engine_request
from strongroom.core.login import log_in
from strongroom.core.second_factor import holding
from strongroom.core.wrap import wrap
from strongroom.lib.errors import InvalidRequest, PermissionDenied, StrongroomError
from strongroom.sdk.engine import AuthMethod
from strongroom.sdk.response import Auth, Response, SecondFactor
from strongroom.services.exchange import Exchange
from strongroom.services.mfa import Subject, enrollment, pending
from strongroom.services.mfa.credentials import Credentials
from strongroom.services.mfa.records import PendingLogin
from strongroom.services.mounts import MountEntry
from strongroom.sysapi.services import Services

log = structlog.get_logger("mfa")

UNKNOWN = "invalid request ID"
DENIED = "permission denied"
CHANGED = "the user or role changed meanwhile: log in again"


async def prove(services: Services, exchange: Exchange, answer: Answer, given: SecondFactor) -> Answer:
    """Prove the second factor, and answer with the login's token.

    Raises: `PermissionDenied` if it isn't proved; `InvalidRequest` if no such login waits.
    """
    namespace = exchange.namespace.id

    async def known(txn: Transaction) -> PendingLogin:
        return await _waiting(services, txn, namespace, given.login)

    held = await transact(services.barrier, known)
    subject = Subject(
        lineage=exchange.namespace.lineage,
        entity_id=held.entity_id,
        accessor=held.accessor,
        address=exchange.request.address,
        login=given.login,
    )
    try:
        proved = await services.mfa.validate(subject, held.demands, Credentials(given.by_method))
    except PermissionDenied as error:
        if not given.at_once:
            raise  # the client may try again
        await _give_up(services, namespace, given.login)
        # The request proved a password too.  The reason is in the log of the server only, as Vault has it.
        log.info("a login failed by its second factor", request_id=exchange.request.id, reason=error.text)
        raise PermissionDenied(DENIED) from error
    proof = holding.Proof(entity_id=held.entity_id, method_ids=proved)
    return await transact(
        services.barrier, lambda txn: _finish(services, txn, exchange, answer, login=given.login, proof=proof)
    )


async def _waiting(services: Services, txn: Transaction, namespace: str, digest: str) -> PendingLogin:
    held = await pending.read(txn, namespace, digest, services.clock.now())
    if held is None:
        raise InvalidRequest(UNKNOWN)
    return held


async def _finish(
    services: Services, txn: Transaction, exchange: Exchange, answer: Answer, *, login: str, proof: holding.Proof
) -> Answer:
    """Make the token.  What the login is granted is decided by what is stored now."""
    held = await _waiting(services, txn, exchange.namespace.id, login)
    router = await services.mounts.router(txn, exchange.namespace.id)
    entry = router.by_id.get(held.mount)
    if entry is None:
        raise InvalidRequest(UNKNOWN)  # the auth method was disabled
    entry.check_open()
    # Without the body: it has the codes, which are no business of the auth method.
    request = msgspec.structs.replace(exchange.request, path=held.path, data={}, received_at=services.clock.now())
    attempt = Attempt(services, txn, router, Exchange(request, entry=entry, namespace=exchange.namespace))
    auth = await _still_granted(attempt, entry, holding.auth_of(held))
    made = await log_in(attempt, entry, auth, proved=proof)
    await enrollment.put_in_force(txn, exchange.namespace.lineage, proof.method_ids, proof.entity_id, login)
    pending.end(txn, exchange.namespace.id, login, held)
    answer = msgspec.structs.replace(
        answer, response=Response(warnings=made.warnings), auth=made.block, second_factor=None, bearer=made.bearer
    )
    return await wrap(services, txn, exchange, answer) if exchange.request.wrap_ttl_s else answer


async def _still_granted(attempt: Attempt, entry: MountEntry, auth: Auth) -> Auth:
    """The login with the present settings of its auth method, as for a renewal.

    Raises: `PermissionDenied` if its user or role is gone, or has other policies.
    """
    if not isinstance(entry.engine, AuthMethod):
        return auth
    try:
        return await entry.engine.renew_token(engine_request(attempt, entry, attempt.request.token), auth)
    except InvalidRequest as error:
        raise PermissionDenied(CHANGED, detail=error.text) from error


async def _give_up(services: Services, namespace: str, digest: str) -> None:
    """End a login whose request failed, because no client knows its id.

    If that fails, it ends when its time is over.
    """

    async def body(txn: Transaction) -> None:
        held = await pending.read(txn, namespace, digest, services.clock.now())
        if held is not None:
            pending.end(txn, namespace, digest, held)

    with contextlib.suppress(StrongroomError):
        await transact(services.barrier, body)
