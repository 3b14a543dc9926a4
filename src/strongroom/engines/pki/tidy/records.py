"""Rows about tidying.

=====================  ==================  =======================================================
below the mount        record              what
=====================  ==================  =======================================================
`config/auto-tidy`     `AutoTidy`          whether and how often the mount tidies itself, and what
`tidy/run`             `Run`               the run that goes on, or the last one
=====================  ==================  =======================================================
"""

from __future__ import annotations

from strongroom.sdk import Part, Record

DAY_S = 86_400
DEFAULT_BUFFER_S = 3 * DAY_S
RUNNING, FINISHED, FAILED = "Running", "Finished", "Error"
CANCELLING, CANCELLED, INACTIVE = "Cancelling", "Cancelled", "Inactive"


class Work(Part, frozen=True):
    """What a run removes.  Names and meanings are those of the API's fields; times in seconds."""

    tidy_cert_store: bool = False
    tidy_revoked_certs: bool = False
    tidy_invalid_certs: bool = False
    """Nothing is stored here that isn't a certificate, so there is never anything to do."""
    tidy_revoked_cert_issuer_associations: bool = False
    tidy_expired_issuers: bool = False
    tidy_move_legacy_ca_bundle: bool = False
    """There is no such row here."""
    tidy_acme: bool = False
    safety_buffer: int = DEFAULT_BUFFER_S
    revoked_safety_buffer: int = DEFAULT_BUFFER_S
    issuer_safety_buffer: int = 365 * DAY_S
    acme_account_safety_buffer: int = 30 * DAY_S
    pause_duration: str = "0s"
    page_size: int = 1000

    @property
    def does_anything(self) -> bool:
        """Whether there is anything to do."""
        return any(getattr(self, name) for name in OPERATIONS)


OPERATIONS = (
    "tidy_cert_store",
    "tidy_revoked_certs",
    "tidy_invalid_certs",
    "tidy_revoked_cert_issuer_associations",
    "tidy_expired_issuers",
    "tidy_move_legacy_ca_bundle",
    "tidy_acme",
)
BUFFERS = ("safety_buffer", "issuer_safety_buffer", "revoked_safety_buffer", "acme_account_safety_buffer")


class AutoTidy(Record, frozen=True, tag="pki-auto-tidy"):
    """Whether and how often a mount tidies itself."""

    enabled: bool = False
    interval_s: int = 43_200
    maintain_counts: bool = False
    publish_counts: bool = False
    work: Work = Work()


class Counts(Part, frozen=True):
    """What a run has done, and what it has left for which reason."""

    cert_store_deleted: int = 0
    revoked_cert_deleted: int = 0
    missing_issuer: int = 0
    issuers_deleted: int = 0
    acme_accounts: int = 0
    """Accounts that there were before any was removed."""
    acme_accounts_revoked: int = 0
    acme_accounts_deleted: int = 0
    acme_orders_deleted: int = 0
    kept_within_buffer: int = 0
    kept_not_expired: int = 0
    revoked_within_buffer: int = 0
    revoked_not_expired: int = 0
    next_eligible_at: float = 0.0
    """When something of what was left can be removed; 0 if nothing was left."""


class Run(Record, frozen=True, tag="pki-tidy-run"):
    """A run.  Times in seconds since the epoch."""

    state: str = INACTIVE
    work: Work = Work()
    counts: Counts = Counts()
    step: str = ""
    """What is being done."""
    after: str = ""
    """Where that goes on."""
    started_at: float = 0.0
    finished_at: float = 0.0
    error: str = ""
    auto_finished_at: float = 0.0
    """When the last run ended, so that the next one begins an interval later."""
