"""What clients are told of runs and settings (p)."""

from __future__ import annotations

from typing import Any

from strongroom.engines.pki.issuing.rules import moments
from strongroom.engines.pki.tidy.records import BUFFERS, FAILED, INACTIVE, OPERATIONS, AutoTidy, Run, Work
from strongroom.engines.pki.tidy.steps import COUNTED

_NO_OPERATION = (
    "Enable at least one tidy operation to be run (tidy_cert_store / tidy_revoked_certs / tidy_invalid_certs / "
    "tidy_revoked_cert_issuer_associations / tidy_expired_issuers / tidy_move_legacy_ca_bundle / tidy_acme)."
)
NOTHING_TO_DO = f"Manual tidy requested but no tidy operations were set. {_NO_OPERATION}"
NOTHING_TO_DO_BY_ITSELF = f"Auto-tidy enabled but no tidy operations were requested. {_NO_OPERATION}"


def config(settings: AutoTidy) -> dict[str, Any]:
    """The settings by which a mount tidies itself."""
    return {
        "enabled": settings.enabled,
        "interval_duration": settings.interval_s,
        "maintain_stored_certificate_counts": settings.maintain_counts,
        "publish_stored_certificate_count_metrics": settings.publish_counts,
        **_work(settings.work),
    }


def status(run: Run, settings: AutoTidy, mount: str) -> dict[str, Any]:
    """Where a run is, what it has done, and what it has left for which reason."""
    counts, begun = run.counts, run.state != INACTIVE
    stored = counts.kept_within_buffer + counts.kept_not_expired
    revoked = counts.revoked_within_buffer + counts.revoked_not_expired
    return {
        **(_work(run.work) if begun else dict.fromkeys(_work(run.work))),
        "acme_account_deleted_count": counts.acme_accounts_deleted,
        "acme_account_revoked_count": counts.acme_accounts_revoked,
        "acme_orders_deleted_count": counts.acme_orders_deleted,
        "cert_store_deleted_count": counts.cert_store_deleted if begun else None,
        "current_cert_store_count": stored if settings.maintain_counts and begun else None,
        "current_revoked_cert_count": revoked if settings.maintain_counts and begun else None,
        "error": run.error if run.state == FAILED else None,
        "internal_backend_uuid": mount,
        "issuers_deleted_count": counts.issuers_deleted,
        "kept": {
            "certificates": {
                "not yet expired": counts.kept_not_expired,
                "within safety_buffer": counts.kept_within_buffer,
            },
            "revoked certificates": {
                "not yet expired": counts.revoked_not_expired,
                "within revoked_safety_buffer": counts.revoked_within_buffer,
            },
            "counted all": stored < COUNTED,
        },
        "last_auto_tidy_finished": moments.exactly(run.auto_finished_at),
        "message": None,
        "missing_issuer_cert_count": counts.missing_issuer,
        "next_eligible_at": moments.exactly(counts.next_eligible_at) or None,
        "revoked_cert_deleted_count": counts.revoked_cert_deleted if begun else None,
        "state": run.state,
        "time_finished": moments.exactly(run.finished_at) or None,
        "time_started": moments.exactly(run.started_at) or None,
        "total_acme_account_count": counts.acme_accounts,
    }


def _work(work: Work) -> dict[str, Any]:
    shown = {name: getattr(work, name) for name in (*OPERATIONS, *BUFFERS)}
    return {**shown, "pause_duration": work.pause_duration, "page_size": work.page_size}
