"""The metrics of a process's store, of its caches, and of its audit devices."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.audit import AuditBroker
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.cache import KINDS
from strongroom.barrier.store_counts import StoreCounts
from strongroom.lib.exposition import Across, Gauge, Measure
from strongroom.storage.base import Condition
from strongroom.storage.watch import StoreState, StoreWatch
from strongroom.sysapi.system.request_gauges import histogram


def of_store(store: StoreWatch, condition: Condition) -> list[Measure]:
    """How the store is, as this process last knew."""
    reached = store.state is not StoreState.UNREACHABLE
    known = (
        ("free_bytes", condition.free_bytes, "Room on the store's file system."),
        ("reserve_bytes", condition.reserve_bytes, "How much of the store's reserve is there."),
        ("reusable_bytes", condition.reusable_bytes, "Room inside the store's file."),
    )
    least, writable = Across.LEAST, reached and not condition.trouble
    return [
        Gauge("vault.storage.reachable", int(reached), "Whether the store answers.", across=least),
        Gauge("vault.storage.writable", int(writable), "Whether it can be written.", across=least),
        Gauge(
            "vault.storage.full", int(condition.full), "Whether only what makes room is committed.", across=Across.MOST
        ),
        *(
            Gauge(f"vault.storage.{name}", value, help_, across=least)
            for name, value, help_ in known
            if value is not None
        ),
        *(
            [Gauge("vault.storage.throttled_total", condition.throttled, "Requests the store's service put off.")]
            if condition.throttled is not None
            else []
        ),
    ]


def of_barrier(barrier: Barrier | None) -> list[Measure]:
    """Commits and caches.

    Args:
        barrier: None while the process is sealed: it has committed nothing then, and keeps nothing.
    """
    counts = barrier.counts if barrier is not None else StoreCounts()
    sizes: Mapping[str, int] = barrier.cache.sizes() if barrier is not None else {}
    hits: Mapping[str, int] = barrier.cache.found() if barrier is not None else {}
    outcomes = {"committed": counts.commits, "conflict": counts.conflicts, "failed": counts.failures}
    misses = barrier.cache.misses if barrier is not None else 0
    encrypted = barrier.rows_encrypted if barrier is not None else 0
    exclusive = "Transactions that had to run alone."
    return [
        *(
            Gauge("vault.storage.commits_total", value, "Commits.", {"outcome": outcome})
            for outcome, value in outcomes.items()
        ),
        histogram("vault.storage.commit_seconds", counts.lengths, "Seconds of a commit."),
        Gauge("vault.barrier.estimated_encryptions", encrypted, "Rows encrypted under the present key."),
        Gauge("vault.core.transaction_restarts_total", counts.restarts, "Transactions that ran again."),
        Gauge("vault.core.transactions_exclusive_total", counts.exclusive, exclusive),
        *(
            Gauge("vault.cache.bytes", sizes.get(kind, 0), "What is kept, as estimated.", {"kind": kind})
            for kind in KINDS
        ),
        *(
            Gauge("vault.cache.hit", hits.get(kind, 0), "How often it was there.", {"kind": kind}, counts=True)
            for kind in KINDS
        ),
        Gauge("vault.cache.miss", misses, "Rows that were fetched.", {"kind": "rows"}, counts=True),
        Gauge("vault.core.repeated_answers_total", hits.get("answers", 0), "Answers given again."),
    ]


def of_audit(audit: AuditBroker) -> list[Measure]:
    """What the audit devices took, and what they did not."""
    counts, lost = audit.counts, "Entries that no device took."
    spool, aside = "What waits for the forwarder.", "What no target will take."
    return [
        Gauge("vault.audit.log_request_failure", counts.lost_requests, lost, counts=True),
        Gauge("vault.audit.log_response_failure", counts.lost_responses, lost, counts=True),
        Gauge(
            "vault.audit.fallback.miss", audit.missed, "Entries that no filter took, without a fallback.", counts=True
        ),
        *(
            Gauge("vault.audit.spool_bytes", waiting, spool, {"device": path}, across=Across.MOST)
            for path, waiting in sorted(audit.backlogs().items())
        ),
        *(
            Gauge("vault.audit.undeliverable_bytes", count, aside, {"device": path}, across=Across.MOST)
            for path, count in sorted(audit.undeliverable().items())
        ),
        *(
            Gauge(
                "vault.audit.writable",
                int(taken),
                "Whether it took its last entry.",
                {"device": path},
                across=Across.LEAST,
            )
            for path, taken in sorted(audit.taking().items())
        ),
        *(
            histogram("vault.audit.write_seconds", lengths, "Seconds of a write.", {"device": path})
            for path, lengths in sorted(counts.lengths.items())
        ),
        *(
            Gauge("vault.audit.write_failures_total", count, "Writes that failed.", {"device": path})
            for path, count in sorted(counts.failures.items())
        ),
    ]
