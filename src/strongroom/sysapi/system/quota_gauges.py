"""The metrics of quotas, under Vault's names.

Source: https://developer.hashicorp.com/vault/docs/internals/telemetry/metrics/core-system#quota-metrics
"""

from __future__ import annotations

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.exposition import Gauge, Measure
from strongroom.services.quotas.limiter import LEASE_COUNT, RATE_LIMIT
from strongroom.services.quotas.rows import rate_limits
from strongroom.sysapi.services import Services

_REFUSED = "Requests that the quota has refused, in all processes of the node."


async def of_quotas(services: Services) -> list[Measure]:
    """What each quota has refused, and how many leases it counts."""
    limiter = services.limiter

    async def read(txn: Transaction) -> tuple[list[str], dict[str, tuple[int, int]]]:
        return [*await rate_limits(txn)], await services.lease_counts.counted(txn)

    limits, counts = await transact(services.barrier, read)
    labels = {name: {"name": name} for name in (*limits, *counts)}
    refused = [("rate_limit", RATE_LIMIT, name) for name in limits]
    refused += [("lease_count", LEASE_COUNT, name) for name in counts]
    return [
        *(
            Gauge(f"vault.quota.{part}.violation", limiter.violations(kind, name), _REFUSED, labels[name], counts=True)
            for part, kind, name in refused
        ),
        *(
            Gauge("vault.quota.lease_count.counter", counter, "Leases that the quota counts.", labels[name])
            for name, (counter, _) in counts.items()
        ),
        *(
            Gauge("vault.quota.lease_count.max", most, "Leases that the quota allows.", labels[name])
            for name, (_, most) in counts.items()
        ),
    ]
