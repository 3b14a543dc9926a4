"""Headers that answers below `/ui/` carry.  `sys/config/ui/headers` sets them; the HTTP front end applies them."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction

KEY = keys.SETTINGS + "ui-headers"
PREFIX = "/ui"
"""How the path of a request for the user interface begins."""


class UiHeaders(Record, frozen=True, tag="ui-headers"):
    """All of them."""

    headers: dict[str, tuple[str, ...]]
    """The values of each, by its name in canonical form."""


async def read(txn: Transaction) -> dict[str, tuple[str, ...]]:
    """The values of each header, by its name."""
    record = await txn.read(KEY, UiHeaders)
    return record.headers if record is not None else {}


def fields(headers: dict[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    """The header fields of a response, one for each value (pure)."""
    return tuple((name, value) for name, values in headers.items() for value in values)
