"""Proves second factors.

A proof consists of short transactions of its own, with the question to another system between them.  So it must not be
asked for within a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import structlog

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction, transact
from strongroom.crypto import totp
from strongroom.lib.clock import Clock
from strongroom.lib.errors import PermissionDenied, StrongroomError
from strongroom.services.identity import IdentityService
from strongroom.services.mfa import attempts, enrollment, methods, rows, usernames
from strongroom.services.mfa.credentials import Credentials, passcode_of
from strongroom.services.mfa.drivers import DRIVERS, Outgoing, Question
from strongroom.services.mfa.records import TOTP, Demand, MethodRecord, Tries

log = structlog.get_logger("mfa")

INCORRECT = "MFA credentials not supplied or incorrect"


class Subject(msgspec.Struct, frozen=True):
    """Who has to prove a second factor."""

    lineage: tuple[str, ...]
    """Ids of the ancestors of the entity's namespace, root first, and its own.  Their methods are usable."""
    entity_id: str
    accessor: str = ""
    """Of the auth mount of a login; empty outside logins.  It decides which alias `username_format` means."""
    address: str = ""
    """The client's IP address; empty if unknown."""
    login: str = ""
    """The digest of the pending login; empty outside logins."""


class MfaService:
    """Proves second factors, on any node.

    Args:
        outgoing: sends requests to other systems.
    """

    def __init__(
        self, barrier: Barrier, identity: IdentityService, clock: Clock, outgoing: Outgoing | None = None
    ) -> None:
        self._barrier = barrier
        self._identity = identity
        self._clock = clock
        self._outgoing = outgoing or Outgoing()

    async def validate(
        self, subject: Subject, demands: Iterable[Demand], credentials: Credentials | None
    ) -> frozenset[str]:
        """Prove every demand, by any one of its methods that the client named.  Returns the ids of the proved methods.

        This commits by itself, and may wait for another system for a minute: call it outside of transactions.  A path
        that asks for several methods (`mfa_methods` of a policy) is one `Demand` for each of them; `demand_of` makes
        one of an id or a name.  A request's credentials are `credentials.from_header` of its `X-Vault-MFA`.

        Every call counts codes as used and failures as failures.  So call it once for a request, and keep the result.

        Raises: `PermissionDenied` if one demand isn't proved, whatever the reason; its text is for the client.
            `StorageError` as the store does.
        """
        proved: set[str] = set()
        for demand in demands:
            if proved.isdisjoint(demand.method_ids):
                proved.add(await self._satisfy(subject, demand, credentials or Credentials({})))
        return frozenset(proved)

    async def _satisfy(self, subject: Subject, demand: Demand, credentials: Credentials) -> str:
        """Prove one demand.  Returns the id of the method."""
        found = await transact(self._barrier, lambda txn: _methods(txn, subject.lineage, demand.method_ids))
        named = [
            (method, given) for method in found if (given := credentials.named(method.id, method.name)) is not None
        ]
        if not named:
            missing = [
                "failed to find MFA credentials associated with an MFA method ID "
                f"{method.id}, method name {method.name}"
                for method in found
            ] or ["its MFA methods don't exist"]
            raise _unsatisfied(demand, "failed to sanitize MFA creds, " + _listed(missing))
        reasons = []
        for method, given in named:
            try:
                await self._prove(subject, method, passcode_of(given))
            except PermissionDenied as error:
                reasons.append(error.text)
            else:
                return method.id
        tried = " ".join(method.id for method, _ in named)
        raise _unsatisfied(demand, _listed([*reasons, f"login MFA validation failed for methodID: [{tried}]"]))

    async def _prove(self, subject: Subject, method: MethodRecord, passcode: str) -> None:
        """Prove one method.  Raises `PermissionDenied`."""
        if method.type == TOTP:
            reason = await transact(self._barrier, lambda txn: self._count_code(txn, subject, method, passcode))
            if reason:
                raise PermissionDenied(reason)
            return
        username = await transact(self._barrier, lambda txn: self._begin(txn, subject, method))
        question = Question(username=username, passcode=passcode, address=subject.address)
        try:
            async with self._outgoing.slot(method.id):
                await DRIVERS[method.type].prove(self._outgoing, method, question)
        except PermissionDenied:
            raise
        except StrongroomError as error:
            log.warning(
                "a second factor could not be checked", method=method.id, reason=error.text, detail=error.detail
            )
            raise PermissionDenied(error.text) from error
        except Exception as error:  # a bug in a driver must not let anybody in, and its text may hold credentials
            log.error("a second factor could not be checked", method=method.id, fault=type(error).__name__)
            raise PermissionDenied("the second factor could not be checked") from None
        await transact(self._barrier, lambda txn: self._succeed(txn, subject, method))

    async def _count_code(self, txn: Transaction, subject: Subject, method: MethodRecord, code: str) -> str:
        """Check a code, and store that it was used, or that one more was wrong.  Returns why it doesn't count."""
        secret = await enrollment.secret_of(txn, method, subject.entity_id, subject.login)
        if secret is None:
            return f'MFA secret for method name "{method.name}" not present in entity "{subject.entity_id}"'
        now, key = self._clock.now(), rows.tries(method.namespace, method.id) + subject.entity_id
        tries = await txn.read(key, Tries) or Tries()
        if not code:
            return INCORRECT
        if wait_s := attempts.wait_s(tries, now):
            return _blocked(method, wait_s)
        step = totp.matching_step(code, secret.key, secret.settings, now)
        if step is None or attempts.is_used(tries, step, secret.key, secret.settings):
            most, period_s = method.max_attempts, secret.settings.period_s
            txn.write(key, attempts.failed(tries, most=most, period_s=period_s, now=now))
            if step is None:
                return INCORRECT
            return f"code already used; new code is available in {period_s} seconds"
        txn.write(key, attempts.succeeded(tries, step))
        return ""

    async def _begin(self, txn: Transaction, subject: Subject, method: MethodRecord) -> str:
        """Count an attempt at another system as failed until it succeeds.  Returns the user's name there.

        Parallel logins thus can't send more pushes than the limit.

        Raises: `PermissionDenied` if the entity is blocked, or lacks a name.
        """
        entity = await self._identity.entity(txn, subject.lineage[-1], subject.entity_id)
        if entity is None or entity.disabled:
            raise PermissionDenied(INCORRECT)
        aliases = await self._identity.aliases(txn, subject.lineage[-1], entity)
        username = usernames.username_of(method.username_format, entity, aliases, subject.accessor)
        now, key = self._clock.now(), rows.tries(method.namespace, method.id) + subject.entity_id
        tries = await txn.read(key, Tries) or Tries()
        if wait_s := attempts.wait_s(tries, now):
            raise PermissionDenied(_blocked(method, wait_s))
        txn.write(key, attempts.failed(tries, most=method.max_attempts, period_s=method.period_s, now=now))
        return username

    async def _succeed(self, txn: Transaction, subject: Subject, method: MethodRecord) -> None:
        key = rows.tries(method.namespace, method.id) + subject.entity_id
        tries = await txn.read(key, Tries) or Tries()
        txn.write(key, attempts.succeeded(tries))


