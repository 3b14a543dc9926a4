"""All health checks, in the order of their output."""

from __future__ import annotations

from strongroom.cli.pki.health.check import Check
from strongroom.cli.pki.health.checks import (
    allow_acme_headers,
    allow_if_modified_since,
    audit_visibility,
    ca_validity_period,
    crl_validity_period,
    enable_acme_issuance,
    enable_auto_tidy,
    hardware_backed_root,
    role_allows_glob_wildcards,
    role_allows_localhost,
    role_no_store_false,
    root_issued_leaves,
    tidy_last_run,
    too_many_certs,
)

CHECKS: tuple[Check, ...] = (
    ca_validity_period.CHECK,
    crl_validity_period.CHECK,
    hardware_backed_root.CHECK,
    root_issued_leaves.CHECK,
    role_allows_localhost.CHECK,
    role_allows_glob_wildcards.CHECK,
    role_no_store_false.CHECK,
    audit_visibility.CHECK,
    allow_if_modified_since.CHECK,
    enable_auto_tidy.CHECK,
    tidy_last_run.CHECK,
    too_many_certs.CHECK,
    enable_acme_issuance.CHECK,
    allow_acme_headers.CHECK,
)
