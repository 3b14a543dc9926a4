"""What an engine's templates may say of the client's entity.

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#templated-policies
"""

from __future__ import annotations

from strongroom.core.attempt import Attempt
from strongroom.services.policy.paths import Subject, as_logged_in, value_of


class EntityValues:
    """The values of the entity of one request's client.

    The entity is read when the first value is asked for: most requests ask for none.
    """

    __slots__ = ("_attempt", "_subject")

    def __init__(self, attempt: Attempt) -> None:
        self._attempt = attempt
        self._subject: tuple[Subject | None] | None = None

    async def value(self, name: str) -> str | None:
        """The value of a parameter, such as `identity.entity.name`.  Groups are those of the request's namespace."""
        if self._subject is None:
            self._subject = (await self._read(),)
        return value_of(name, self._subject[0])

    async def _read(self) -> Subject | None:
        exchange = self._attempt.exchange
        if exchange.bearer is None or not exchange.bearer.record.entity_id:
            return None
        record = exchange.bearer.record
        subject = await self._attempt.services.identity.subject(
            self._attempt.txn, record.home_of_entity, record.entity_id, groups_of=exchange.namespace.id
        )
        if subject is not None:
            self._attempt.txn.lasts(subject.until)
        return as_logged_in(subject, record.login)