async def demand_of(txn: Transaction, lineage: Sequence[str], reference: str) -> Demand:
    """The demand for one method, by its id or its name.  A method that doesn't exist can't be proved."""
    method = await methods.find(txn, lineage, reference)
    return Demand(name=reference, method_ids=(method.id,) if method is not None else ())


async def _methods(txn: Transaction, lineage: Sequence[str], ids: Iterable[str]) -> list[MethodRecord]:
    found = [await methods.usable(txn, lineage, id_) for id_ in ids]
    return [method for method in found if method is not None]


def _blocked(method: MethodRecord, wait_s: float) -> str:
    return (
        f"maximum TOTP validation attempts {method.max_attempts} exceeded the allowed attempts {method.max_attempts}. "
        f"Please try again in {max(1, round(wait_s))} seconds"
        if method.type == TOTP
        else f"too many failed MFA attempts. Please try again in {max(1, round(wait_s))} seconds"
    )


def _unsatisfied(demand: Demand, why: str) -> PermissionDenied:
    return PermissionDenied(f"failed to satisfy enforcement {demand.name}. error: {why}")


def _listed(reasons: list[str]) -> str:
    """Several errors in Vault's form."""
    noun = "error" if len(reasons) == 1 else "errors"
    return f"{len(reasons)} {noun} occurred:\n" + "".join(f"\t* {reason}\n" for reason in reasons) + "\n"
