"""Rows of the count of clients, and their keys.

A client has one row for each month in which it was active.  What is counted stands in the key, so that a count reads no
rows: month, client, namespace and the accessor of the mount by which it came first.
"""

from __future__ import annotations

from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

ROWS: Final = keys.area(keys.ROOT_NAMESPACE, "usage") + "client/"
"""Of all namespaces: a count outlives the namespace that it is of."""
CONFIG: Final = keys.SETTINGS + "usage"
RETENTION_MONTHS: Final = 48
REPORT_MONTHS: Final = 12
ENTITY: Final = "e-"
"""How a client begins that is an entity; then its id."""
OTHER: Final = "n-"
"""How one begins that is a token without an entity; then a digest of its policies and namespace."""
NO_MOUNT: Final = "-"
"""In place of an accessor that isn't known."""


class ClientSeen(Record, frozen=True, tag="client-seen"):
    """A client that was active in a month."""

    used_at: float
    """When it was first seen in the month, in seconds since the epoch."""
    token_made_at: float
    """When the token was made by which it was seen."""


class UsageConfig(Record, frozen=True, tag="usage-config"):
    """Whether clients are counted, and for how long counts are kept."""

    enabled: bool | None = None
    """None for the default: they are counted."""
    retention_months: int = RETENTION_MONTHS
    report_months: int = REPORT_MONTHS
    since: float = 0.0
    """When counting was last enabled or disabled, in seconds since the epoch."""

    @property
    def counts(self) -> bool:
        """Whether clients are counted."""
        return self.enabled is not False


_DEFAULT: Final = UsageConfig()


async def config_of(txn: Transaction) -> UsageConfig:
    """The settings in force."""
    return await txn.read(CONFIG, UsageConfig) or _DEFAULT


def rows_of(month: str) -> str:
    """The prefix of the rows of a month."""
    return f"{ROWS}{month}/"


def client_rows(month: str, client: str) -> str:
    """The prefix of the row of a client in a month."""
    return f"{ROWS}{month}/{client}/"
