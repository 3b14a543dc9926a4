"""The second factor of a request: the `mfa_methods` of a rule, with the credentials in `X-Vault-MFA`.

A proof has transactions of its own, and may wait for another system.  So the request's transaction is given up when it
finds that a proof is needed, and runs again after it.

Source: https://developer.hashicorp.com/vault/docs/enterprise/mfa
"""

from __future__ import annotations

import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import Internal, PermissionDenied
from strongroom.services.exchange import Exchange
from strongroom.services.identity import entities
from strongroom.services.mfa import Demand, Subject, credentials, demand_of
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens import TokenRecord
from strongroom.sysapi.services import Services

log = structlog.get_logger("mfa")

DENIED = "1 error occurred:\n\t* permission denied\n\n"


class Unproved(Exception):  # no error: the request begins again after the proof
    """A request needs a second factor before it can be served."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__("a second factor is needed")
        self.exchange = exchange


def refused(attempt: Attempt, proved: frozenset[str] | None) -> PermissionDenied | None:
    """The refusal of a request whose policies demand more methods than were proved; None if they don't.

    Args:
        proved: the methods that were proved; None before the proof.
    """
    grant = attempt.exchange.grant
    if proved is None or grant is None or proved.issuperset(grant.mfa_methods):
        return None
    return PermissionDenied(DENIED, detail="the policies demand other second factors than when they were proved")


async def prove(services: Services, exchange: Exchange) -> frozenset[str]:
    """Prove every method that the policies demand of a request.

    Returns: the methods, as the policies name them.

    Raises: `PermissionDenied` if one isn't proved.  A use of the token is spent then too.
    """
    if exchange.bearer is None or exchange.grant is None:
        raise Internal(detail="a second factor of a request without a token")
    record, names = exchange.bearer.record, exchange.grant.mfa_methods
    try:
        await _prove(services, exchange, record, names)
    except PermissionDenied:
        if record.num_uses:
            await transact(services.barrier, lambda txn: services.tokens.use(txn, record))
        raise
    return frozenset(names)


async def _prove(services: Services, exchange: Exchange, record: TokenRecord, names: tuple[str, ...]) -> None:
    if not record.entity_id:
        raise PermissionDenied(DENIED, detail="a policy demands a second factor, and the token has no entity")
    request = exchange.request
    given = credentials.from_header(request.headers.get(credentials.HEADER, ""))
    if given is None:
        raise PermissionDenied(f"this request needs MFA credentials (header X-Vault-MFA) for: {', '.join(names)}")

    async def asked(txn: Transaction) -> tuple[Subject, list[Demand]]:
        home = await services.mounts.namespaces.by_id(txn, record.home_of_entity)
        # A merge has moved the entity's secrets to what it was merged into.
        entity = await entities.living(txn, record.home_of_entity, record.entity_id)
        if home is None or entity is None:
            raise PermissionDenied(DENIED)
        subject = Subject(lineage=home.lineage, entity_id=entity.id, address=request.address)
        return subject, [await _demand(services, txn, home, name) for name in names]

    subject, wanted = await transact(services.barrier, asked)
    try:
        await services.mfa.validate(subject, wanted, given)
    except PermissionDenied as error:
        # Who holds a stolen token doesn't learn whether a code was wrong, old or of nobody.
        log.info("a request failed by its second factor", request_id=request.id, reason=error.text)
        raise PermissionDenied(DENIED) from error


async def _demand(services: Services, txn: Transaction, home: Namespace, name: str) -> Demand:
    """The demand for a method, whose name has the path of its rule's namespace in front.

    An entity proves the methods of its namespace and of those above.  A rule of another one demands what can't be
    proved, whatever the names there are.
    """
    path, _, own = name.rpartition("/")
    place = await services.mounts.namespaces.at(txn, path)
    if place is None or not place.holds(home):
        return Demand(name=own, method_ids=())
    return await demand_of(txn, place.lineage, own)
