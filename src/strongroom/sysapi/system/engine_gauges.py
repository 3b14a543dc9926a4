"""The metrics that engines give: of what this process has done, and of their mounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import StorageError, StrongroomError
from strongroom.lib.exposition import Gauge, Measure
from strongroom.lib.merging import merged
from strongroom.sdk.engine import Engine
from strongroom.sdk.numbers import Number
from strongroom.sdk.view import View
from strongroom.services.asking import bounded
from strongroom.services.mounts import MountEntry, Router
from strongroom.sysapi.services import Services

log = structlog.get_logger("metrics")

_PREFIX: Final = "vault.secrets."
MOST_MOUNTS: Final = 256
"""Mounts of one type whose numbers are asked for: a scrape must not read the rows of ten thousand."""


def counted(engines: Mapping[tuple[str, str], Engine]) -> list[Measure]:
    """What the engines of this process have counted, of those too that have no mount yet.

    Args:
        engines: by table and type.
    """
    return merged(_gauges(engine.counted(), {}) for _, engine in sorted(engines.items()))


async def of_engines(services: Services, router: Router, most: int) -> list[Measure]:
    """What the engines tell of their mounts.

    A mount whose engine fails has no numbers, and that is logged: one engine must not take the others' numbers away.

    Args:
        most: how many mounts of a type are asked, up to `MOST_MOUNTS`.
    """
    found: list[Measure] = []
    asked: Counter[str] = Counter()
    for entry in router.by_path.values():
        if not _tells(entry.engine) or asked[entry.record.type] >= min(most, MOST_MOUNTS):
            continue
        asked[entry.record.type] += 1
        found += _gauges(await _of_mount(services, entry), {"mount": entry.record.full_path})
    return found


def _tells(engine: Engine | None) -> bool:
    return engine is not None and type(engine).numbers is not Engine.numbers


async def _of_mount(services: Services, entry: MountEntry) -> Iterable[Number]:
    engine = entry.engine
    if engine is None:
        return ()

    async def ask(txn: Transaction) -> Iterable[Number]:
        return await bounded(engine.numbers(View(txn, entry.prefix)), "numbers for monitoring", entry.record.full_path)

    try:
        return await transact(services.barrier, ask)
    except StorageError:
        raise
    except StrongroomError as error:
        log.warning("a mount gives no numbers", mount=entry.record.full_path, reason=error.detail or error.text)
        return ()


def _gauges(numbers: Iterable[Number], labels: dict[str, str]) -> list[Gauge]:
    return [Gauge(_PREFIX + each.name, each.value, each.help, {**labels, **each.labels}) for each in numbers]
