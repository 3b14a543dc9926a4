"""From settings to a store on DynamoDB."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from strongroom.lib.aws import Credentials, Target
from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.storage.base import Condition
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.dynamodb.cells import DynamodbCells
from strongroom.storage.dynamodb.service import Service
from strongroom.storage.dynamodb.table import Reserved
from strongroom.storage.patience import PATIENCE_S


@dataclass(frozen=True, slots=True)
class DynamodbSettings:
    """Where a store is, and how to get there."""

    target: Target
    table: str
    credentials: Callable[[], Awaitable[Credentials]]
    """Called for each request."""
    context: ssl.SSLContext | None = None
    """Whom to trust; None for plain HTTP."""
    reserved: Reserved | None = None
    """The capacity of a table that is made; None for one that is paid by the request."""
    max_parallel: int = 4
    patience_s: float = PATIENCE_S


class DynamodbStorage(ConditionalStorage):
    """A store in a table of DynamoDB; for its arguments see `ConditionalStorage`."""

    def __init__(
        self, cells: DynamodbCells, clock: Clock, random: Random, *, max_parallel: int, patience_s: float
    ) -> None:
        super().__init__(cells, clock, random, max_parallel=max_parallel, patience_s=patience_s)
        self._service = cells.service

    def condition(self) -> Condition:
        """How often DynamoDB wanted fewer requests; a read finds all trouble."""
        return Condition(throttled=self._service.throttled)


def dynamodb_service(settings: DynamodbSettings, clock: Clock, random: Random) -> Service:
    """What asks DynamoDB."""
    endpoints = Endpoints(
        *("DynamoDB", [settings.target.url], clock),
        context=settings.context,
        patience_s=Service.attempt_s(settings.patience_s),
        at_once=settings.max_parallel + 4,
    )
    return Service(settings.target, endpoints, settings.credentials, clock, random, patience_s=settings.patience_s)


def open_dynamodb(settings: DynamodbSettings, clock: Clock, random: Random) -> DynamodbStorage:
    """A store in DynamoDB, not started yet."""
    service = dynamodb_service(settings, clock, random)
    cells = DynamodbCells(*(service, settings.table, settings.reserved, clock, random), patience_s=settings.patience_s)
    return DynamodbStorage(cells, clock, random, max_parallel=settings.max_parallel, patience_s=settings.patience_s)
